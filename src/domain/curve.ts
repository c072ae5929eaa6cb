/** The paper's curve, section 4: N(t) = N_0 + ΣΔN(i) capabilities are released at time t, and P(t) = N(t) / N_T. */
import type { CurvePoint, StageProgress } from './report.ts';

export interface PlannedPoint {
  t: number;
  n: number;
  p: number;
}

/** The curve that a plan's stages draw: t = 0 is the first stage. */
export function plannedCurve(stages: readonly (readonly string[])[]): PlannedPoint[] {
  const total = stages.reduce((sum, stage) => sum + stage.length, 0);
  let n = 0;
  return stages.map((stage, t) => {
    n += stage.length;
    return { t, n, p: n / total };
  });
}

/** Where the release really is at the end of stage `t` (from 0), counted from the stages that all users have. */
export function curvePoint(stages: readonly StageProgress[], t: number, at: string): CurvePoint {
  const total = stages.reduce((sum, stage) => sum + stage.capabilities.length, 0);
  const n = stages
    .filter((stage) => stage.state === 'released')
    .reduce((sum, stage) => sum + stage.capabilities.length, 0);
  const planned = plannedCurve(stages.map((stage) => stage.capabilities))[t];
  if (planned === undefined) throw new RangeError(`a release of ${stages.length} stages has no t = ${t}`);
  return {
    t,
    at,
    capabilities: stages[t]?.capabilities ?? [],
    n,
    p: n / total,
    planned: { n: planned.n, p: planned.p },
  };
}
