/** Approvals that the policy lets nobody give, or not all who are asked. */
import { describe, expect, test } from 'vitest';
import { unknownApprovers } from '../../src/domain/known-approvers.ts';
import { parsePlan } from '../../src/domain/plan-input.ts';
import { openToAll, parsePolicy } from '../../src/domain/policy.ts';

const people = {
  root: { roles: 'admin' },
  ann: { roles: 'approver' },
  li: { roles: 'viewer' },
  bo: { roles: ['operator', 'viewer'] },
};
const policy = parsePolicy({ people, teams: { safety: ['ann', 'root'] } });
const planWith = (approval: object, more: object = {}) =>
  parsePlan({ model: 'mail', data: 'mail', capabilities: ['spam'], strategy: 'one-shot', full: { approval }, ...more });
const said = (approval: object, more: object = {}) => unknownApprovers(planWith(approval, more), policy);

describe('what is said of who is asked to approve', () => {
  test('is that they are not in the policy, or may not', () => {
    expect(said({ from: 'nobody-here' })).toEqual([
      'full: nobody-here is not in the policy; 1 approval of nobody-here can never be had, so the end of its time rejects it',
    ]);
    expect(said({ from: ['li', 'bo', 'an'], else: 'approve' })).toEqual([
      'full: li is viewer and may not approve; bo is operator and viewer and may not approve; an is not in the policy (did you mean ann?); 1 approval of li, bo, an can never be had, so the end of its time approves it',
    ]);
  });

  test('names the group that they are of, and whether the others are enough', () => {
    expect(said({ from: 'team' }, { people: { team: ['ann', 'li'] } })).toEqual([
      'full: li (team) is viewer and may not approve; the others are enough',
    ]);
    expect(said({ from: 'team', count: 2 }, { people: { team: ['ann', 'li'] } })[0]).toContain('can never be had');
    expect(said({ from: 'safety' })[0]).toContain(
      'safety is a team of the policy and no group of this plan (write people: {safety: [ann, root]})',
    );
  });

  test('counts those who may where anybody may', () => {
    expect(said({ count: 3 })).toEqual([
      'full: the policy has 2 who may approve; 3 approvals of anybody who may approve can never be had, so the end of its time rejects it',
    ]);
  });

  test('is nothing where they may, where there is no policy, and of those who come by a token', () => {
    expect(said({ from: ['ann', 'root'], count: 2 })).toEqual([]);
    expect(unknownApprovers(planWith({ from: 'nobody-here' }), openToAll)).toEqual([]);
    const li = { roles: 'viewer', oidc: 'li@example.org' };
    const byToken = parsePolicy({ people: { ...people, li }, groups: { leads: 'approver' } });
    expect(unknownApprovers(planWith({ from: 'li' }), byToken)).toEqual([]);
    expect(unknownApprovers(planWith({ count: 9 }), byToken)).toEqual([]);
  });
});
