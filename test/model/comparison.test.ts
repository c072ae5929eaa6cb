/** The interval of a paired difference against published figures, and against how often it should hold. */
import { expect, test } from 'vitest';
import { comparePairs, pairedDifference } from '../../src/model/comparison.ts';

test.each([
  // Newcombe 1998, method 10; Fagerland, Lydersen and Laake 2014; Tang et al. 2010; Chang 2024 (as in R's ratesci).
  [[20, 12, 2, 16], [0.0562, 0.3292], 4],
  [[1, 1, 7, 12], [-0.507, -0.026], 3],
  [[8, 3, 1, 2], [-0.1574, 0.4136], 4],
  [[7, 25, 2, 68], [0.133, 0.318], 3],
])('the interval of %j is the published one', (counts, interval, digits) => {
  const [both = 0, candidateOnly = 0, stableOnly = 0, neither = 0] = counts;
  const { low, high } = pairedDifference({ both, candidateOnly, stableOnly, neither });
  expect([low, high].map((value) => Number(value.toFixed(digits)))).toEqual(interval);
});

test('a pair counts by what both versions answered', () => {
  const truth = ['a', 'a', 'b', 'b', 'b'];
  const { n, difference } = comparePairs(truth, ['a', 'a', 'b', 'b', 'a'], ['a', 'b', 'b', 'a', 'b']);
  expect([n, difference]).toEqual([5, expect.closeTo(0.2, 10)]);
});

test('the interval holds at least 94 % of the time for accuracies like ours, by exact enumeration', () => {
  const n = 40;
  // Chances that both, only one or none of two versions are right.
  for (const chances of [
    [0.9, 0.05, 0.02, 0.03],
    [0.4, 0.2, 0.1, 0.3],
    [0.6, 0.15, 0.15, 0.1],
  ]) {
    const [p = 0, q = 0, r = 0, s = 0] = chances;
    let holds = 0;
    let total = 0;
    for (let a = 0; a <= n; a++) {
      for (let b = 0; a + b <= n; b++) {
        for (let c = 0; a + b + c <= n; c++) {
          const d = n - a - b - c;
          const chance = Math.exp(
            lnFactorial(n) -
              [a, b, c, d].reduce((sum, k) => sum + lnFactorial(k), 0) +
              a * Math.log(p) +
              b * Math.log(q) +
              c * Math.log(r) +
              d * Math.log(s),
          );
          const { low, high } = pairedDifference({ both: a, candidateOnly: b, stableOnly: c, neither: d });
          total += chance;
          if (low <= q - r && q - r <= high) holds += chance;
        }
      }
    }
    expect(total).toBeCloseTo(1, 9);
    expect(holds).toBeGreaterThan(0.94);
  }
});

test('no example leaves the difference open', () => {
  expect(comparePairs([], [], [])).toEqual({ n: 0, difference: 0, low: -1, high: 1 });
});

function lnFactorial(k: number): number {
  let sum = 0;
  for (let i = 2; i <= k; i++) sum += Math.log(i);
  return sum;
}
