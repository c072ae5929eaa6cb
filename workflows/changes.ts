/** Changes to workflows that were under way when they came: what began before goes on as it began. */
import { patched, workflowInfo } from '@temporalio/workflow';

/** Whoever began with this has all changes: one line of the history in the place of one for each. */
const newest = 'all until 2026-11-27';

/** Whoever began with this has all changes until then, and of `later` what it asked for at its first moment. */
const earlier = 'all until 2026-11-26';

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

/** What each run of this worker had at its first moment: all, or so much of `later`. */
const declared = new Map<string, 'all' | ReadonlySet<string>>();

/**
 * At the start of a workflow. A change that is asked for the first time behind a local activity may be asked too early on
 * replay, when its marker is not known yet; these stand at the beginning of the history.
 */
export function declareChanges(): void {
  const { runId } = workflowInfo();
  if (patched(newest)) {
    declared.set(runId, 'all');
    return;
  }
  patched(earlier);
  declared.set(runId, new Set(later.filter((change) => patched(change))));
}

/** Whether the run has the change, by its name in histories. */
export function has(change: string): boolean {
  const had = declared.get(workflowInfo().runId);
  if (had === 'all') return true;
  if (later.some((one) => one === change)) return had?.has(change) === true;
  return patched(earlier) || patched(change);
}
