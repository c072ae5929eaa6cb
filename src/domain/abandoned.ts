/** What the record of a release says once its workflow is gone: there is nobody else who could end it. */
import type { ClosedRequest, ReleaseReport } from './report.ts';

/** Failed, with its reason; what it asked of people is not asked any more. */
export function abandoned(report: ReleaseReport, reason: string, at: string): ReleaseReport {
  const { waiting, requests } = report;
  const open = waiting === null ? [] : [waiting];
  const closed = open.map((request): ClosedRequest => ({
    request,
    outcome: 'withdrawn',
    at,
    by: 'gradus',
    why: reason,
  }));
  return {
    ...report,
    state: 'failed',
    reason,
    endedAt: at,
    waiting: null,
    standing: null,
    requests: [...requests, ...closed],
  };
}
