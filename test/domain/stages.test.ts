/** Stages and the paper's curve. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { curvePoint, plannedCurve } from '../../src/domain/curve.ts';
import { parsePlan } from '../../src/domain/plan-input.ts';
import type { StageProgress } from '../../src/domain/report.ts';
import { score, splitIntoStages } from '../../src/domain/stages.ts';

const plan = (parts: object) => parsePlan({ model: 'm', data: 'd', ...parts });

describe('splitIntoStages', () => {
  test("gives the paper's table: 100 capabilities, 10 at first and 10 in each stage", () => {
    const names = Array.from({ length: 100 }, (_, i) => `f${i}`);
    const curve = plannedCurve(splitIntoStages(plan({ capabilities: names, stages: { N_0: 10, ΔN: 10 } })));
    expect(curve).toEqual([
      { t: 0, n: 10, p: 0.1 },
      { t: 1, n: 20, p: 0.2 },
      { t: 2, n: 30, p: 0.3 },
      { t: 3, n: 40, p: 0.4 },
      { t: 4, n: 50, p: 0.5 },
      { t: 5, n: 60, p: 0.6 },
      { t: 6, n: 70, p: 0.7 },
      { t: 7, n: 80, p: 0.8 },
      { t: 8, n: 90, p: 0.9 },
      { t: 9, n: 100, p: 1 },
    ]);
  });

  test('lets stages grow by an expression of t, rounded down, and ends with what is left', () => {
    const names = Array.from({ length: 12 }, (_, i) => `f${i}`);
    const stages = splitIntoStages(plan({ capabilities: names, stages: { first: 1, then: '1.5 t' } }));
    expect(stages.map((stage) => stage.length)).toEqual([1, 1, 3, 4, 3]);
  });

  test('puts the highest score first, and keeps ties as they were written', () => {
    const capabilities = { a: { importance: 1 }, b: { importance: 9 }, c: { importance: 1 }, d: { importance: 9 } };
    expect(splitIntoStages(plan({ capabilities, stages: { first: 1, then: 1 } }))).toEqual([
      ['b'],
      ['d'],
      ['a'],
      ['c'],
    ]);
  });

  test('puts what is required first, whatever its score', () => {
    const capabilities = { high: { importance: 10, requires: 'low' }, middle: {}, low: { importance: 0 } };
    expect(splitIntoStages(plan({ capabilities, stages: { first: 1, then: 1 } }))).toEqual([
      ['middle'],
      ['low'],
      ['high'],
    ]);
  });

  test('releases all at once when the plan says one-shot, whatever stages it lists', () => {
    const capabilities = { a: { importance: 1 }, b: { importance: 9 } };
    expect(splitIntoStages(plan({ capabilities, strategy: 'one-shot', stages: [['a'], ['b']] }))).toEqual([['b', 'a']]);
  });

  test('puts every capability in exactly one stage, none before what it requires, and any order works', () => {
    const capability = fc.record({
      importance: fc.integer({ min: 0, max: 10 }),
      earlier: fc.array(fc.nat(), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(
        fc.array(capability, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 3 }),
        (drawn, size) => {
          const capabilities = Object.fromEntries(
            drawn.map(({ importance, earlier }, i) => {
              const requires = [...new Set(earlier.filter(() => i > 0).map((k) => `f${k % i}`))];
              return [`f${i}`, { importance, requires }];
            }),
          );
          const stages = splitIntoStages(plan({ capabilities, stages: { first: 1, then: size } }));
          expect(stages.flat().toSorted()).toEqual(Object.keys(capabilities).toSorted());
          const order = stages.flat();
          for (const [name, { requires }] of Object.entries(capabilities)) {
            for (const required of requires) expect(order.indexOf(required)).toBeLessThan(order.indexOf(name));
          }
        },
      ),
    );
  });

  test('scores by importance, demand and risk, with multiplication left out as in the paper', () => {
    expect(score({ importance: 9, demand: 9, risk: 6, requires: [] }, '2 importance + demand - 3 risk')).toBe(9);
    expect(score({ importance: 9, demand: 4, risk: 2, requires: [] }, 'max(importance, demand) / sqrt(demand)')).toBe(
      4.5,
    );
  });
});

describe('curvePoint', () => {
  const stage = (number: number, capabilities: string[], state: StageProgress['state']): StageProgress => ({
    number,
    capabilities,
    state,
    step: null,
    exposure: 0,
    reason: '',
    examinations: [],
    verdicts: {},
  });

  test('counts what all users have, beside what was planned', () => {
    const stages = [stage(1, ['a', 'b'], 'released'), stage(2, ['c'], 'rolledBack'), stage(3, ['d', 'e'], 'released')];
    expect(curvePoint(stages, 2, 'now')).toEqual({
      t: 2,
      at: 'now',
      capabilities: ['d', 'e'],
      n: 4,
      p: 0.8,
      planned: { n: 5, p: 1 },
    });
  });

  test('has nothing at a time that the plan does not have', () => {
    expect(() => curvePoint([stage(1, ['a'], 'released')], 1, 'now')).toThrow(RangeError);
  });
});
