/** How well scores put positive examples before negative ones, as scikit-learn measures it. */

/** How many examples score at least as high as some threshold. */
interface Reached {
  positives: number;
  negatives: number;
}

/**
 * The area under the ROC curve (scikit-learn's `roc_auc_score`): the chance that a positive example scores higher than a
 * negative one, where equal scores count half. Null where all examples are of one class. Both lists are [examples].
 */
export function rocAuc(scores: number[], positive: boolean[]): number | null {
  const curve = thresholds(scores, positive);
  const total = curve.at(-1);
  if (total === undefined || total.positives === 0 || total.negatives === 0) return null;
  let area = 0;
  let before: Reached = { positives: 0, negatives: 0 };
  for (const reached of curve) {
    area += ((reached.negatives - before.negatives) * (reached.positives + before.positives)) / 2;
    before = reached;
  }
  return area / (total.positives * total.negatives);
}

/**
 * Average precision, Σ (Rₖ - Rₖ₋₁) Pₖ over the thresholds from high to low (scikit-learn's `average_precision_score`).
 * Null where no example is positive, for which scikit-learn warns and says 0. Both lists are [examples].
 */
export function averagePrecision(scores: number[], positive: boolean[]): number | null {
  const curve = thresholds(scores, positive);
  const total = curve.at(-1)?.positives ?? 0;
  if (total === 0) return null;
  let sum = 0;
  let before = 0;
  for (const { positives, negatives } of curve) {
    sum += ((positives - before) * positives) / (positives + negatives);
    before = positives;
  }
  return sum / total;
}

/** One entry for each different score, from the highest: what scores at least that. */
function thresholds(scores: number[], positive: boolean[]): Reached[] {
  if (scores.length !== positive.length) {
    throw new RangeError(`${scores.length} scores cannot belong to ${positive.length} examples.`);
  }
  const examples = scores.map((score, index) => ({ score, positive: positive[index] === true }));
  examples.sort((a, b) => b.score - a.score);
  const curve: Reached[] = [];
  const reached: Reached = { positives: 0, negatives: 0 };
  for (const [index, example] of examples.entries()) {
    if (Number.isNaN(example.score)) throw new RangeError('A score is not a number, so it has no rank.');
    reached[example.positive ? 'positives' : 'negatives']++;
    if (examples[index + 1]?.score !== example.score) curve.push({ ...reached });
  }
  return curve;
}
