/** Ends releases whose workflow is gone: they were terminated, so that nobody is left to put their users back. */
import { WorkflowNotFoundError, type Client, type WorkflowExecutionStatusName } from '@temporalio/client';
import { clearLeftovers } from '../../activities/leftovers.ts';
import { recordEnd } from '../../activities/record.ts';
import type { Store } from '../store/store.ts';

type Records = Pick<Store, 'releases' | 'routes' | 'audit'>;

/** So long Temporal may not know a release: while it starts, it may know none. */
export const goneMs = 30_000;

/** A sentence of what was done; null where the records know no such release, or it has ended. */
export async function endAbandoned(
  records: Records,
  id: string,
  { by, why }: { by: string; why?: string },
): Promise<string | null> {
  const { releases, routes } = records;
  const report = await releases.find(id);
  if (report === null || (await releases.holder(report.model))?.id !== id) return null;
  await clearLeftovers(routes, report.model, '');
  await releases.abandon(id, `its workflow was terminated; rolled back by ${by}: ${why ?? 'no reason given'}`);
  await recordEnd(records, id);
  return 'its workflow was terminated before; all its users go back to stable, and it has ended';
}

/**
 * Looks once for releases that the records have under way and Temporal has not, ends them, and returns their ids.
 * `unknownSince` remembers since when Temporal does not know a release.
 */
export async function endAllAbandoned(
  client: Client,
  records: Records,
  unknownSince = new Map<string, number>(),
): Promise<string[]> {
  const ended: string[] = [];
  for (const { id, isQueued } of await records.releases.open()) {
    if (!(await isOver(client, id, unknownSince))) continue;
    if (isQueued) {
      await records.releases.abandon(id, 'its workflow ended while it waited for its model (terminated?)');
      await recordEnd(records, id);
    } else await endAbandoned(records, id, { by: 'gradus', why: 'nothing carries it out any more' });
    unknownSince.delete(id);
    ended.push(id);
  }
  return ended;
}

/** Of a workflow's status in Temporal; paused by its tools it is still there. */
export function isEnded(status: WorkflowExecutionStatusName): boolean {
  return ['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT'].includes(status);
}

async function isOver(client: Client, id: string, unknownSince: Map<string, number>): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(id).describe();
    unknownSince.delete(id);
    return isEnded(status.name);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const since = unknownSince.get(id) ?? Date.now();
    unknownSince.set(id, since);
    return Date.now() - since >= goneMs;
  }
}
