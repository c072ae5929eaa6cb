/** A stored plan that a release under way was started by is not changed unnoticed: the release keeps its own copy. */
import { GradusError } from './errors.ts';
import { canonical, sha256Hex } from './evidence.ts';
import type { ReleaseLearning } from './iteration.ts';
import { checkPlan } from './plan-input.ts';
import type { Plan } from './plan.ts';
import type { ReleaseReport } from './report.ts';
import { listed } from './words.ts';

/** By which a release says which plan an iteration was told: what it learns by is another one. */
export function planDigest(plan: Plan): string {
  return sha256Hex(canonical(plan));
}

/** What the lock has to know of a release. */
type Locking = Pick<ReleaseReport, 'id' | 'endedAt' | 'plan'> & {
  learning?: Pick<ReleaseLearning, 'planDigest'> | null;
};

/** Releases under way (also those that wait for their model) whose plan is what this stored plan says. */
function underWayBy(stored: unknown, releases: readonly Locking[]): string[] {
  const { plan } = checkPlan(stored);
  if (plan === null) return [];
  const digest = planDigest(plan);
  return releases
    .filter(({ endedAt }) => endedAt === null)
    .filter((one) => (one.learning?.planDigest ?? (one.plan === null ? null : planDigest(one.plan))) === digest)
    .map(({ id }) => id);
}

/** Throws `PLAN_IN_USE` where saving `next` under that name would part it from releases under way. */
export function insistUnused(name: string, stored: unknown, next: unknown, releases: readonly Locking[]): void {
  const said = [stored, next].map((one) => canonical(checkPlan(one).plan));
  const users = said[0] === said[1] ? [] : underWayBy(stored, releases);
  if (users.length === 0) return;
  const message = `${listed(users)} ${users.length === 1 ? 'is' : 'are'} under way by the stored plan ${name}, and would go on by the plan as it was.`;
  throw new GradusError('PLAN_IN_USE', `${message}\nSave it for later releases all the same: --anyway`);
}
