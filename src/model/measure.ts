/** Accuracy, precision, recall and F1 as scikit-learn defines them. */
import type { ClassMetrics } from '../domain/version.ts';

export interface Measures {
  n: number;
  accuracy: number;
  macro: Omit<ClassMetrics, 'support'>;
  weighted: Omit<ClassMetrics, 'support'>;
  perClass: Record<string, ClassMetrics>;
  labels: string[];
  /** confusion[true][predicted] */
  confusion: number[][];
}

/**
 * `truth` and `predicted` hold labels, example by example. What would divide by zero is 0 (scikit-learn's
 * `zero_division=0`); means over classes are over those that occur in truth or predictions.
 */
export function measure(labels: string[], truth: string[], predicted: string[]): Measures {
  const place = new Map(labels.map((label, index) => [label, index]));
  const confusion = labels.map(() => labels.map(() => 0));
  for (const [index, label] of truth.entries()) {
    const row = confusion[place.get(label) ?? -1];
    const column = place.get(predicted[index] ?? '') ?? -1;
    if (row?.[column] === undefined) throw new Error(`${label} or ${predicted[index]} is not among the labels.`);
    row[column]++;
  }
  const classes = labels.map((label, index) => {
    const right = confusion[index]?.[index] ?? 0;
    const support = sum(confusion[index] ?? []);
    const answered = sum(confusion.map((row) => row[index] ?? 0));
    const precision = ratio(right, answered);
    const recall = ratio(right, support);
    const f1 = ratio(2 * right, support + answered);
    return { label, right, answered, metrics: { precision, recall, f1, support } };
  });
  const n = truth.length;
  const occurring = classes.filter(({ answered, metrics }) => answered + metrics.support > 0);
  const mean = (weight: (metrics: ClassMetrics) => number): Omit<ClassMetrics, 'support'> => {
    const total = sum(occurring.map(({ metrics }) => weight(metrics)));
    const of = (name: 'precision' | 'recall' | 'f1'): number =>
      ratio(sum(occurring.map(({ metrics }) => weight(metrics) * metrics[name])), total);
    return { precision: of('precision'), recall: of('recall'), f1: of('f1') };
  };
  return {
    n,
    accuracy: ratio(sum(classes.map(({ right }) => right)), n),
    macro: mean(() => 1),
    weighted: mean(({ support }) => support),
    perClass: Object.fromEntries(classes.map(({ label, metrics }) => [label, metrics])),
    labels,
    confusion,
  };
}

/**
 * Precision, recall and F1 of all classes' examples taken together (scikit-learn's `average='micro'`): each false
 * positive of one class is a false negative of another, so that all three equal the accuracy.
 */
export function micro({ confusion }: Pick<Measures, 'confusion'>): Omit<ClassMetrics, 'support'> {
  const right = sum(confusion.map((row, index) => row[index] ?? 0));
  const share = ratio(right, sum(confusion.map(sum)));
  return { precision: share, recall: share, f1: share };
}

const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);
