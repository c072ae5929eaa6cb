/** Changes to workflows that were under way when they came: what began before goes on as it began. */
import { patched } from '@temporalio/workflow';

/** Whoever began with this has all changes until then. */
const generation = 'all until 2026-11-26';

/**
 * At the start of a workflow. A change that is asked for the first time behind a local activity may be asked too early on
 * replay, when its marker is not known yet; this one stands at the beginning of the history, and answers for all.
 */
export function declareChanges(): void {
  patched(generation);
}

/** Whether the run has the change, by its name in histories. */
export function has(change: string): boolean {
  return patched(generation) || patched(change);
}
