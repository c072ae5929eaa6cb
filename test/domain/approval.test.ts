/** Who may decide what waits, when it is decided, and what each person is told: rules against their words in the plan. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  askedOf,
  missing,
  objection,
  readMessage,
  termsOf,
  whenSilent,
  whenUndecidedOf,
} from '../../src/domain/approval.ts';
import { digestOf, gistOf, newsOf } from '../../src/domain/evidence.ts';
import { parsePlan } from '../../src/domain/plan-input.ts';
import type { ClosedRequest, Need, Waiting } from '../../src/domain/report.ts';
import type { Verdict } from '../../src/domain/verdict.ts';

const digest = 'ab'.repeat(32);

function waiting(changes: Partial<Waiting> = {}): Waiting {
  return {
    id: '2/gray/1',
    stage: 2,
    step: 'gray',
    question: 'go on?',
    evidence: [],
    digest,
    findings: [],
    from: ['ann', 'bob'],
    count: 1,
    needs: [],
    notBy: 'eve',
    approvedBy: [],
    since: '2026-01-01T00:00:00.000Z',
    until: '2026-01-03T00:00:00.000Z',
    withinMs: 172_800_000,
    otherwise: 'hold',
    escalateTo: ['dora'],
    escalated: false,
    held: false,
    ...changes,
  };
}

describe('who decides', () => {
  const over: ClosedRequest = {
    request: waiting({ id: '1/gray/1' }),
    outcome: 'approved',
    at: '2026-01-01T12:00:00.000Z',
    by: 'ann',
    why: '',
  };
  const say = (message: object, changes: Partial<Waiting> = {}, kind: 'approve' | 'reject' = 'approve') =>
    objection({ waiting: waiting(changes), requests: [over] }, { by: 'ann', ...message }, kind);

  test('is one of those whom the plan names', () => {
    expect(say({})).toBeNull();
    expect(say({ by: 'cem' })).toBe('cem may not decide this; it is for ann, bob');
    expect(say({ by: 'cem' }, { from: [] })).toBeNull();
  });

  test('is not whoever started the release, though they may reject it', () => {
    expect(say({ by: 'eve' }, { from: [] })).toMatch(/^eve started this release/);
    expect(say({ by: 'eve' }, { from: [] }, 'reject')).toBeNull();
    expect(say({ by: 'eve' }, { from: [], notBy: null })).toBeNull();
  });

  test('does so once, on the evidence that they saw, for the request that is open', () => {
    expect(say({}, { approvedBy: ['ann'] })).toBe('ann has approved already');
    expect(say({ evidence: digest })).toBeNull();
    expect(say({ evidence: digest.slice(0, 8) })).toBeNull();
    expect(say({ evidence: 'ba' })).toMatch(/not what ann saw/);
    for (const short of ['', digest.slice(0, 2), digest.slice(0, 7)]) {
      expect(say({ evidence: short })).toBe(
        `evidence "${short}" is too short; give at least 8 digits of the request's digest`,
      );
    }
    expect(say({ evidence: 'cd'.repeat(32) })).toMatch(/not what ann saw any more; look at request 2\/gray\/1 again/);
    expect(say({ request: '3/full/1' })).toMatch(/is not open; what waits now is 2\/gray\/1/);
  });

  test('is told truthfully how a request ended that is over', () => {
    expect(say({ request: '1/gray/1' })).toBe(
      'request 1/gray/1 is over: it was approved by ann at 2026-01-01T12:00:00.000Z',
    );
    expect(objection({ waiting: null, requests: [] }, { by: 'ann' }, 'approve')).toMatch(/^nothing waits/);
  });

  test('is also somebody of the escalation once nobody else has decided', () => {
    expect(say({ by: 'dora' })).toMatch(/may not/);
    expect(say({ by: 'dora' }, { escalated: true })).toBeNull();
  });
});

describe('how many', () => {
  test('have to approve is counted over all of them, or in each group', () => {
    expect([...missing(waiting({ count: 2, approvedBy: ['ann'] }))]).toEqual([['', 1]]);
    const needs = [
      { group: 'product', members: ['ann', 'bob'], count: 1 },
      { group: 'safety', members: ['bob', 'cem'], count: 1 },
    ];
    const left = (...approvedBy: string[]) => Object.fromEntries(missing({ needs, count: 2, approvedBy }));
    expect(left()).toEqual({ product: 1, safety: 1 });
    expect(left('ann')).toEqual({ safety: 1 });
    expect(left('bob')).toEqual({ safety: 1 });
    // Bob stood for product; when Ann comes, he stands for safety.
    expect(left('bob', 'ann')).toEqual({});
    expect(left('ann', 'dora')).toEqual({ safety: 1 });
  });

  test('people are matched to groups as well as any assignment can', () => {
    const people = ['a', 'b', 'c', 'd'];
    const need = fc.record({
      group: fc.constantFrom('x', 'y', 'z'),
      members: fc.subarray(people),
      count: fc.integer({ min: 1, max: 2 }),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(need, { maxLength: 3, selector: ({ group }) => group, minLength: 1 }),
        fc.subarray(people),
        (needs, approvedBy) => {
          const slots = needs.flatMap((one) => Array.from({ length: one.count }, () => one));
          const left = [...missing({ needs, count: slots.length, approvedBy }).values()].reduce((a, b) => a + b, 0);
          expect(slots.length - left).toBe(mostFilled(slots, approvedBy));
        },
      ),
    );
  });

  test('is said in words', () => {
    expect(askedOf(waiting())).toBe('1 approval of ann, bob');
    expect(askedOf(waiting({ from: [], count: 2, notBy: null }))).toBe('2 approvals of anybody who may approve');
    expect(askedOf(waiting({ from: [], notBy: 'eve' }))).toMatch(
      /anybody who may approve \(not eve, who started it\)$/,
    );
    expect(askedOf(waiting({ notBy: 'bob' }))).toBe('1 approval of ann, bob (not bob, who started it)');
    const needs = ['product', 'safety'].map((group) => ({ group, members: [], count: 1 }));
    expect(askedOf(waiting({ needs, count: 2 }))).toBe('1 approval of product and 1 of safety');
    expect(whenSilent(waiting())).toBe('ask once more');
    expect(whenSilent(waiting({ escalated: true }))).toBe('reject');
  });
});

describe('a plan', () => {
  const plan = (approval: unknown) =>
    parsePlan({
      model: 'm',
      data: 'd',
      capabilities: ['a'],
      people: { product: ['ann', 'bob'], safety: ['bob'], managers: ['dora'] },
      full: { approval },
    });

  test('says who, how many of each, and who else in the end; silence holds, then rolls back', () => {
    const { full, people } = plan({ from: ['product', 'safety'], both: 'yes', 'escalate to': 'managers' });
    expect(full.approval).toEqual({
      from: ['product', 'safety'],
      count: 1,
      each: true,
      withinMs: 172_800_000,
      otherwise: 'hold',
      escalateTo: ['managers'],
    });
    expect(full.approval === null ? null : termsOf(full.approval, people)).toEqual({
      from: ['ann', 'bob'],
      count: 2,
      needs: [
        { group: 'product', members: ['ann', 'bob'], count: 1 },
        { group: 'safety', members: ['bob'], count: 1 },
      ],
      withinMs: 172_800_000,
      otherwise: 'hold',
      escalateTo: ['dora'],
    });
  });

  test('is read back as it was parsed', () => {
    const parsed = plan({ from: ['product', 'safety'], each: true, own: true, else: 'reject', escalate: 'managers' });
    expect(parsePlan(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
  });

  test('that nobody could ever fulfil is refused', () => {
    expect(() => plan({ from: ['safety', 'bob'], each: true })).toThrow(
      /2 have to approve, 1 of each group and nobody for two of them, but only 1 can \(bob\)/,
    );
    expect(() => plan({ from: 'product', each: true })).toThrow(/about several groups/);
    expect(() => plan({ from: 'product', own: 'maybe' })).toThrow(/"maybe" is neither yes nor no/);
    expect(() => plan({ from: 'product', 'escalate to': 'manager' })).toThrow(/did you mean managers/);
  });
});

test('a message is read whole, or refused with every problem', () => {
  expect(readMessage({ by: ' ann ', via: 'slack', id: 'x', evidence: digest, request: 'r', why: 'ok' })).toEqual({
    by: 'ann',
    via: 'slack',
    id: 'x',
    evidence: digest,
    request: 'r',
    why: 'ok',
  });
  expect(readMessage({ why: 7, who: 'ann' })).toBe(
    'there is no field "who" (known: by, why, request, evidence, via, id, emergency); why has to be a text; by is missing: who says this',
  );
});

describe('evidence', () => {
  const plan = parsePlan({ model: 'm', data: 'd', capabilities: ['a'] });
  const evidence = {
    release: 'm-1',
    stage: 1,
    step: 'gray' as const,
    capabilities: ['a'],
    candidate: 'c',
    stable: { a: null },
    exposure: 0.05,
    plan,
    verdict: null,
  };

  test('has one digest, whatever the order of its fields, and another when anything in it is', () => {
    expect(digestOf(evidence)).toMatch(/^[0-9a-f]{64}$/);
    expect(digestOf(Object.assign({ verdict: null }, evidence))).toBe(digestOf(evidence));
    const others = [{ exposure: 0.06 }, { candidate: 'd' }, { stable: { a: 'b' } }, { plan: { ...plan, alpha: 0.01 } }];
    const digests = [evidence, ...others.map((other) => ({ ...evidence, ...other }))].map(digestOf);
    expect(new Set(digests).size).toBe(5);
  });

  test('numbers that move are no other evidence; a condition that breaks is', () => {
    const finding = { capability: 'a', condition: 'x', reason: '', metric: null, candidate: null, stable: null };
    const verdict = (state: 'holds' | 'breached', reason: string) => ({
      kind: 'advance' as const,
      reasons: [reason],
      findings: [{ ...finding, difference: null, state }],
    });
    expect(gistOf(verdict('holds', '0.91'))).toBe(gistOf(verdict('holds', '0.92')));
    expect(gistOf(verdict('holds', '0.91'))).not.toBe(gistOf(verdict('breached', '0.91')));
  });
});

describe('what is news to somebody who was shown a verdict', () => {
  const estimate = (value: number, radius: number) => ({ value, low: value - radius, high: value + radius, n: 100 });
  const verdict = (state: 'holds' | 'open' | 'breached', value: number, radius = 0.1): Verdict => ({
    kind: 'hold',
    reasons: [],
    findings: [
      {
        capability: 'topic',
        condition: 'satisfaction >= stable - 50%',
        state,
        reason: 'so many',
        metric: 'satisfaction',
        candidate: estimate(0.5 + value, 0.05),
        stable: estimate(0.5, 0.05),
        difference: estimate(value, radius),
      },
    ],
  });

  test('is a condition that stands otherwise, better or worse', () => {
    const words = 'topic: satisfaction >= stable - 50% is open now: so many';
    expect(newsOf(verdict('holds', 0.3), verdict('open', 0.3))).toBe(words);
    expect(newsOf(verdict('open', 0.3), verdict('holds', 0.3))).toContain('holds now');
    expect(newsOf(verdict('open', 0.3), verdict('breached', 0.3))).toContain('is breached now');
  });

  test('is a figure that has left the interval that was shown, and none that moves within it', () => {
    expect(newsOf(verdict('holds', 0.378), verdict('holds', -0.691))).toBe(
      'topic: satisfaction against stable is -0.691 now and was +0.378',
    );
    expect(newsOf(verdict('holds', 0.378), verdict('holds', 0.3, 0.02))).toBeNull();
    expect(newsOf(verdict('holds', 0.378), { ...verdict('holds', 0.378), findings: [] })).toBeNull();
  });
});

describe('who is asked where nothing can tell', () => {
  const plan = (approval?: object) =>
    parsePlan({
      model: 'm',
      data: 'd',
      capabilities: ['a'],
      gray: { within: '3 days', ...(approval && { approval }) },
    });

  test('is anybody for as long as the step has; silence holds, then rolls back', () => {
    expect(whenUndecidedOf(plan(), 'gray')).toEqual({
      from: [],
      count: 1,
      withinMs: 3 * 86_400_000,
      otherwise: 'hold',
    });
  });

  test('is whoever approves the step, on their terms; but silence never approves what nobody is sure of', () => {
    const of = (otherwise: string) =>
      whenUndecidedOf(plan({ from: ['ann'], within: '1 day', else: otherwise }), 'gray');
    expect(of('reject')).toMatchObject({ from: ['ann'], withinMs: 86_400_000, otherwise: 'reject' });
    expect(of('hold').otherwise).toBe('hold');
    expect(of('approve').otherwise).toBe('hold');
  });
});

/** By trying every assignment. */
function mostFilled([slot, ...others]: Need[], people: string[]): number {
  if (slot === undefined) return 0;
  const taken = people
    .filter((person) => slot.members.includes(person))
    .map(
      (person) =>
        1 +
        mostFilled(
          others,
          people.filter((one) => one !== person),
        ),
    );
  return Math.max(mostFilled(others, people), ...taken);
}
