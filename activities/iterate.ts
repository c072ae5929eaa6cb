/** Step 7: what came back from users over the whole release, and whether the model should learn from it. */
import { whetherToLearn } from '../src/domain/learning.ts';
import type { ObservationSummary, RecordPorts } from '../src/domain/ports.ts';
import type { ReleaseReport } from '../src/domain/report.ts';

export interface LookBack {
  observations: ObservationSummary[];
  iteration: { learn: boolean; reasons: string[] };
}

export function iterateActivities(ports: RecordPorts) {
  return {
    async lookBack(report: Pick<ReleaseReport, 'id' | 'plan'>): Promise<LookBack> {
      const observations = await ports.observations.summary(report.id);
      const { plan } = report;
      if (plan === null) return { observations, iteration: { learn: false, reasons: [] } };
      const { learn, reasons } = whetherToLearn(plan, observations);
      return { observations, iteration: { learn, reasons } };
    },
  };
}
