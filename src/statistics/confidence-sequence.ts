/**
 * Intervals for means of values between 0 and 1 that hold at every look at once, also while the mean moves: what they
 * cover is the mean so far, and they lie around its estimate. Empirical Bernstein (Howard, Ramdas, McAuliffe and Sekhon,
 * "Time-uniform, nonparametric, nonasymptotic confidence sequences", Annals of Statistics 2021, Theorem 4 for c = 1) with
 * a discrete mixture over λ for its boundary (section 3.4).
 */
import type { Sample } from '../domain/feedback.ts';
import type { Estimate } from '../domain/verdict.ts';
import { differences } from './pairs.ts';

/**
 * λ = 0.6, 0.36, 0.216, …, each with its part of the mixture: 1/2, 1/6, 1/12, …, which are 1 together. The largest is for
 * tens of values, the smallest for millions.
 */
const mixture = Array.from({ length: 24 }, (_, k) => {
  const lambda = 0.6 ** (k + 1);
  // ψ_E(λ) = -log(1 - λ) - λ
  return { lambda, psi: -Math.log1p(-lambda) - lambda, logWeight: -Math.log((k + 1) * (k + 2)) };
});

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
 * Streams are levels of exposure, and values of an earlier one may still come in after a later one has begun. What is
 * expected of a value comes from its own stream's past alone, so exp(λ Σ(x - mean) - ψ(λ) Σ(x - expected)²) is a
 * supermartingale whatever the other streams do between its values, for every λ at once. All values weigh the same: a
 * sum that gave earlier ones more, or kept the narrowest interval so far, would hold on to a mean that is gone.
 */
function sequence(streams: readonly (readonly number[])[], alpha: number): Estimate | null {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha is between 0 and 1, not ${alpha}`);
  let [n, total, spread] = [0, 0, 0];
  for (const values of streams) {
    let sum = 0;
    for (const [i, x] of values.entries()) {
      if (!(x >= 0 && x <= 1)) throw new RangeError(`a value of a bounded mean is 0 to 1, not ${x}`);
      const expected = (1 / 2 + sum) / (i + 1);
      spread += (x - expected) ** 2;
      sum += x;
    }
    n += values.length;
    total += sum;
  }
  if (n === 0) return null;
  const value = total / n;
  const radius = boundary(spread, Math.log(2 / alpha)) / n;
  return { value, low: Math.max(0, value - radius), high: Math.min(1, value + radius), n };
}

/** What the sum of deviations stays under: where the mixture of supermartingales reaches e^`threshold`. */
function boundary(spread: number, threshold: number): number {
  const logMixture = (sum: number): number => {
    const terms = mixture.map(({ lambda, psi, logWeight }) => lambda * sum - psi * spread + logWeight);
    const most = Math.max(...terms);
    return most + Math.log(terms.reduce((all, term) => all + Math.exp(term - most), 0));
  };
  // Each λ alone is a line that the boundary cannot be above.
  let high = Math.min(...mixture.map(({ lambda, psi, logWeight }) => (threshold + psi * spread - logWeight) / lambda));
  let low = 0;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (logMixture(middle) < threshold) low = middle;
    else high = middle;
  }
  return high;
}
