/** The confidence sequence: against the paper's definition computed otherwise, and by simulation of what it promises. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Sample } from '../../src/domain/feedback.ts';
import { armSequence, confidenceSequence, differenceSequence } from '../../src/statistics/confidence-sequence.ts';
import { differences } from '../../src/statistics/pairs.ts';
import { seeded, type Seeded } from './seeded.ts';

const look = z.object({ n: z.number(), low: z.number(), high: z.number() });
const { cases } = z
  .object({
    cases: z.array(
      z.object({ name: z.string(), alpha: z.number(), values: z.array(z.number()), looks: z.array(look) }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/confidence-sequence.json', import.meta.url), 'utf8')));

/**
 * Misses of 300 streams, each looked at again and again, at alpha 0.1: 30 are allowed on average. What is covered is the
 * mean of all means until then; `mean` says what that of the i-th value is.
 */
function misses(draw: (random: Seeded, i: number) => number, mean: (i: number) => number, n = 200): number {
  let missed = 0;
  for (let seed = 1; seed <= 300; seed++) {
    const random = seeded(seed * 104_729);
    const values = Array.from({ length: n }, (_, i) => draw(random, i));
    for (let k = 1, sum = 0, next = 1; k <= n; k++) {
      sum += mean(k - 1);
      if (k !== next && k !== n) continue;
      next = Math.ceil(k * 1.2);
      const estimate = confidenceSequence(values.slice(0, k), 0.1);
      if (estimate !== null && (estimate.low > sum / k || estimate.high < sum / k)) {
        missed += 1;
        break;
      }
    }
  }
  return missed;
}

describe('confidenceSequence', () => {
  test.each(cases)(
    'agrees with the definition computed with 50 digits for $name at alpha $alpha',
    ({ alpha, values, looks }) => {
      for (const { n, low, high } of looks) {
        const estimate = confidenceSequence(values.slice(0, n), alpha);
        expect(estimate?.low).toBeCloseTo(low, 10);
        expect(estimate?.high).toBeCloseTo(high, 10);
      }
    },
  );

  test('has nothing to say without values', () => {
    expect(confidenceSequence([], 0.05)).toBeNull();
  });

  test.each([-0.001, 1.001, Number.NaN])('refuses a value of %d, for which it would promise nothing', (value) => {
    expect(() => confidenceSequence([0.5, value], 0.05)).toThrow(RangeError);
  });

  test('misses the mean at any look no more often than alpha, for many kinds of values', () => {
    const coin = (p: number) =>
      misses(
        (random) => random.coin(p),
        () => p,
      );
    expect(coin(0.9)).toBeLessThanOrEqual(30);
    expect(coin(0.5)).toBeLessThanOrEqual(30);
    expect(coin(0.01)).toBeLessThanOrEqual(30);
    expect(
      misses(
        (random) => random.uniform() ** 2,
        () => 1 / 3,
      ),
    ).toBeLessThanOrEqual(30);
    // Nearly always 0.1, rarely 1: a sample looks certain long before it is.
    expect(
      misses(
        (random) => (random.uniform() < 0.02 ? 1 : 0.1),
        () => 0.118,
      ),
    ).toBeLessThanOrEqual(30);
    expect(
      misses(
        () => 0.25,
        () => 0.25,
      ),
    ).toBe(0);
  });

  test('misses the mean so far no more often than alpha, however the mean moves', () => {
    const moving = (mean: (i: number) => number) => misses((random, i) => random.coin(mean(i)), mean, 1000);
    expect(moving((i) => (i < 200 ? 0.95 : 0.05))).toBeLessThanOrEqual(30);
    expect(moving((i) => 0.5 + 0.4 * Math.sin(i / 30))).toBeLessThanOrEqual(30);
    expect(moving((i) => 0.01 + (0.9 * i) / 1000)).toBeLessThanOrEqual(30);
  });

  test('lies around its own estimate, whatever came in whatever order', () => {
    const streams = fc.array(fc.array(fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }))));
    fc.assert(
      fc.property(streams, streams, fc.double({ min: 1e-9, max: 0.5, noNaN: true }), (candidate, stable, alpha) => {
        const samples = candidate.map((values, i) => ({ share: 0.5, candidate: values, stable: stable[i] ?? [] }));
        for (const one of [armSequence(samples, 'candidate', alpha), differenceSequence(samples, alpha)]) {
          if (one === null) continue;
          expect(one.low).toBeLessThanOrEqual(one.value);
          expect(one.high).toBeGreaterThanOrEqual(one.value);
        }
      }),
    );
  });

  // Each of these once gave an interval that its own estimate was outside of.
  test.each([
    { first: 1, then: 0, before: 1000, after: 3000, mean: 0.25 },
    { first: 0, then: 1, before: 5000, after: 500, mean: 1 / 11 },
  ])('follows $before of $first that turn into $then', ({ first, then, before, after, mean }) => {
    const estimate = confidenceSequence([...filled(before, first), ...filled(after, then)], 0.05);
    expect(estimate?.value).toBeCloseTo(mean, 12);
    expect(estimate?.low).toBeGreaterThan(mean - 0.05);
    expect(estimate?.low).toBeLessThan(mean);
    expect(estimate?.high).toBeLessThan(mean + 0.05);
    expect(estimate?.high).toBeGreaterThan(mean);
  });
});

