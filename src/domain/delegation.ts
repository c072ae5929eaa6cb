/** Standing in for somebody: who may decide for whom, and until when. */
import { GradusError } from './errors.ts';
import { refusal, type Policy } from './policy.ts';

export interface Delegation {
  /** 1, 2, … */
  number: number;
  /** Who is away. */
  from: string;
  /** Who decides for them meanwhile. */
  to: string;
  until: string;
  why: string;
  by: string;
  at: string;
  /** Ended before its time; null: not. */
  endedAt: string | null;
}

export type NewDelegation = Pick<Delegation, 'from' | 'to' | 'until' | 'why' | 'by'>;

export interface Delegations {
  /** Newest first. */
  list(): Promise<Delegation[]>;
  add(delegation: NewDelegation): Promise<Delegation>;
  /** Null where there is none of that number that has not ended. */
  end(number: number, by: string): Promise<Delegation | null>;
}

/** For whom `to` may decide at `at` (milliseconds since 1970), who asked first first. Whoever stands in for somebody gives that to nobody else. */
export function givers(delegations: readonly Delegation[], to: string, at: number): string[] {
  const own = delegations.filter((one) => one.to === to && isInForce(one, at)).toSorted((a, b) => a.number - b.number);
  return [...new Set(own.map(({ from }) => from))];
}

export function isInForce({ at: since, until, endedAt }: Delegation, at: number): boolean {
  return Date.parse(since) <= at && at < Date.parse(until) && (endedAt === null || at < Date.parse(endedAt));
}

const longestMs = 366 * 86_400_000;

/** Throws `REQUEST_INVALID` with everything that is wrong, or `NOT_ALLOWED`: it is the giver's to say, or an admin's. */
export function insistDelegation(policy: Policy, { from, to, until, why, by }: NewDelegation, now: number): void {
  const people = new Map(Object.entries(policy.people));
  const problems: string[] = [];
  for (const name of new Set([from, to])) {
    if (people.size > 0 && !people.has(name)) problems.push(`${name} is not in the policy`);
  }
  if (from === to) problems.push('nobody can stand in for themselves');
  if (why.trim() === '') problems.push('say why: --why REASON');
  const at = Date.parse(until);
  if (Number.isNaN(at)) problems.push(`"${until}" is not a time; write e.g. 2026-12-01 or 2026-12-01T18:00+08:00`);
  else if (at <= now) problems.push(`${until} is over already`);
  else if (at - now > longestMs) problems.push(`${until} is more than a year away`);
  const mayNot = people.has(from) ? refusal(policy, from, 'approve') : null;
  if (mayNot !== null) problems.push(`there is nothing to hand over: ${mayNot}`);
  if (problems.length > 0) {
    const message = problems.length === 1 ? `${problems[0] ?? ''}.` : problems.map((one) => `\n  ${one}`).join('');
    throw new GradusError('REQUEST_INVALID', `Nothing was delegated: ${message}`, { problems });
  }
  if (by !== from && refusal(policy, by, 'policy') !== null) {
    throw new GradusError('NOT_ALLOWED', `${from} says who stands in for ${from}, or an admin does; ${by} is neither.`);
  }
}
