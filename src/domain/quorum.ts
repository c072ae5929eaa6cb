/** Approvals of a plan that can never be had, because whoever starts the release may not approve it. */
import { askedOf, missing, termsOf } from './approval.ts';
import { stageSteps } from './levels.ts';
import type { Plan } from './plan.ts';
import { approvalOf } from './reminders.ts';

/** A sentence for each, without its full stop; `by` starts the release, null where nobody knows. */
export function outOfReach(plan: Plan, by: string | null): string[] {
  if (by === null) return [];
  return stageSteps(plan).flatMap((step) => {
    const approval = approvalOf(plan, step);
    if (approval === null || approval.own === true) return [];
    const terms = termsOf(approval, plan.people);
    // Who is asked when nobody has decided may approve too, and where nobody is named, anybody may.
    const may = [...new Set([...terms.from, ...(terms.otherwise === 'hold' ? terms.escalateTo : [])])];
    const approvedBy = may.filter((name) => name !== by);
    if (terms.from.length === 0 || missing({ ...terms, approvedBy }).size === 0) return [];
    const end = terms.otherwise === 'approve' ? 'approves' : 'rejects';
    const why = `${by} starts this release and may not approve it, so the end of its time ${end} it`;
    return [`${step}: ${askedOf(terms)} can never be had: ${why} (let somebody else start it, or write own: yes)`];
  });
}
