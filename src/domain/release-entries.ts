/** What the audit log says of a release: who started it, what was decided, what users got, and how it ended. */
import type { AuditEvent } from './audit.ts';
import type { Decision, ReleaseReport, StageProgress } from './report.ts';
import { outcomeWords } from './report-words.ts';
import { listed, percent } from './words.ts';

/** Decisions have the places from 0 on; each of the others has room of its own beside them. */
const places = { started: 1_000_000, exposures: 2_000_000, stages: 3_000_000, ended: 4_000_000 } as const;

/** All that its report holds: what was appended before is there once. */
export function releaseEntries(report: ReleaseReport): AuditEvent[] {
  const { id, decisions, exposures, stages } = report;
  return [
    started(report),
    ...decisions.map((decision, place) => ({ ...fromWhere(decision), subject: id, place })),
    ...exposures.map(({ at, stage, step, share, revision }, i) => ({
      ...byGradus(id, places.exposures + i, at),
      stage,
      step,
      what: share === 0 ? 'took the candidate from all users' : `gave ${percent(share)} of users the candidate`,
      why: `stage ${stage}: ${listed(stages[stage - 1]?.capabilities ?? [])}; revision ${revision}`,
    })),
    ...stages.flatMap((stage) => stageEnd(id, stage)),
    ...ended(report),
  ].sort((a, b) => a.at.localeCompare(b.at));
}

function started({ id, model, strategy, startedAt, startedBy, learning }: ReleaseReport): AuditEvent {
  const learnt = learning === undefined || learning === null ? '' : `, for iteration ${learning.number}`;
  const why = `${model}, ${strategy}${learnt}`;
  return { ...byGradus(id, places.started, startedAt), what: 'started the release', by: startedBy ?? 'unknown', why };
}

/** A person whose message says nothing of where it comes from sent it straight to Temporal. */
function fromWhere(decision: Decision): Decision {
  return decision.via !== undefined || decision.by === 'gradus' ? decision : { ...decision, via: 'temporal' };
}

function stageEnd(id: string, { number, state, capabilities, reason, endedAt }: StageProgress): AuditEvent[] {
  if (endedAt === undefined || (state !== 'released' && state !== 'rolledBack')) return [];
  const what = state === 'released' ? 'released the stage to all users' : 'rolled the stage back';
  const why = [listed(capabilities), reason].filter(Boolean).join(': ');
  return [{ ...byGradus(id, places.stages + number, endedAt), stage: number, what, why }];
}

function ended(report: ReleaseReport): AuditEvent[] {
  const { id, endedAt, reason } = report;
  if (endedAt === null) return [];
  return [{ ...byGradus(id, places.ended, endedAt), what: `ended: ${outcomeWords(report)}`, why: reason }];
}

function byGradus(subject: string, place: number, at: string): AuditEvent {
  return { subject, place, at, stage: null, step: null, what: '', by: 'gradus', why: '' };
}
