/** Opens the store: everything that Gradus keeps in PostgreSQL, behind the ports that the domain asks for. */
import type { StopAlls, Tellings } from '../domain/control.ts';
import type { Delegations } from '../domain/delegation.ts';
import type { Notices, Outbox, Presses } from '../domain/outbox.ts';
import type {
  Audit,
  Iterations,
  LessonRecords,
  Observations,
  Plans,
  Policies,
  Releases,
  Routes,
  Surveys,
  Versions,
} from '../domain/ports.ts';
import { createAudit } from './audit.ts';
import { connect } from './database.ts';
import { createDelegations } from './delegations.ts';
import { createIterations, createLessons } from './lessons.ts';
import { createObservations } from './observations.ts';
import { createNotices } from './notices.ts';
import { createOutbox, createPresses } from './outbox.ts';
import { createPlans } from './plans.ts';
import { createPolicies } from './policies.ts';
import { createReleases } from './releases.ts';
import { createSurveys } from './surveys.ts';
import { createRoutes } from './routes.ts';
import { createStopAlls, createTellings } from './stop-alls.ts';
import { createVersions } from './versions.ts';

export interface Store {
  versions: Versions;
  routes: Routes;
  observations: Observations;
  releases: Releases;
  plans: Plans;
  policies: Policies;
  audit: Audit;
  outbox: Outbox;
  notices: Notices;
  presses: Presses;
  stopAlls: StopAlls;
  tellings: Tellings;
  delegations: Delegations;
  lessons: LessonRecords;
  iterations: Iterations;
  surveys: Surveys;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** False: return at once, also where PostgreSQL cannot be reached yet; the first call that reaches it migrates. */
  wait?: boolean;
  connections?: number;
  /** How long a call goes on trying when the connection is lost, before it throws `STORE_UNREACHABLE`. */
  retryMs?: number;
}

/** `databaseUrl` as in `postgres://user:password@host:5432/name`. The schema is brought up to date first. */
export async function openStore(databaseUrl: string, options: StoreOptions = {}): Promise<Store> {
  const { wait = true, connections = 8, retryMs = 10_000 } = options;
  const database = connect(databaseUrl, { connections, retryMs });
  const routes = createRoutes(database, databaseUrl);
  const close = async (): Promise<void> => {
    routes.close();
    await database.close();
  };
  if (wait) {
    try {
      await database.run(async () => {});
    } catch (error) {
      await close();
      throw error;
    }
  }
  return {
    versions: createVersions(database),
    routes,
    observations: createObservations(database),
    releases: createReleases(database),
    plans: createPlans(database),
    policies: createPolicies(database),
    audit: createAudit(database),
    outbox: createOutbox(database),
    notices: createNotices(database),
    presses: createPresses(database),
    stopAlls: createStopAlls(database),
    tellings: createTellings(database),
    delegations: createDelegations(database),
    lessons: createLessons(database),
    iterations: createIterations(database),
    surveys: createSurveys(database),
    close,
  };
}
