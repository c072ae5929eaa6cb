/** Approvals that can never be had, against plans in people's own words. */
import { describe, expect, test } from 'vitest';
import { outOfReach } from '../../src/domain/quorum.ts';
import { parsePlan } from '../../src/domain/plan-input.ts';

const planWith = (approval: object, more: object = {}) =>
  parsePlan({
    model: 'mail',
    train: { data: 'mail' },
    capabilities: ['spam'],
    strategy: 'one-shot',
    people: { team: ['ann', 'bob'], safety: ['carl', 'dora'] },
    'internal test': { approval: { from: 'team' } },
    full: { approval },
    ...more,
  });
const steps = (approval: object, by: string | null): string[] =>
  outOfReach(planWith(approval), by).map((text) => text.split(':')[0] ?? '');

describe('an approval is out of reach', () => {
  test('where whoever starts the release is needed for it', () => {
    expect(outOfReach(planWith({ from: ['ann', 'bob'], count: 2 }), 'ann')).toEqual([
      'full: 2 approvals of ann, bob can never be had: ann starts this release and may not approve it, so the end of its time rejects it (let somebody else start it, or write own: yes)',
    ]);
    expect(steps({ from: 'team', count: 2, else: 'approve' }, 'bob')).toEqual(['full']);
    expect(steps({ from: 'bob' }, 'bob')).toEqual(['full']);
  });

  test('where their group cannot approve by itself', () => {
    expect(steps({ from: ['team', 'safety'], each: 'yes' }, 'ann')).toEqual([]);
    expect(steps({ from: ['team', 'safety'], each: 'yes', count: 2 }, 'ann')).toEqual(['full']);
    expect(steps({ from: ['team', 'safety'], each: 'yes', count: 2 }, 'eve')).toEqual([]);
  });
});

test.each([
  ['others are enough', { from: 'team' }, 'ann'],
  ['somebody else starts it', { from: 'team', count: 2 }, 'eve'],
  ['nobody knows who starts it', { from: 'team', count: 2 }, null],
  ['it is allowed to approve one’s own', { from: 'team', count: 2, own: 'yes' }, 'ann'],
  ['anybody may approve', { count: 2 }, 'ann'],
  ['those who are asked later are enough', { from: 'team', count: 2, else: 'hold', 'escalate to': 'dora' }, 'ann'],
])('is within reach where %s', (_, approval, by) => {
  expect(steps(approval, by)).toEqual([]);
});
