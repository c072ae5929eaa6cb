/** Confidence sequences: they cover at all looks at once, agree with a plain second computation, and shrink as they should. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confidenceSequence, differenceSequence } from '../../src/statistics/confidence-sequence.ts';
import { mulberry } from '../support/crowd.ts';

const alpha = 0.05;

describe('confidenceSequence', () => {
  it('is the formula of the paper, written a second time and without running sums', () => {
    const random = mulberry(3);
    const values = Array.from({ length: 200 }, () => random() ** 2);
    const expected = plain(values, alpha);
    const actual = confidenceSequence(values, alpha);
    expect(actual?.low).toBeCloseTo(expected.low, 12);
    expect(actual?.high).toBeCloseTo(expected.high, 12);
  });

  it.each([
    ['rare failures', 0.01, (random: () => number) => Number(random() < 0.01)],
    ['a coin', 0.5, (random: () => number) => Number(random() < 0.5)],
    ['mostly satisfied', 0.9, (random: () => number) => Number(random() < 0.9)],
    ['stars from 0 to 1', 0.5, (random: () => number) => Math.floor(random() * 5) / 4],
  ])('of %s misses the mean at any of 1,500 looks in no more than 5 %% of runs', (_, mean, draw) => {
    const runs = 300;
    let missed = 0;
    for (let seed = 1; seed <= runs; seed++) {
      const random = mulberry(seed * 7919);
      const values = Array.from({ length: 1500 }, () => draw(random));
      // The bounds are running intersections, so the last look remembers all looks before it.
      const last = confidenceSequence(values, alpha);
      if (last === null || mean < last.low || mean > last.high) missed += 1;
    }
    // Three standard deviations above 5 % of the runs.
    expect(missed).toBeLessThanOrEqual(runs * alpha + 3 * Math.sqrt(runs * alpha * (1 - alpha)));
  });

  it('never grows as data comes in, and stays in [0, 1]', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 80 }), (values) => {
        const before = confidenceSequence(values.slice(0, -1), alpha);
        const after = confidenceSequence(values, alpha);
        expect(after?.low).toBeGreaterThanOrEqual(before?.low ?? 0);
        expect(after?.high).toBeLessThanOrEqual(before?.high ?? 1);
      }),
    );
  });

  it('knows nothing without data', () => {
    expect(confidenceSequence([], alpha)).toBeNull();
    expect(differenceSequence([{ share: 0.5, candidate: [1, 1], stable: [] }], alpha)).toBeNull();
  });
});

describe('differenceSequence', () => {
  it('does not change what it made of earlier values when more arrive', () => {
    const value = fc.double({ min: 0, max: 1, noNaN: true });
    const arm = fc.array(value, { minLength: 5, maxLength: 60 });
    fc.assert(
      fc.property(arm, arm, fc.constantFrom(0.05, 0.25, 0.5), (candidate, stable, share) => {
        const before = differenceSequence([{ share, candidate, stable }], alpha);
        const after = differenceSequence(
          [{ share, candidate: [...candidate, 0, 1], stable: [...stable, ...Array.from({ length: 40 }, () => 1)] }],
          alpha,
        );
        if (before === null) return;
        expect(after?.n).toBeGreaterThanOrEqual(before.n);
        expect(after === null ? 0 : after.high - after.low).toBeLessThanOrEqual(before.high - before.low + 1);
      }),
    );
  });

  it.each([
    [0.05, 0.4, 250],
    [0.5, 0.2, 900],
  ])('at a share of %d sees a fall of %d with %d values of the candidate', (share, fall, n) => {
    const random = mulberry(11);
    const candidate = Array.from({ length: n }, () => Number(random() < 0.9 - fall));
    const stable = Array.from({ length: Math.round((n * (1 - share)) / share) }, () => Number(random() < 0.9));
    expect(differenceSequence([{ share, candidate, stable }], alpha)?.high).toBeLessThan(0);
  });

  it('of two equal arms excludes 0 in no more than 5 % of runs', () => {
    const runs = 300;
    let missed = 0;
    for (let seed = 1; seed <= runs; seed++) {
      const random = mulberry(seed * 104_729);
      const draw = (n: number) => Array.from({ length: n }, () => Number(random() < 0.85));
      const estimate = differenceSequence(
        [
          { share: 0.1, candidate: draw(100), stable: draw(900) },
          { share: 0.5, candidate: draw(400), stable: draw(400) },
        ],
        alpha,
      );
      if (estimate !== null && (estimate.low > 0 || estimate.high < 0)) missed += 1;
    }
    expect(missed).toBeLessThanOrEqual(runs * alpha + 3 * Math.sqrt(runs * alpha * (1 - alpha)));
  });
});

/** Theorem 2 as it is printed, every sum made anew at each t. */
function plain(x: number[], a: number): { low: number; high: number } {
  const mu = (t: number): number => (0.5 + x.slice(0, t).reduce((s, v) => s + v, 0)) / (t + 1);
  const sigma2 = (t: number): number =>
    (0.25 + x.slice(0, t).reduce((s, v, i) => s + (v - mu(i + 1)) ** 2, 0)) / (t + 1);
  const lambda = (t: number): number =>
    Math.min(Math.sqrt((2 * Math.log(2 / a)) / (sigma2(t - 1) * t * Math.log(1 + t))), 0.5);
  const lambdas = x.map((_, i) => lambda(i + 1));
  const v = x.map(
    (value, i) => 4 * (value - mu(i)) ** 2 * ((-Math.log(1 - (lambdas[i] ?? 0)) - (lambdas[i] ?? 0)) / 4),
  );
  let low = 0;
  let high = 1;
  for (let t = 1; t <= x.length; t++) {
    const sum = lambdas.slice(0, t).reduce((s, l) => s + l, 0);
    const centre = x.slice(0, t).reduce((s, value, i) => s + (lambdas[i] ?? 0) * value, 0) / sum;
    const radius = (Math.log(2 / a) + v.slice(0, t).reduce((s, each) => s + each, 0)) / sum;
    low = Math.max(low, centre - radius);
    high = Math.min(high, centre + radius);
  }
  return { low, high };
}
