/** What a step decides: always with its reasons, so that a person can follow it. */

/** An estimate with an interval that holds at every look at once; null where there is no data yet. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
  n: number;
}

/** One condition as it stands: its text, whether it holds, and the numbers behind it in words. */
export interface Finding {
  capability: string;
  condition: string;
  state: 'holds' | 'breached' | 'open';
  /** E.g. `accuracy 0.946 ≥ 0.9`, or `no rated answer yet`. */
  reason: string;
  metric: string | null;
  candidate: Estimate | null;
  stable: Estimate | null;
  difference: Estimate | null;
}

export interface Verdict {
  kind: 'advance' | 'hold' | 'rollBack' | 'inconclusive';
  reasons: string[];
  findings: Finding[];
}
