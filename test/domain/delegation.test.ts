/** Standing in for somebody: who may say so, when it holds, and that nobody ever counts twice. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { missing, objection, standingIn, termsOf } from '../../src/domain/approval.ts';
import { givers, insistDelegation, type Delegation } from '../../src/domain/delegation.ts';
import { parsePolicy } from '../../src/domain/policy.ts';
import { waiting as asked } from '../fixtures/report-mail.ts';

const policy = parsePolicy({
  people: { root: { roles: 'admin' }, wang: { roles: 'approver' }, li: {}, oli: { roles: 'operator' } },
});
const now = Date.parse('2026-11-25T12:00:00Z');
const order = { from: 'wang', to: 'li', until: '2026-12-01', why: 'on leave', by: 'wang' };

describe('a delegation', () => {
  test('is said by whoever is away, or by an admin, of what they may do themselves', () => {
    expect(() => insistDelegation(policy, order, now)).not.toThrow();
    expect(() => insistDelegation(policy, { ...order, by: 'root' }, now)).not.toThrow();
    expect(() => insistDelegation(policy, { ...order, by: 'li' }, now)).toThrow('li is neither');
    expect(() => insistDelegation(policy, { ...order, from: 'oli', by: 'oli' }, now)).toThrow('nothing to hand over');
    const wrong = { from: 'wang', to: 'wang', until: '2026-11-01', why: ' ', by: 'wang' };
    expect(() => insistDelegation(policy, wrong, now)).toThrow(/themselves[\s\S]*say why[\s\S]*over already/);
    expect(() => insistDelegation(policy, { ...order, to: 'eve', until: 'soon' }, now)).toThrow(
      /eve is not[\s\S]*"soon"/,
    );
    expect(() => insistDelegation(policy, { ...order, until: '2028-01-01' }, now)).toThrow('more than a year away');
  });

  test('holds from when it was said until its time, or until it is ended; it is not handed on', () => {
    const one = (more: Partial<Delegation>): Delegation => ({
      ...order,
      number: 1,
      at: '2026-11-20T00:00:00Z',
      until: '2026-12-01T00:00:00Z',
      endedAt: null,
      ...more,
    });
    const at = (iso: string, ...all: Delegation[]) => givers(all, 'li', Date.parse(iso));
    expect(at('2026-11-19T23:59:59Z', one({}))).toEqual([]);
    expect(at('2026-11-20T00:00:00Z', one({}))).toEqual(['wang']);
    expect(at('2026-12-01T00:00:00Z', one({}))).toEqual([]);
    expect(at('2026-11-25T00:00:00Z', one({ endedAt: '2026-11-24T00:00:00Z' }))).toEqual([]);
    const chain = [one({ from: 'zhou', to: 'wang', number: 2 }), one({})];
    expect(at('2026-11-25T00:00:00Z', ...chain)).toEqual(['wang']);
  });
});

test('whoever stands in for whom: a request is never closed by fewer people than it needs, and never by its starter', () => {
  const people = ['ann', 'bob', 'cem', 'dora', 'eve'];
  const person = fc.constantFrom(...people);
  const someone = fc.subarray(people, { minLength: 1 });
  const world = fc.record({
    product: someone,
    safety: someone,
    starter: person,
    standsFor: fc.dictionary(person, fc.uniqueArray(person, { maxLength: 3 })),
    presses: fc.array(person, { maxLength: 12 }),
  });
  fc.assert(
    fc.property(world, ({ product, safety, starter, standsFor, presses }) => {
      const approval = { from: ['product', 'safety'], count: 1, each: true, withinMs: 1, otherwise: 'reject' } as const;
      const terms = termsOf({ ...approval, from: [...approval.from] }, { product, safety });
      if (asked.waiting === null) throw new Error('nothing waits in the fixture');
      const waiting = { ...asked.waiting, ...terms, notBy: starter, approvedBy: [''].slice(1), delegates: {} };
      const report = { waiting, requests: [] };
      const pressed = new Set<string>();
      for (const by of presses) {
        const own = waiting.from.includes(by);
        const says = own ? { by } : standingIn(report, { by }, 'approve', standsFor[by] ?? []);
        if (objection(report, says, 'approve') !== null) continue;
        expect(pressed.has(by)).toBe(false);
        pressed.add(by);
        waiting.approvedBy.push(says.for ?? by);
        if (says.for !== undefined) Object.assign(waiting.delegates, { [says.for]: by });
      }
      expect(pressed.has(starter)).toBe(false);
      expect(waiting.approvedBy).not.toContain(starter);
      expect(new Set(waiting.approvedBy).size).toBe(pressed.size);
      if (missing(waiting).size === 0) expect(pressed.size).toBeGreaterThanOrEqual(2);
    }),
    { numRuns: 2000 },
  );
});
