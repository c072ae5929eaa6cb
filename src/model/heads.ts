/** Softmax and cross-entropy of all heads; a text that has no label for a head does not count there. */
import type { Head } from './shape.ts';

/** What stands for no label. */
export const unlabelled = -1;

/** Turns logits [rows, classes] into probabilities, in place, for each head on its own. */
export function softmax(logits: Float32Array, heads: Head[], rows: number): Float32Array {
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (const { labels } of heads) {
      const values = logits.subarray(at, at + labels.length);
      const highest = values.reduce((a, b) => Math.max(a, b), -Infinity);
      let sum = 0;
      for (const [i, value] of values.entries()) sum += values[i] = Math.exp(value - highest);
      for (const [i, value] of values.entries()) values[i] = value / sum;
      at += labels.length;
    }
  }
  return logits;
}

/**
 * Sparse categorical cross-entropy. `probabilities` [rows, classes] become the gradient with respect to the logits.
 * `labels` [rows, heads] are places in a head's labels, or `unlabelled`; `weights` [head][label] say how much each counts (1
 * where they say nothing).
 * Returns these rows' part of the loss, which is a mean over the `total` rows of the batch.
 */
export function crossEntropy(
  probabilities: Float32Array,
  heads: Head[],
  labels: Int32Array,
  weights: number[][],
  total: number,
): number {
  const rows = labels.length / heads.length;
  let loss = 0;
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (const [index, head] of heads.entries()) {
      const values = probabilities.subarray(at, at + head.labels.length);
      const label = labels[row * heads.length + index] ?? unlabelled;
      const scale = label === unlabelled ? 0 : (weights[index]?.[label] ?? 1) / total;
      if (label !== unlabelled) {
        loss -= scale * Math.log(Math.max(values[label] ?? 0, 1e-30));
        values[label] = (values[label] ?? 0) - 1;
      }
      for (const [i, value] of values.entries()) values[i] = value * scale;
      at += head.labels.length;
    }
  }
  return loss;
}

/** The place of the largest; the first one where none is a number. */
export function highest(values: Float32Array): number {
  let place = 0;
  for (const [index, value] of values.entries()) if (value > (values[place] ?? 0)) place = index;
  return place;
}
