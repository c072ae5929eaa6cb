/** Changes to workflows that were under way when they came: what began before goes on as it began. */
import { patched, workflowInfo } from '@temporalio/workflow';

/** Whoever began with this has all changes until then. */
const generation = 'all until 2026-11-26';

/** What came after it: each is asked at the first moment of a run alone. */
const later = [
  'few refusals',
  'short local activities',
  'own rollouts alone',
  'records are ordinary',
  'evidence is renewed',
  'silence holds',
  'asked once',
  'no local activities',
] as const;

/** What each run of this worker had at its first moment, of `later`. */
const declared = new Map<string, ReadonlySet<string>>();

/**
 * At the start of a workflow. A change that is asked for the first time behind a local activity may be asked too early on
 * replay, when its marker is not known yet; these stand at the beginning of the history.
 */
export function declareChanges(): void {
  patched(generation);
  declared.set(workflowInfo().runId, new Set(later.filter((change) => patched(change))));
}

/** Whether the run has the change, by its name in histories. */
export function has(change: string): boolean {
  if (later.some((one) => one === change)) return declared.get(workflowInfo().runId)?.has(change) === true;
  return patched(generation) || patched(change);
}
