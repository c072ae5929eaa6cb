/**
 * Intervals for means of values between 0 and 1 that hold at every look at once: the predictable plug-in empirical
 * Bernstein confidence sequence (Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting",
 * JRSS B 2023, Theorem 2, with equations 14 and 15 for λ, μ̂ and σ̂²).
 */
import type { Sample } from '../domain/feedback.ts';
import type { Estimate } from '../domain/verdict.ts';

/** The paper's truncation of λ. */
const maxLambda = 1 / 2;
/** Stable values that are averaged against one of the candidate, at the most: more would make the difference no steadier. */
const maxBlock = 20;

/** Mean of `values` (each 0 to 1, in the order of arrival) with an interval that misses it with chance `alpha` at most. */
export function confidenceSequence(values: readonly number[], alpha: number): Estimate | null {
  return sequence([values], alpha);
}

/** The mean of one arm over all levels of exposure. */
export function armSequence(samples: readonly Sample[], arm: 'candidate' | 'stable', alpha: number): Estimate | null {
  return sequence(
    samples.map((sample) => sample[arm]),
    alpha,
  );
}

/** The candidate's mean minus stable's, -1 to 1; n counts the pairs. */
export function differenceSequence(samples: readonly Sample[], alpha: number): Estimate | null {
  const rescaled = samples.map((sample) => differences(sample).map((difference) => (difference + 1) / 2));
  const estimate = sequence(rescaled, alpha);
  if (estimate === null) return null;
  const { value, low, high, n } = estimate;
  return { value: 2 * value - 1, low: 2 * low - 1, high: 2 * high - 1, n };
}

/**
 * One difference for each pair of blocks, in the order of arrival. The rarer arm's block is one value, the other's as
 * many as come for it at this share. Sizes depend on the share alone, so later values never change earlier pairs; the
 * arm that runs short decides how many pairs there are.
 */
export function differences({ share, candidate, stable }: Sample): number[] {
  if (!(share > 0 && share < 1)) return [];
  const blockOf = (ratio: number) => Math.min(maxBlock, Math.max(1, Math.round(ratio)));
  const candidateBlock = blockOf(share / (1 - share));
  const stableBlock = blockOf((1 - share) / share);
  const pairs = Math.min(Math.floor(candidate.length / candidateBlock), Math.floor(stable.length / stableBlock));
  return Array.from(
    { length: pairs },
    (_, k) => blockMean(candidate, k, candidateBlock) - blockMean(stable, k, stableBlock),
  );
}

function blockMean(values: readonly number[], k: number, size: number): number {
  let sum = 0;
  for (let i = k * size; i < (k + 1) * size; i++) sum += values[i] ?? 0;
  return sum / size;
}

/**
 * Streams are levels of exposure, and values of an earlier one may still come in after a later one has begun. So each
 * has λ from its own past alone: its capital process is then a supermartingale whatever the other streams do between its
 * values, and so is their product, which is what the sums below are the logarithm of. The running intersection needs
 * the order of arrival, which is known for a single stream only.
 */
function sequence(streams: readonly (readonly number[])[], alpha: number): Estimate | null {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha is between 0 and 1, not ${alpha}`);
  const logTerm = Math.log(2 / alpha);
  const filled = streams.filter((stream) => stream.length > 0);
  let [n, total, weight, weighted, spread] = [0, 0, 0, 0, 0];
  let [low, high] = [0, 1];
  for (const values of filled) {
    let [mean, variance, sum, squares] = [1 / 2, 1 / 4, 0, 0];
    for (const [i, x] of values.entries()) {
      if (!(x >= 0 && x <= 1)) throw new RangeError(`a value of a bounded mean is 0 to 1, not ${x}`);
      const t = i + 1;
      const lambda = Math.min(maxLambda, Math.sqrt((2 * logTerm) / (variance * t * Math.log(1 + t))));
      weight += lambda;
      weighted += lambda * x;
      // v_i ψ_E(λ_i) = 4 (x - μ̂)² (-log(1 - λ) - λ) / 4
      spread += (x - mean) ** 2 * (-Math.log1p(-lambda) - lambda);
      sum += x;
      mean = (1 / 2 + sum) / (t + 1);
      squares += (x - mean) ** 2;
      variance = (1 / 4 + squares) / (t + 1);
      if (filled.length === 1) [low, high] = intersected(low, high, weighted / weight, (logTerm + spread) / weight);
    }
    n += values.length;
    total += sum;
  }
  if (n === 0) return null;
  if (filled.length > 1) [low, high] = intersected(0, 1, weighted / weight, (logTerm + spread) / weight);
  return { value: total / n, low, high, n };
}

/**
 * The part of [low, high] within `radius` of `centre`. Where none is left (the mean has moved, or the interval was the
 * one in 1/alpha that misses), the newest interval stands alone.
 */
function intersected(low: number, high: number, centre: number, radius: number): [number, number] {
  const narrowed: [number, number] = [Math.max(low, centre - radius), Math.min(high, centre + radius)];
  if (narrowed[0] <= narrowed[1]) return narrowed;
  return [Math.max(0, centre - radius), Math.min(1, centre + radius)];
}
