/** The difference of two accuracies that were measured on the same examples, with a 95 % interval. */

/** The 97.5 % quantile of the normal distribution. */
const z = 1.959963984540054;

export interface Difference {
  n: number;
  difference: number;
  low: number;
  high: number;
}

/** How many examples both, one or none of two versions answered right. */
export interface Pairs {
  both: number;
  candidateOnly: number;
  stableOnly: number;
  neither: number;
}

export function comparePairs(truth: string[], candidate: string[], stable: string[]): Difference {
  return pairedDifference(countPairs(truth, candidate, stable));
}

export function countPairs(truth: string[], candidate: string[], stable: string[]): Pairs {
  const pairs = { both: 0, candidateOnly: 0, stableOnly: 0, neither: 0 };
  for (const [index, label] of truth.entries()) {
    const [first, second] = [candidate[index] === label, stable[index] === label];
    if (first) pairs[second ? 'both' : 'candidateOnly']++;
    else pairs[second ? 'stableOnly' : 'neither']++;
  }
  return pairs;
}

/**
 * Newcombe's method 10: Wilson's score intervals of both accuracies, put together with the correlation between them
 * (R. G. Newcombe, Improved confidence intervals for the difference between binomial proportions based on paired data,
 * Statistics in Medicine 17, 1998, 2635–2650). It holds for few examples and for accuracies near 1 too.
 */
export function pairedDifference({ both, candidateOnly, stableOnly, neither }: Pairs): Difference {
  const n = both + candidateOnly + stableOnly + neither;
  if (n === 0) return { n, difference: 0, low: -1, high: 1 };
  const candidate = wilson(both + candidateOnly, n);
  const stable = wilson(both + stableOnly, n);
  const difference = candidate.value - stable.value;

  const margins = (both + candidateOnly) * (stableOnly + neither) * (both + stableOnly) * (candidateOnly + neither);
  const excess = both * neither - candidateOnly * stableOnly;
  // Newcombe's correction for continuity makes a positive correlation smaller.
  const corrected = excess > 0 ? Math.max(excess - n / 2, 0) : excess;
  const correlation = margins === 0 ? 0 : corrected / Math.sqrt(margins);
  const joined = (a: number, b: number): number => Math.sqrt(Math.max(0, a * a - 2 * correlation * a * b + b * b));
  return {
    n,
    difference,
    low: difference - joined(candidate.value - candidate.low, stable.high - stable.value),
    high: difference + joined(candidate.high - candidate.value, stable.value - stable.low),
  };
}

/** E. B. Wilson's score interval of a proportion (JASA 22, 1927). It ends at 0 where none are right, and at 1 where all are. */
export function wilson(right: number, n: number): { value: number; low: number; high: number } {
  const value = right / n;
  const centre = (right + (z * z) / 2) / (n + z * z);
  const half = (z / (n + z * z)) * Math.sqrt(n * value * (1 - value) + (z * z) / 4);
  // Rounding would leave it a hair short of the proportion itself, or beyond what there is.
  return { value, low: right === 0 ? 0 : centre - half, high: right === n ? 1 : centre + half };
}
