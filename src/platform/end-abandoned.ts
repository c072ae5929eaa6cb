/** Ends a release whose workflow is gone: it was terminated, so that nobody is left to put its users back. */
import { clearLeftovers } from '../../activities/leftovers.ts';
import type { Store } from '../store/store.ts';

/** A sentence of what was done; null where the records know no such release, or it has ended. */
export async function endAbandoned(
  { releases, routes }: Pick<Store, 'releases' | 'routes'>,
  id: string,
  { by, why }: { by: string; why?: string },
): Promise<string | null> {
  const report = await releases.find(id);
  if (report === null || (await releases.holder(report.model))?.id !== id) return null;
  await clearLeftovers(routes, report.model, '');
  await releases.abandon(id, `its workflow was terminated; rolled back by ${by}: ${why ?? 'no reason given'}`);
  return 'its workflow was terminated before; all its users go back to stable, and it has ended';
}
