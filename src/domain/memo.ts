/** What is known of a release from its start on and stays so: shown beside its input in Temporal's UI. */
import type { Plan } from './plan.ts';

/** `called` is a stored plan's name; null where the plan itself was given. */
export function memoOf(plan: Plan, by: string | null, called: string | null): Record<string, string> {
  const { model, strategy } = plan;
  return { model, strategy, plan: called ?? 'given with the start', startedBy: by ?? 'nobody said who' };
}
