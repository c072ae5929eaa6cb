/** The linear model that networks are compared with: TF-IDF of single words, and multinomial logistic regression. */
import type { Prediction } from '../domain/ports.ts';
import { minimise } from './lbfgs.ts';
import { fitTfidf } from './tfidf.ts';
import type { SparseRows } from './tfidf.ts';

export interface LinearOptions {
  /** Weight of the data against the penalty, scikit-learn's `C`. */
  c: number;
  /** Whether every label counts the same, however rare: scikit-learn's `class_weight='balanced'`. */
  balanced: boolean;
  /** Words in fewer texts than this are not counted. */
  minDocuments: number;
  iterations: number;
  /** Done when no part of the gradient is larger, with the data weighing 1 in all: scikit-learn's `tol`. */
  tolerance: number;
}

export interface LinearModel {
  /** Sorted. */
  labels: string[];
  /** Confidence is the probability of the label, 0 to 1. */
  predict(texts: string[]): Prediction[];
}

const defaults: LinearOptions = { c: 10, balanced: true, minDocuments: 2, iterations: 100, tolerance: 1e-4 };

/** Fits `labels[i]` to `texts[i]`; the same input gives the same model. */
export function fitLinear(texts: string[], labels: string[], options: Partial<LinearOptions> = {}): LinearModel {
  const settings = { ...defaults, ...options };
  const names = [...new Set(labels)].sort();
  const tfidf = fitTfidf(texts, settings.minDocuments);
  const classes = labels.map((label) => names.indexOf(label));
  // Two labels need one row of weights: the other's would only mirror it (and be penalised twice).
  const rows = names.length === 2 ? 1 : names.length;
  const shape = { classes: names.length, rows, words: tfidf.size };
  const weights = fitWeights(tfidf.transform(texts), classes, shape, settings);
  return {
    labels: names,
    predict(toAnswer) {
      const vectors = tfidf.transform(toAnswer);
      const probabilities = new Float64Array(shape.classes);
      return toAnswer.map((_, row) => {
        classify(vectors, row, weights, shape, probabilities);
        const best = probabilities.indexOf(Math.max(...probabilities));
        return { label: names[best] ?? '', confidence: probabilities[best] ?? 0 };
      });
    },
  };
}

interface Shape {
  classes: number;
  /** Rows of weights: `classes`, or 1 where there are two classes; the first class then has logit 0. */
  rows: number;
  words: number;
}

/** [words + 1, rows], the last line is the intercepts: what minimises ½‖weights‖² + C Σ cross-entropy. */
function fitWeights(vectors: SparseRows, classes: number[], shape: Shape, settings: LinearOptions): Float64Array {
  const counts = classes.reduce(
    (so, index) => so.with(index, (so[index] ?? 0) + 1),
    Array<number>(shape.classes).fill(0),
  );
  const importance = classes.map((index) =>
    settings.balanced ? (settings.c * classes.length) / (shape.classes * (counts[index] ?? 1)) : settings.c,
  );
  const intercepts = shape.words * shape.rows;
  const skipped = shape.classes - shape.rows;
  const probabilities = new Float64Array(shape.classes);
  const slopes = new Float64Array(shape.rows);
  const weights = new Float64Array(intercepts + shape.rows);
  const total = importance.reduce((sum, weight) => sum + weight, 0);
  const objective = (point: Float64Array, gradient: Float64Array): number => {
    let value = 0;
    for (let index = 0; index < intercepts; index++) {
      const weight = point[index] ?? 0;
      value += (weight * weight) / 2;
      gradient[index] = weight;
    }
    gradient.fill(0, intercepts);
    for (const [row, truth] of classes.entries()) {
      const weight = importance[row] ?? 0;
      value -= weight * classify(vectors, row, point, shape, probabilities, truth);
      for (let index = 0; index < shape.rows; index++) {
        const label = index + skipped;
        slopes[index] = weight * ((probabilities[label] ?? 0) - (label === truth ? 1 : 0));
      }
      addSlopes(vectors, row, slopes, gradient, shape);
    }
    return value;
  };
  minimise(objective, weights, { iterations: settings.iterations, tolerance: settings.tolerance * total });
  return weights;
}

/** Fills in the softmax of one row's logits, and returns the logarithm of the probability of `truth`. */
function classify(
  vectors: SparseRows,
  row: number,
  weights: Float64Array,
  { classes, rows, words }: Shape,
  probabilities: Float64Array,
  truth = 0,
): number {
  const skipped = classes - rows;
  probabilities.fill(0);
  for (let index = 0; index < rows; index++) probabilities[index + skipped] = weights[words * rows + index] ?? 0;
  const end = vectors.starts[row + 1] ?? 0;
  for (let entry = vectors.starts[row] ?? 0; entry < end; entry++) {
    const first = (vectors.columns[entry] ?? 0) * rows;
    const value = vectors.values[entry] ?? 0;
    for (let index = 0; index < rows; index++) {
      probabilities[index + skipped] = (probabilities[index + skipped] ?? 0) + value * (weights[first + index] ?? 0);
    }
  }
  const highest = Math.max(...probabilities);
  const truthLogit = probabilities[truth] ?? 0;
  let sum = 0;
  for (let index = 0; index < classes; index++) {
    const power = Math.exp((probabilities[index] ?? 0) - highest);
    probabilities[index] = power;
    sum += power;
  }
  for (let index = 0; index < classes; index++) probabilities[index] = (probabilities[index] ?? 0) / sum;
  return truthLogit - highest - Math.log(sum);
}

/** Adds the gradient of one row: of its logits, `slopes`, times what they are sums of. */
function addSlopes(vectors: SparseRows, row: number, slopes: Float64Array, gradient: Float64Array, shape: Shape): void {
  const { rows, words } = shape;
  const end = vectors.starts[row + 1] ?? 0;
  for (let entry = vectors.starts[row] ?? 0; entry < end; entry++) {
    const first = (vectors.columns[entry] ?? 0) * rows;
    const value = vectors.values[entry] ?? 0;
    for (let index = 0; index < rows; index++) {
      gradient[first + index] = (gradient[first + index] ?? 0) + value * (slopes[index] ?? 0);
    }
  }
  for (let index = 0; index < rows; index++) {
    gradient[words * rows + index] = (gradient[words * rows + index] ?? 0) + (slopes[index] ?? 0);
  }
}
