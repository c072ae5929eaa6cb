/** A version's model card: what it learnt from, how well it answers and where not, and how sure of that one can be. */
import type { Interval } from './intervals.ts';
import type { TrainSpec } from './plan.ts';
import type { Comparison, Evaluation, Part } from './version.ts';

export interface CardOrder {
  /** Digests; null: it stands alone. */
  version: string;
  against: string | null;
  capabilities: string[];
  data: string;
  part: Part;
}

export interface Card extends Omit<MeasuredCard, 'files'> {
  model: string;
  version: CardVersion;
  /** Null: it stands alone. */
  against: { number: number; digest: string } | null;
}

/** What is found out of a version's files and of a dataset. */
export interface MeasuredCard {
  data: { name: string; digest: string; parts: Record<Part, number> };
  /** What was measured on. */
  part: Part;
  /** Of one text, and of 64 at once, on the machine that measured. */
  latency: { texts: number; p50Ms: number; p95Ms: number }[];
  /** When the latency was measured, and on which machine: it differs each time, so a figure without them says little. */
  latencyMeasured: { at: string; machine: string };
  capabilities: CapabilityCard[];
  files: Pick<CardVersion, 'madeFrom' | 'parameters' | 'bytes'>;
}

export interface CardVersion {
  number: number;
  digest: string;
  spec: TrainSpec;
  trainedOn: number;
  createdAt: string;
  madeFrom: { data: string; dataDigest: string; code: string; replicas: number };
  parameters: number;
  bytes: number;
}

export interface ExplainOrder {
  version: string;
  capability: string;
  text: string;
}

export interface CapabilityCard {
  capability: string;
  /** Examples of each label, part by part. */
  balance: Record<string, Record<Part, number>>;
  evaluation: Evaluation;
  /** 95 %: Wilson's of the accuracy; of macro-F1 by bootstrap, null where no answer is wrong. */
  intervals: { accuracy: Interval; macroF1: Interval | null };
  /** Where there are two labels: of the scores of `positive`. */
  ranking: { positive: string; rocAuc: number; averagePrecision: number } | null;
  calibration: Calibration;
  /** The training, epoch by epoch, on the validation part. */
  curve: { loss: number; accuracy: number; macroF1: number }[];
  keptEpoch: number;
  /** The worst first. */
  slices: SliceMeasure[];
  /** The same texts, damaged. */
  robustness: { damage: string; accuracy: number; difference: number; low: number; high: number }[];
  /** A linear bag-of-words model that learnt from the same examples; the difference is this version's. */
  baseline: { evaluation: Evaluation; comparison: Comparison };
  /** The version that it is compared with. */
  against: { evaluation: Evaluation; comparison: Comparison; pValue: number } | null;
  /** The most confident first. */
  mistakes: ExplainedAnswer[];
}

export interface Calibration {
  /** Expected calibration error, as the version answers. */
  ece: number;
  bins: { from: number; to: number; n: number; confidence: number | null; accuracy: number | null }[];
  /** By which the logits would have to be divided, fitted on the validation part; null where it has no examples. */
  temperature: number | null;
  eceWithTemperature: number | null;
}

/** How well a version does at examples that have something in common. */
export interface SliceMeasure {
  kind: 'tokens' | 'script' | 'attribute';
  /** The attribute's column; as `kind` for the others. */
  name: string;
  /** The bucket of tokens, such as `11–25`, the script, or the attribute's value. */
  value: string;
  n: number;
  accuracy: number;
  /** Wilson's 95 % interval of the accuracy. */
  low: number;
  high: number;
  /** Its accuracy less that of all: below 0 where it is worse. */
  gap: number;
}

/** An answer, and what each word did for it. */
export interface ExplainedAnswer {
  /** Of the example; null for a text that somebody typed. */
  id: string | null;
  /** Null where nobody knows. */
  truth: string | null;
  label: string;
  confidence: number;
  /** The words that were read, each with its part of the logarithm of the label's probability (integrated gradients). */
  words: { word: string; weight: number }[];
}