/** `n` values that are all the same. */
const filled = (n: number, value: number) => Array.from({ length: n }, () => value);

describe('differences', () => {
  const value = fc.double({ min: 0, max: 1, noNaN: true });
  const values = fc.array(value, { maxLength: 60 });

  test('never change when more values arrive', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        values,
        values,
        values,
        values,
        (share, c, s, moreC, moreS) => {
          const before = differences({ share, candidate: c, stable: s });
          const after = differences({ share, candidate: [...c, ...moreC], stable: [...s, ...moreS] });
          expect(after.slice(0, before.length)).toEqual(before);
        },
      ),
    );
  });

  test('compare a value of the rarer arm with as many as come for it in the other', () => {
    expect(differences({ share: 0.25, candidate: [1, 0], stable: [1, 0, 0.5, 1, 1, 1, 0] })).toEqual([0.5, -1]);
    expect(differences({ share: 0.5, candidate: [1, 0, 1], stable: [0, 0] })).toEqual([1, 0]);
    expect(differences({ share: 0.8, candidate: [1, 1, 0, 0, 1], stable: [0, 1] })).toEqual([0.5]);
  });

  test('wait for the arm that is short of values', () => {
    expect(differences({ share: 0.01, candidate: filled(50, 1), stable: filled(19, 1) })).toEqual([]);
    expect(differences({ share: 0.01, candidate: [1], stable: filled(500, 0) })).toEqual([1]);
    expect(differences({ share: 1, candidate: [1, 1], stable: [] })).toEqual([]);
  });
});

/** A level of exposure at which `n` candidate values came, and as many of stable as belong to the share. */
function level(random: Seeded, share: number, n: number, candidate: number, stable: number): Sample {
  return {
    share,
    candidate: Array.from({ length: n }, () => random.coin(candidate)),
    stable: Array.from({ length: Math.round((n * (1 - share)) / share) }, () => random.coin(stable)),
  };
}

describe('differenceSequence', () => {
  test('is never surer of a difference than alpha allows when there is none, over levels and looks', () => {
    let alarms = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const random = seeded(seed * 15_485_863);
      const levels = [
        level(random, 0.05, 60, 0.85, 0.85),
        level(random, 0.25, 120, 0.85, 0.85),
        level(random, 0.5, 200, 0.85, 0.85),
      ];
      // The values of the first level keep coming in while the later levels are on: looks see all kinds of prefixes.
      const looks = [
        [0.3, 0, 0],
        [0.5, 0.1, 0],
        [0.6, 0.5, 0.1],
        [0.8, 0.9, 0.4],
        [1, 1, 0.7],
        [1, 1, 1],
      ];
      const alarm = looks.some((shares) => {
        const seen = levels.map((one, i) => ({
          share: one.share,
          candidate: one.candidate.slice(0, one.candidate.length * (shares[i] ?? 0)),
          stable: one.stable.slice(0, one.stable.length * (shares[i] ?? 0)),
        }));
        const estimate = differenceSequence(seen, 0.1);
        return estimate !== null && (estimate.low > 0 || estimate.high < 0);
      });
      if (alarm) alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(20);
  });

  // Enough candidate values for nine runs in ten, at half of the users and at alpha 0.05.
  test.each([
    { difference: 0.4, stable: 0.9, n: 90 },
    { difference: 0.2, stable: 0.85, n: 280 },
    { difference: 0.05, stable: 0.85, n: 4000 },
  ])('sees a difference of $difference with $n values', ({ difference, stable, n }) => {
    let seen = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const random = seeded(seed * 7919);
      const estimate = differenceSequence([level(random, 0.5, n, stable - difference, stable)], 0.05);
      if (estimate !== null && estimate.high < 0) seen += 1;
    }
    expect(seen).toBeGreaterThanOrEqual(36);
  });

  test('reports the difference of the means where blocks are whole', () => {
    const samples = [{ share: 0.5, candidate: [1, 1, 0, 1], stable: [0, 1, 0, 0] }];
    expect(differenceSequence(samples, 0.05)).toMatchObject({ value: 0.5, n: 4 });
    expect(armSequence(samples, 'candidate', 0.05)).toMatchObject({ value: 0.75, n: 4 });
    expect(armSequence(samples, 'stable', 0.05)).toMatchObject({ value: 0.25, n: 4 });
  });
});
