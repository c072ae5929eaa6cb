/** Step 1: the candidate is trained, or found, and registered. */
import { Context } from '@temporalio/activity';
import { beating } from './beating.ts';
import type { Profile } from '../src/domain/drift.ts';
import { GradusError } from '../src/domain/errors.ts';
import type { Lesson } from '../src/domain/lessons.ts';
import type { Ports, ProfileOrder, RecordPorts, TrainedVersion, TrainOrder } from '../src/domain/ports.ts';
import type { Version } from '../src/domain/version.ts';

export function trainActivities(ports: RecordPorts) {
  return {
    async registerVersion(version: TrainedVersion): Promise<Version> {
      return ports.versions.register(version);
    },

    /** A version that exists, by `v<number>` or digest, for a plan that trains nothing. */
    async findVersion(query: VersionQuery): Promise<Version> {
      return neededVersion(ports, query);
    },
  };
}

interface VersionQuery {
  model: string;
  version: string;
  capabilities: string[];
}

/** Throws VERSION_UNKNOWN, or CAPABILITY_UNKNOWN where the version was not trained for all of them. */
export async function neededVersion(ports: RecordPorts, query: VersionQuery): Promise<Version> {
  const { model, version: name, capabilities } = query;
  const version = await ports.versions.find(model, name);
  if (version === null) {
    const known = (await ports.versions.list(model)).map((v) => `v${v.number}`).join(', ');
    throw new GradusError('VERSION_UNKNOWN', `${model} has no version ${name}; it has ${known || 'none yet'}.`);
  }
  const missing = capabilities.filter((capability) => version.labels[capability] === undefined);
  if (missing.length > 0) {
    throw new GradusError(
      'CAPABILITY_UNKNOWN',
      `v${version.number} of ${model} was not trained for ${missing.join(', ')}; take a version that was, or leave them out.`,
    );
  }
  return version;
}

export function longTrainActivities(ports: Pick<Ports, 'trainer' | 'lessons'>) {
  return {
    /** Trains; each heartbeat carries how far it is, and the networks that are finished survive a crash. */
    async trainVersion(order: TrainOrder): Promise<TrainedVersion> {
      const context = Context.current();
      const { lessons } = order.spec;
      const taught = lessons === undefined ? order : { ...order, lessons: await neededLessons(ports, lessons) };
      return ports.trainer.train(taught, (progress) => context.heartbeat(progress), context.cancellationSignal);
    },
  };
}

export function profileActivities(ports: Pick<Ports, 'trainer'>) {
  return {
    /** What versions were trained for, to tell drift by. */
    async profileVersions(orders: ProfileOrder[]): Promise<Profile[]> {
      const { cancellationSignal } = Context.current();
      return beating(async () => {
        const profiles: Profile[] = [];
        for (const order of orders) profiles.push(await ports.trainer.profile(order, cancellationSignal));
        return profiles;
      });
    },
  };
}

async function neededLessons({ lessons }: Pick<Ports, 'lessons'>, digest: string): Promise<Lesson[]> {
  const found = await lessons.find(digest);
  if (found !== null) return found;
  const message = `There are no lessons ${digest.slice(0, 12)} here: take train.lessons out of the plan, or the digest that an iteration wrote (gradus iteration list).`;
  throw new GradusError('DATA_UNKNOWN', message);
}
