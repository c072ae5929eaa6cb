/** What is shown of a policy: everything by which somebody gets a right, so that nobody has it unseen. */
import { expect, test } from 'vitest';
import { policyText } from '../../src/cli/policy-text.ts';
import { openToAll, parsePolicy } from '../../src/domain/policy.ts';

test('shows how each person is known, and what groups of the provider may do', () => {
  const people = {
    ann: {
      roles: ['approver', 'operator'],
      slack: 'U012AB3CD',
      oidc: 'ann@example.org',
      email: 'ann@mail.example.org',
    },
    bob: { roles: 'admin', oidc: '17' },
    cem: {},
  };
  const policy = parsePolicy({ people, groups: { leads: ['approver'] }, teams: { safety: ['cem'] } });
  expect(policyText(policy).split('\n')).toEqual([
    '  ann: approver, operator (Slack U012AB3CD, OIDC ann@example.org, mail ann@mail.example.org)',
    '  bob: admin (OIDC 17)',
    '  cem: no role',
    '  group leads (OIDC): approver',
    '  team safety: cem',
  ]);
  expect(policyText(openToAll)).toContain('There is no policy');
});
