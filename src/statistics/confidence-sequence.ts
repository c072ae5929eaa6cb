/**
 * Confidence sequences for means of bounded values: intervals that hold at every look at once, so that looking often
 * decides nothing by chance. Predictable plug-in empirical Bernstein: Waudby-Smith and Ramdas, "Estimating means of
 * bounded random variables by betting" (JRSS B, 2024), Theorem 2 with equations (15) and (16).
 */
import type { Sample } from '../domain/feedback.ts';
import type { Estimate } from '../domain/verdict.ts';

/** Largest bet; the paper's choice for robustness. */
const largestBet = 0.5;
/** More stable values than this for one of the candidate make the interval hardly narrower. */
const largestBlock = 20;

/** For the mean of values in [0, 1], in the order of their arrival; null without any. */
export function confidenceSequence(values: readonly number[], alpha: number): Estimate | null {
  if (values.length === 0) return null;
  let sum = 0;
  let squares = 0;
  let bets = 0;
  let weighted = 0;
  let penalty = 0;
  let low = 0;
  let high = 1;
  values.forEach((value, i) => {
    const t = i + 1;
    // Mean and variance of what came before, so that the bet is fixed before its value is seen.
    const mean = (0.5 + sum) / t;
    const variance = (0.25 + squares) / t;
    const bet = Math.min(largestBet, Math.sqrt((2 * Math.log(2 / alpha)) / (variance * t * Math.log(1 + t))));
    weighted += bet * value;
    bets += bet;
    penalty += 4 * (value - mean) ** 2 * psi(bet);
    const radius = (Math.log(2 / alpha) + penalty) / bets;
    low = Math.max(low, weighted / bets - radius);
    high = Math.min(high, weighted / bets + radius);
    sum += value;
    squares += (value - (0.5 + sum) / (t + 1)) ** 2;
  });
  return { value: sum / values.length, low, high, n: values.length };
}

/** ψ_E of the paper, equation (14): the price of a bet. */
function psi(bet: number): number {
  return (-Math.log(1 - bet) - bet) / 4;
}

/**
 * For the difference of means, candidate minus stable, of values in [0, 1]. The k-th value of the candidate is paired
 * with the mean of the k-th block of stable values; the block's size follows from the share alone, so new data never
 * changes an earlier pair, and both sides of a pair were given at about the same time. `n` counts pairs.
 */
export function differenceSequence(samples: readonly Sample[], alpha: number): Estimate | null {
  const scaled = samples.flatMap(pairs).map((difference) => (difference + 1) / 2);
  const estimate = confidenceSequence(scaled, alpha);
  if (estimate === null) return null;
  const back = (x: number): number => 2 * x - 1;
  return { value: back(estimate.value), low: back(estimate.low), high: back(estimate.high), n: estimate.n };
}

/** Differences in [-1, 1]. */
function pairs({ share, candidate, stable }: Sample): number[] {
  const block = Math.min(largestBlock, Math.max(1, Math.round((1 - share) / share)));
  const count = Math.min(candidate.length, Math.floor(stable.length / block));
  return candidate.slice(0, count).map((value, k) => {
    const others = stable.slice(k * block, (k + 1) * block);
    return value - others.reduce((sum, other) => sum + other, 0) / block;
  });
}
