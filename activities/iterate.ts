/** Step 7: what came back from users over the whole release, and whether the model should learn from it. */
import type { Theme } from '../src/domain/feedback.ts';
import { whetherToLearn } from '../src/domain/learning.ts';
import type { ObservationSummary, RecordPorts } from '../src/domain/ports.ts';
import type { ReleaseReport } from '../src/domain/report.ts';
import { themesOf } from '../src/statistics/themes.ts';

export interface LookBack {
  observations: ObservationSummary[];
  iteration: { learn: boolean; reasons: string[] };
  themes: Theme[];
}

/** The newest so many. */
export const mostComments = 2000;

export function iterateActivities(ports: RecordPorts) {
  return {
    async lookBack(report: Pick<ReleaseReport, 'id' | 'plan'>): Promise<LookBack> {
      const observations = await ports.observations.summary(report.id);
      const { plan } = report;
      const themes = themesOf(await ports.observations.comments(report.id, mostComments));
      if (plan === null) return { observations, iteration: { learn: false, reasons: [] }, themes };
      const { learn, reasons } = whetherToLearn(plan, observations);
      return { observations, iteration: { learn, reasons }, themes };
    },
  };
}
