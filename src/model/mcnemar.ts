/** McNemar's test of whether two versions that answered the same examples are right equally often. */

export interface McNemar {
  /** The smaller of both counts where `exact`, else χ² with one degree of freedom. */
  statistic: number;
  /** The chance, 0 to 1, of counts at least as unequal if both versions were equally good. */
  pValue: number;
  exact: boolean;
}

/** Fewer examples than these, on which one version alone was right, are too few for χ². */
const enough = 25;
/** From here on the continued fraction of erfc is exact in fewer than 100 steps, and the series loses digits. */
const large = 2;

/**
 * `candidateOnly` and `stableOnly` count the examples that only one of both answered right. Below 25 of them the test is
 * the two-sided binomial one; else χ² with Edwards' correction for continuity, (|b - c| - 1)² / (b + c). Both are those
 * of statsmodels' `mcnemar` (Q. McNemar, Psychometrika 12, 1947; A. L. Edwards, Psychometrika 13, 1948).
 */
export function mcnemar(candidateOnly: number, stableOnly: number): McNemar {
  const n = candidateOnly + stableOnly;
  const fewer = Math.min(candidateOnly, stableOnly);
  if (n < enough) return { statistic: fewer, pValue: Math.min(1, 2 * tailOfFairCoin(fewer, n)), exact: true };
  const statistic = (Math.abs(candidateOnly - stableOnly) - 1) ** 2 / n;
  return { statistic, pValue: erfc(Math.sqrt(statistic / 2)), exact: false };
}

/** The chance of at most k heads in n tosses. */
function tailOfFairCoin(k: number, n: number): number {
  let ways = 1;
  let sum = 1;
  for (let i = 1; i <= k; i++) {
    ways = (ways * (n - i + 1)) / i;
    sum += ways;
  }
  return sum / 2 ** n;
}

/**
 * 1 - erf(x) for x ≥ 0, small chances to as many digits as large ones: Abramowitz and Stegun 1964, 7.1.6 (series) and
 * 7.1.14 (continued fraction, from its far end).
 */
function erfc(x: number): number {
  const density = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < large) {
    let term = x;
    let sum = x;
    for (let i = 1; term > sum * Number.EPSILON; i++) {
      term *= (2 * x * x) / (2 * i + 1);
      sum += term;
    }
    return 1 - 2 * density * sum;
  }
  let fraction = x;
  for (let i = 100; i >= 1; i--) fraction = x + i / 2 / fraction;
  return density / fraction;
}
