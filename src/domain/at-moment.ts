/** A release as it was at a moment, as far as its report tells: what is told of that moment later is the same. */
import type { ReleaseReport, Waiting } from './report.ts';

/** Its versions, as in `v2`; null: not known then. */
export function versionsAt(
  { candidate, stable, plan, steps, queuedUntil }: ReleaseReport,
  time: string,
): { candidate: string | null; stable: string | null } {
  const trainedAt = steps.find(({ step }) => step === 'train')?.endedAt ?? null;
  const isTrained = candidate !== null && trainedAt !== null && !isAfter(trainedAt, time);
  const wanted = plan?.candidate.kind === 'version' ? plan.candidate.version : '';
  // Whoever is ahead in the queue may change what is stable.
  const waited = queuedUntil !== undefined && isAfter(queuedUntil, time);
  return {
    candidate: isTrained ? `v${candidate.number}` : /^v\d+$/.test(wanted) ? wanted : null,
    stable: stable === null || waited ? null : `v${stable.number}`,
  };
}

/** The report with the exposures of its stages at that time. */
export function exposedAt(report: ReleaseReport, time: string): ReleaseReport {
  const stages = report.stages.map((stage) => {
    const last = report.exposures.findLast((point) => point.stage === stage.number && !isAfter(point.at, time));
    return { ...stage, exposure: last?.share ?? 0 };
  });
  return { ...report, stages };
}

/** A request as it was asked, before anybody answered or more time was given. */
export function asAsked(waiting: Waiting): Waiting {
  const until = new Date(Date.parse(waiting.since) + waiting.withinMs).toISOString();
  return { ...waiting, until, approvedBy: [], escalated: false, held: false };
}

function isAfter(one: string, other: string): boolean {
  return Date.parse(one) > Date.parse(other);
}
