/** Step 7: what came back from users over the whole release, and whether the model should learn from it. */
import type { Theme, ThemesAmong } from '../src/domain/feedback.ts';
import { whetherToLearn } from '../src/domain/learning.ts';
import type { ObservationSummary, RecordPorts } from '../src/domain/ports.ts';
import type { ReleaseReport } from '../src/domain/report.ts';
import { themesAmong, themesOf } from '../src/statistics/themes.ts';

export interface LookBack {
  observations: ObservationSummary[];
  iteration: { learn: boolean; reasons: string[] };
  themes: Theme[];
  themesAmong: ThemesAmong;
}

/** The newest so many. */
export const mostComments = 2000;

export function iterateActivities(ports: RecordPorts) {
  return {
    async lookBack(report: Pick<ReleaseReport, 'id' | 'plan'>): Promise<LookBack> {
      const observations = fewerComments(await ports.observations.summary(report.id));
      const commented = observations.reduce((sum, one) => sum + (one.commented ?? one.comments.length), 0);
      const { plan } = report;
      const comments = await ports.observations.comments(report.id, mostComments);
      const found = { themes: themesOf(comments), themesAmong: themesAmong(comments, commented) };
      if (plan === null) return { observations, iteration: { learn: false, reasons: [] }, ...found };
      const users = await ports.observations.users(report.id);
      const { learn, reasons } = whetherToLearn(plan, { summaries: observations, users });
      return { observations, iteration: { learn, reasons }, ...found };
    },
  };
}

/** Temporal takes no result above 2 MB, and a report is read by people. */
const commentsShown = 200;

function fewerComments(summaries: ObservationSummary[]): ObservationSummary[] {
  const each = Math.max(1, Math.floor(commentsShown / Math.max(1, summaries.length)));
  return summaries.map((one) => ({ ...one, comments: one.comments.slice(0, each) }));
}
