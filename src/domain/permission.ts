/** Whether somebody may do what they ask for: by the policy as it is now, by their token, and by whom they stand in for. */
import { givers, type Delegations } from './delegation.ts';
import { GradusError } from './errors.ts';
import { hasPeople, refusal, type Asked } from './policy.ts';
import type { Policies } from './ports.ts';

export type Permissions = Pick<Policies, 'current' | 'signedIn'>;

/** Null where they may, otherwise why not. */
export async function refusalNow(policies: Permissions, by: string, asked: Asked): Promise<string | null> {
  const [policy, given] = await Promise.all([policies.current(), policies.signedIn(by)]);
  return refusal(policy, by, asked, given);
}

/** Throws `NOT_ALLOWED`; `undone` says what was not done, e.g. `Nothing was started`. */
export async function insistAllowed(
  policies: Permissions,
  by: string,
  asked: Asked,
  undone: string | null = null,
): Promise<void> {
  const problem = await refusalNow(policies, by, asked);
  if (problem !== null) throw new GradusError('NOT_ALLOWED', `${problem}.${undone === null ? '' : ` ${undone}.`}`);
}

/** Throws `NOT_ALLOWED` where a policy is in force and whoever starts a release may not, or is not said. */
export async function insistStarter(policies: Permissions, by: string | null): Promise<void> {
  if (by !== null) return insistAllowed(policies, by, 'start', 'Nothing was started');
  if (!hasPeople(await policies.current())) return;
  const message = 'A policy is in force, and the input does not say who starts this';
  throw new GradusError(
    'NOT_ALLOWED',
    `${message}. Write it beside the plan: {"plan": …, "by": "ann"}, a name of the policy whose role is operator or admin. Nothing was started.`,
  );
}

/**
 * Whom somebody stands in for at `at`, of those who may decide themselves; nobody where the policy does not know them. Where
 * there is no policy, all may, unless that is ruled out.
 */
export async function standsFor(
  policies: Permissions,
  delegations: Pick<Delegations, 'list'>,
  by: string,
  at: number,
  { openToAll = true } = {},
): Promise<string[]> {
  const policy = await policies.current();
  const isKnown = (openToAll && !hasPeople(policy)) || Object.hasOwn(policy.people, by);
  if (!isKnown && (await policies.signedIn(by)).length === 0) return [];
  const all = givers(await delegations.list(), by, at);
  const roles = await Promise.all(all.map((giver) => policies.signedIn(giver)));
  return all.filter((giver, i) => refusal(policy, giver, 'approve', roles[i], { openToAll }) === null);
}
