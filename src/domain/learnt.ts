/** Whether a version has learnt anything: beside always giving the same answer. */
import type { Evaluation } from './version.ts';

export interface NothingLearnt {
  /** The most frequent label, and its share of the examples: the accuracy of always answering it. */
  label: string;
  share: number;
}

/** So many standard errors are what chance does. */
const errors = 2;

/**
 * Null where something was learnt. Accuracy alone would not tell: where one label is frequent, a version that finds the
 * rare ones too may have less of it than a constant answer has. Mean recall tells those apart: of a constant answer, and
 * of answers that are drawn, it is one over the number of labels. Both have to be above it by more than chance, because
 * the best of several epochs of a version that only guesses is a little above it.
 */
export function nothingLearnt({ perClass, accuracy, n }: Evaluation): NothingLearnt | null {
  const classes = Object.entries(perClass)
    .filter(([, { support }]) => support > 0)
    .sort(([, a], [, b]) => b.support - a.support);
  const [frequent] = classes;
  if (frequent === undefined || classes.length < 2) return null;
  const [label, { support }] = frequent;
  const share = support / n;
  const recall = sum(classes.map(([, one]) => one.recall)) / classes.length;
  const recallError = Math.sqrt(sum(classes.map(([, one]) => variance(one.recall, one.support)))) / classes.length;
  const isLearnt =
    accuracy - errors * Math.sqrt(variance(accuracy, n)) > share || recall - errors * recallError > 1 / classes.length;
  return isLearnt ? null : { label, share };
}

/** Of a share that was measured on n examples. */
const variance = (share: number, n: number): number => (share * (1 - share)) / n;
const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
