/** What users were answered and said of one capability at one step, as the judgements take it. */
import type { MeanMetric, QuantileMetric, Sample } from './feedback.ts';
import type { Quantiles } from './ports.ts';

export interface LiveEvidence {
  capability: string;
  /** Whether any version of the capability is stable, so that there is something to compare with. */
  hasStable: boolean;
  /** Of each metric, one entry a level of exposure. */
  samples: Record<MeanMetric, Sample[]>;
  quantiles: Record<QuantileMetric, Quantiles>;
}
