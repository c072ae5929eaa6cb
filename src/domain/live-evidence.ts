/** What users were answered and said of one capability at one step, as the judgements take it. */
import type { MeanMetric, QuantileMetric, Sample } from './feedback.ts';
import type { Quantiles } from './ports.ts';

export interface LiveEvidence {
  capability: string;
  /** Of each metric, one entry a level of exposure. */
  samples: Record<MeanMetric, Sample[]>;
  quantiles: Record<QuantileMetric, Quantiles>;
}
