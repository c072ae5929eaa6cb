/** Where the live view gets what it shows, and where it says things: found again when what runs was started anew. */
import type { Client } from '@temporalio/client';
import { GradusError } from '../../domain/errors.ts';
import type { ReleaseReport } from '../../domain/report.ts';
import type { TrainingProgress } from '../../domain/version.ts';
import type { Config } from '../../platform/config.ts';
import { temporalOf } from '../../platform/needs.ts';
import { runningOn } from '../../platform/run-file.ts';
import { connectClient } from '../../platform/temporal-client.ts';
import { workflowLink } from '../../platform/temporal-links.ts';
import { trainingProgress } from '../../platform/training-progress.ts';
import { readNames } from '../../store/names.ts';
import { openStore, type Store } from '../../store/store.ts';
import { tellRelease } from '../tell-release.ts';
import { viaCli } from '../typed-by.ts';
import type { Saying } from './state.ts';

export interface Source {
  /** All that are under way. */
  open(): Promise<ReleaseReport[]>;
  find(id: string): Promise<ReleaseReport | null>;
  /** How far its training is, null where nothing is trained; throws where Temporal does not answer. */
  training(report: ReleaseReport): Promise<TrainingProgress | null>;
  /** The release's answer. */
  say(id: string, by: string, saying: Saying): Promise<string>;
  link(id: string): string | null;
  close(): Promise<void>;
}

const answerWithinMs = 2_000;

export function openSource(config: Config): Source {
  let records: { url: string; store: Store } | null = null;
  let temporal: { address: string; client: Client } | null = null;

  /** Nothing is started for it: a release goes on only where something runs. */
  async function store(): Promise<Store> {
    const url = config.databaseUrl ?? runningOn(config.home)?.addresses?.database;
    if (url === undefined) throw new GradusError('NOT_RUNNING', 'Nothing runs here now. Start it with: gradus up');
    if (records?.url !== url) {
      await records?.store.close().catch(() => {});
      records = { url, store: await openStore(url, { connections: 2, wait: false, retryMs: 0 }) };
    }
    return records.store;
  }

  async function client(): Promise<Client> {
    const { address } = temporalOf(config);
    if (temporal?.address !== address) {
      await temporal?.client.connection.close().catch(() => {});
      temporal = null;
      temporal = { address, client: await connectClient(config) };
    }
    return temporal.client;
  }

  return {
    async open() {
      const { releases } = await store();
      // Their names first: the reports of all that ever were are megabytes.
      const names = records === null ? [] : await readNames(records.url, 'open-releases', '', answerWithinMs);
      const reports = await Promise.all(names.map(({ name }) => releases.find(name)));
      return reports.filter((report) => report !== null);
    },
    find: async (id) => (await store()).releases.find(id),
    async training(report) {
      const connected = await client();
      await connected.withDeadline(Date.now() + answerWithinMs, () => connected.workflowService.getSystemInfo({}));
      return trainingProgress(connected, report);
    },
    async say(id, by, { operation, why, request, evidence }) {
      const says = {
        by,
        via: viaCli(),
        ...(why === '' ? {} : { why }),
        ...(request === null ? {} : { request }),
        ...(evidence === null ? {} : { evidence }),
      };
      return tellRelease(await client(), async (use) => use(await store()), id, operation, says);
    },
    link(id) {
      const addresses = runningOn(config.home)?.addresses ?? {
        temporalUi: config.temporalUiUrl,
        namespace: config.temporal?.namespace ?? config.namespace,
      };
      return workflowLink(addresses, id);
    },
    async close() {
      await Promise.all([records?.store.close(), temporal?.client.connection.close()]);
    },
  };
}
