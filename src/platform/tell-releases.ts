/** Tells releases under way what people decided about all of them: again and again, until each has been told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { lookAgainSignal } from '../../workflows/rollout-messages.ts';
import { rollbackId } from '../domain/control.ts';
import { GradusError } from '../domain/errors.ts';
import type { Store } from '../store/store.ts';
import { endAbandoned, endAllAbandoned, goneMs } from './end-abandoned.ts';
import { leaveMessage } from './send-message.ts';

type Records = Pick<Store, 'tellings' | 'releases' | 'routes' | 'audit'>;

const againMs = 2_000;
const lookMs = 10_000;
const withinMs = 5_000;

/**
 * Tells all that is due now, once. Throws what failed first, after the rest was tried too. `unknownSince` remembers since
 * when Temporal does not know a release.
 */
export async function tellReleases(
  client: Client,
  store: Records,
  unknownSince = new Map<string, number>(),
): Promise<void> {
  const { tellings } = store;
  let failure: unknown = null;
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failure ??= error;
    }
  };
  for (const { stop, release } of await tellings.rollbacks()) {
    await attempt(async () => {
      const says = { by: stop.by, why: `stop-all: ${stop.why}`, via: 'stop-all', id: rollbackId(stop) };
      await leaveMessage(client, release, 'rollback', says).catch(async (error: unknown) => {
        if (!(error instanceof GradusError) || error.code !== 'RELEASE_UNKNOWN') throw error;
        if ((await store.releases.find(release))?.endedAt !== null) {
          const since = unknownSince.get(release) ?? Date.now();
          unknownSince.set(release, since);
          if (Date.now() - since < goneMs) throw error;
          await endAbandoned(store, release, says);
        }
      });
      unknownSince.delete(release);
      await tellings.rolledBack(stop.number, release);
    });
  }
  for (const { release, news } of await tellings.due()) {
    await attempt(async () => {
      await nudge(client, release);
      await tellings.told(release, news);
    });
  }
  for (const release of await tellings.next()) await attempt(() => nudge(client, release));
  if (failure !== null) throw failure;
}

/** Whoever waits for a model says behind whom: they look again when others have left, or joined, those before them. */
async function tellQueues(client: Client, { releases }: Records, seen: Map<string, string>): Promise<void> {
  const open = await releases.open();
  for (const { id, model, isQueued } of open) {
    if (!isQueued) continue;
    const others = open.flatMap((one) => (one.model === model ? [`${one.id} ${one.isQueued}`] : [])).join(', ');
    if (seen.get(id) === others) continue;
    await nudge(client, id);
    seen.set(id, others);
  }
  for (const id of seen.keys()) if (!open.some((one) => one.id === id && one.isQueued)) seen.delete(id);
}

/** A release that is no more need not be told. */
async function nudge(client: Client, release: string): Promise<void> {
  try {
    await client.withDeadline(Date.now() + withinMs, () => client.workflow.getHandle(release).signal(lookAgainSignal));
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/** For as long as a worker runs. */
export async function keepTelling(client: Client, store: Records, signal: AbortSignal): Promise<void> {
  const unknownSince = new Map<string, number>();
  const goneSince = new Map<string, number>();
  const queues = new Map<string, string>();
  await Promise.all([
    keep('releases will be told later', againMs, signal, () => tellReleases(client, store, unknownSince)),
    keep('releases that wait will be told later', againMs, signal, () => tellQueues(client, store, queues)),
    keep('releases whose workflow is gone will be ended later', lookMs, signal, async () => {
      const ended = await endAllAbandoned(client, store, goneSince);
      for (const id of ended) console.log(`worker: ${id} has no workflow any more: its users are back, it has ended`);
    }),
  ]);
}

/** Says a problem once, for as long as it stays the same. */
async function keep(words: string, everyMs: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  let last = '';
  while (!signal.aborted) {
    try {
      await work();
      last = '';
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== last) console.log(`worker: ${words}: ${problem}`);
      last = problem;
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
