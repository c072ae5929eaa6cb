/** Whether a classifier is right as often as it is confident, and the temperature that makes it so. */

export interface ReliabilityBin {
  /** Holds confidences above `from` up to `to`; the first holds 0 too. */
  from: number;
  to: number;
  n: number;
  /** Means over the bin; null where it is empty. */
  confidence: number | null;
  accuracy: number | null;
}

export interface Reliability {
  /** Expected calibration error, 0 to 1; null without examples. */
  ece: number | null;
  bins: ReliabilityBin[];
}

const lowest = 0.05;
const highest = 20;
/** Stands for a probability of 0, whose logarithm has no end: the smallest normal number of 32 bits. */
const smallest = 2 ** -126;
/** A slope, in nats, that is no more than an error of rounding. */
const flat = 1e-12;
/** Halvings after which the logarithm of the temperature is known to 1e-11. */
const halvings = 40;

/**
 * ECE = Σ (n_b / n) |accuracy_b - confidence_b| over bins of equal width (C. Guo et al., On calibration of modern neural
 * networks, ICML 2017, equation 3). Both lists are [examples]; confidences are 0 to 1.
 */
export function reliability(confidences: number[], correct: boolean[], bins = 10): Reliability {
  const sums = Array.from({ length: bins }, () => ({ n: 0, confidence: 0, right: 0 }));
  for (const [index, confidence] of confidences.entries()) {
    let place = 0;
    while (place < bins - 1 && confidence > (place + 1) / bins) place++;
    const sum = sums[place];
    if (sum === undefined) throw new RangeError(`Confidences cannot be put into ${bins} bins.`);
    sum.n++;
    sum.confidence += confidence;
    if (correct[index] === true) sum.right++;
  }
  const gaps = sums.reduce((total, { confidence, right }) => total + Math.abs(right - confidence), 0);
  return {
    ece: confidences.length === 0 ? null : gaps / confidences.length,
    bins: sums.map(({ n, confidence, right }, place) => ({
      from: place / bins,
      to: (place + 1) / bins,
      n,
      confidence: n === 0 ? null : confidence / n,
      accuracy: n === 0 ? null : right / n,
    })),
  };
}

/**
 * The temperature T, 0.05 to 20, for which softmax(log p / T) makes the true classes likeliest (Guo et al. 2017, section
 * 4.2). `probabilities` are [examples] of [classes], `truth` the index of each true class. The mean negative
 * log-likelihood is convex in 1/T, so its slope is halved towards 0. 1 where the examples say nothing about T.
 */
export function fitTemperature(probabilities: Float32Array[], truth: number[]): number {
  const logs = probabilities.map(logarithms);
  const slope = (temperature: number): number => slopeOfLoss(logs, truth, 1 / temperature);
  if (logs.length === 0 || Math.abs(slope(1)) < flat) return 1;
  // The slope in 1/T is positive where a higher T would fit better.
  if (slope(highest) >= 0) return highest;
  if (slope(lowest) <= 0) return lowest;
  let [low, high] = [Math.log(lowest), Math.log(highest)];
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    if (slope(Math.exp(middle)) > 0) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}

/** softmax(log p / T), [classes] → [classes]: above 1 less sure, below 1 surer, the order of the classes as before. */
export function withTemperature(probabilities: Float32Array, temperature: number): Float32Array {
  if (!(temperature > 0)) throw new RangeError(`A temperature is above 0, not ${temperature}.`);
  const logs = logarithms(probabilities);
  const weights = logs.map((log) => Math.exp(log / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Float32Array.from(weights, (weight) => weight / total);
}

/** [classes] → [classes]: log p less that of the likeliest class, which changes no softmax and lets no exp overflow. */
function logarithms(probabilities: Float32Array): Float64Array {
  const logs = Float64Array.from(probabilities, (p) => Math.log(Math.max(p, smallest)));
  const most = Math.max(...logs);
  return logs.map((log) => log - most);
}

/** d/dβ of the mean over examples of log Σ exp(β log p_k) - β log p_true, with β = 1/T. */
function slopeOfLoss(logs: Float64Array[], truth: number[], beta: number): number {
  let sum = 0;
  for (const [index, row] of logs.entries()) {
    const right = row[truth[index] ?? -1];
    if (right === undefined) throw new RangeError(`Example ${index} has no probability of its true class.`);
    let [total, weighted] = [0, 0];
    for (let k = 0; k < row.length; k++) {
      const log = row[k] ?? 0;
      const weight = Math.exp(beta * log);
      total += weight;
      weighted += weight * log;
    }
    sum += weighted / total - right;
  }
  return sum / logs.length;
}
