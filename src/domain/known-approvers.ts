/** Approvals of a plan that ask people who may not give them by the policy in force: said before anybody waits for them. */
import { askedOf, missing, termsOf } from './approval.ts';
import { stageSteps } from './levels.ts';
import type { Approval, Plan } from './plan.ts';
import { hasPeople, refusal, type Policy } from './policy.ts';
import { approvalOf } from './reminders.ts';
import { didYouMean, listed } from './words.ts';

/** A sentence for each step, without its full stop. Whoever signs in by a token may have a role that the policy does not tell. */
export function unknownApprovers(plan: Plan, policy: Policy): string[] {
  if (!hasPeople(policy)) return [];
  return stageSteps(plan).flatMap((step) => {
    const approval = approvalOf(plan, step);
    if (approval === null) return [];
    const why = whyNot(approval, plan, policy);
    const terms = termsOf(approval, plan.people);
    const asked = [...terms.from, ...(terms.otherwise === 'hold' ? terms.escalateTo : [])];
    const isAnybody = terms.from.length === 0;
    // Who comes by a token alone is not listed anywhere.
    if (isAnybody && policy.groups !== undefined) return [];
    const may = (isAnybody ? Object.keys(policy.people) : asked).filter((name) => mayApprove(policy, name));
    const isOutOfReach = missing({ ...terms, approvedBy: [...new Set(may)] }).size > 0;
    if (why.length === 0 && !isOutOfReach) return [];
    const end = terms.otherwise === 'approve' ? 'approves' : 'rejects';
    const never = `${askedOf(terms)} can never be had, so the end of its time ${end} it`;
    const few = isAnybody ? [`the policy has ${may.length} who may approve`] : [];
    return [`${step}: ${[...why, ...few, isOutOfReach ? never : 'the others are enough'].join('; ')}`];
  });
}

function whyNot({ from, escalateTo = [] }: Approval, { people }: Plan, policy: Policy): string[] {
  const groups = new Map(Object.entries(people));
  const known = Object.keys(policy.people);
  return [...new Set([...from, ...escalateTo])].flatMap((name) => {
    const members = groups.get(name);
    if (members?.length === 0) return [`group ${name} has no members`];
    const inGroup = members === undefined ? '' : ` (${name})`;
    return (members ?? [name]).flatMap((person) => {
      if (mayApprove(policy, person)) return [];
      const own = new Map(Object.entries(policy.people)).get(person);
      if (own !== undefined)
        return [`${person}${inGroup} is ${listed(own.roles) || 'without a role'} and may not approve`];
      const team = members === undefined ? new Map(Object.entries(policy.teams ?? {})).get(person) : undefined;
      if (team === undefined) return [`${person}${inGroup} is not in the policy${didYouMean(person, known)}`];
      return [
        `${person} is a team of the policy and no group of this plan (write people: {${person}: [${team.join(', ')}]})`,
      ];
    });
  });
}

function mayApprove(policy: Policy, name: string): boolean {
  if (refusal(policy, name, 'approve') === null) return true;
  // Their token may give them more.
  return policy.groups !== undefined && new Map(Object.entries(policy.people)).get(name)?.oidc !== undefined;
}
