/** A trained model that can be released, and what is measured about it. */
import type { TrainSpec } from './plan.ts';

/** One trained artefact of a model: immutable, named by the SHA-256 (hex) of its files. */
export interface Version {
  digest: string;
  model: string;
  /** 1, 2, … within the model, in the order of their first registration. */
  number: number;
  spec: TrainSpec;
  /** The labels that each capability answers with. */
  labels: Record<string, string[]>;
  /** Examples that the version was trained on, all capabilities together. */
  trainedOn: number;
  createdAt: string;
}

export interface ClassMetrics {
  precision: number;
  recall: number;
  f1: number;
  support: number;
}

/** How one version does at one capability on one part of a dataset. */
export interface Evaluation {
  capability: string;
  data: string;
  part: Part;
  n: number;
  accuracy: number;
  macro: Omit<ClassMetrics, 'support'>;
  weighted: Omit<ClassMetrics, 'support'>;
  perClass: Record<string, ClassMetrics>;
  /** confusion[true][predicted], in the order of `labels`. */
  labels: string[];
  confusion: number[][];
  /** Left out by what measured before there were groups. */
  groups?: GroupAccuracy[];
}

/** Accuracy among examples that have something in common. */
export interface GroupAccuracy {
  /** What they are grouped by: `tokens` (length), `script`, or an attribute that the data gives. */
  by: string;
  value: string;
  n: number;
  accuracy: number;
}

/** Difference of accuracy between candidate and stable on the same examples, with a 95 % interval. */
export interface Comparison {
  capability: string;
  n: number;
  difference: number;
  low: number;
  high: number;
}

/** A dataset as it was when it was read: its content by digest (SHA-256), which its name does not tell. */
export interface NamedData {
  name: string;
  digest: string;
}

export interface Lineage {
  measuredOn: NamedData;
  trainedOn: NamedData;
}

/** What the internal test measured about one capability. */
export interface Examination {
  capability: string;
  candidate: Evaluation;
  /** Null while nothing is stable yet, or stable does not know the capability. */
  stable: Evaluation | null;
  comparison: Comparison | null;
  /** A linear bag-of-words model on the same training and held-out mails. */
  baseline: Evaluation | null;
}

export type Part = 'train' | 'validation' | 'held-out';

/** How far a training is. */
export interface TrainingProgress {
  capability: string;
  epoch: number;
  epochs: number;
  /** Of the epoch. */
  step: number;
  steps: number;
  loss: number;
  /** Accuracy on the validation part after the last whole epoch. */
  validationAccuracy: number | null;
  examplesPerSecond: number;
  /** The epoch in which it went on after it was stopped; null or left out where it began anew. */
  wentOnFrom?: number | null;
  /** Of all networks together, 0 to 1. */
  done: number;
  secondsLeft: number | null;
}
