/** The newest values beside all: which parts are looked at, and that their parts of alpha never add up to more than it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Sample } from '../../src/domain/feedback.ts';
import { partsOf } from '../../src/statistics/newest.ts';

/** Values that tell their place. */
const numbered = (n: number) => Array.from({ length: n }, (_, i) => i);
const sample = (share: number, candidate: number, stable: number): Sample => ({
  share,
  candidate: numbered(candidate),
  stable: numbered(stable),
});

describe('partsOf', () => {
  test('gives all, and ever longer parts of what came last', () => {
    const { all, newest } = partsOf([sample(0.5, 1000, 1000)]);
    expect(all.samples).toEqual([sample(0.5, 1000, 1000)]);
    const lengths = newest.map(({ samples }) => samples[0]?.candidate.length ?? 0);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(lengths[0]).toBe(20);
    expect(lengths.at(-1)).toBeGreaterThan(600);
    for (const { samples } of newest)
      expect([samples[0]?.candidate.at(-1), samples[0]?.stable.at(-1)]).toEqual([999, 999]);
  });

  test('looks at the level of exposure that is under way, as soon as something came in it', () => {
    const before = sample(0.05, 100, 1900);
    const early = partsOf([before, sample(0.5, 19, 19), sample(0.9, 0, 0)]);
    expect(early.newest[0]?.samples[0]?.share).toBe(0.05);
    const { newest } = partsOf([before, sample(0.5, 30, 30), sample(0.9, 0, 0)]);
    expect(newest.map(({ samples }) => samples[0])).toEqual([sample(0.5, 30, 30)]);
  });

  test('begins in both arms at about the same moment, also where one is short of values', () => {
    const { newest } = partsOf([sample(0.5, 1000, 250)]);
    for (const { samples } of newest) {
      const [candidate = 0, stable = 0] = [samples[0]?.candidate[0], samples[0]?.stable[0]];
      expect(Math.abs(candidate / 1000 - stable / 250)).toBeLessThan(20 / 250);
    }
  });

  test('has nothing but all where little came', () => {
    expect(partsOf([]).newest).toEqual([]);
    expect(partsOf([sample(0.5, 20, 20)]).newest).toEqual([]);
    expect(partsOf([sample(1, 500, 0)]).newest.length).toBeGreaterThan(3);
  });

  test('never gives away more than alpha, over all looks at once', () => {
    const counts = fc.array(fc.tuple(fc.nat(3000), fc.nat(3000)), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.constantFrom(0.05, 0.5, 0.8), counts, (levels, share, looks) => {
        for (const arm of ['candidate', 'stable', 'difference'] as const) {
          const spent = new Map<string, number>();
          for (const [candidate, stable] of looks) {
            for (let level = 0; level < levels; level++) {
              const samples = Array.from({ length: levels }, (_, i) =>
                i === level ? sample(share, candidate, stable) : sample(share, 0, 0),
              );
              const { all, newest } = partsOf(samples);
              spent.set('all', all.weight[arm]);
              for (const {
                samples: [part],
                weight,
              } of newest) {
                const starts = {
                  candidate: candidate - (part?.candidate.length ?? 0),
                  stable: stable - (part?.stable.length ?? 0),
                };
                const key = arm === 'difference' ? `${starts.candidate} ${starts.stable}` : `${starts[arm]}`;
                spent.set(`${level} ${key}`, Math.max(weight[arm], spent.get(`${level} ${key}`) ?? 0));
              }
            }
          }
          expect([...spent.values()].reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 30 },
    );
  });
});
