/** What happens to a release, as others are told of it by webhook and e-mail: docs/webhooks.md is the contract. */
import { whenSilent } from './approval.ts';
import { asAsked, exposedAt, versionsAt } from './at-moment.ts';
import { sha256Hex } from './evidence.ts';
import { reminderAt } from './reminders.ts';
import type { ClosedRequest, Decision, ReleaseReport, StageProgress, Waiting } from './report.ts';
import { examined, recommendation, whatChanges } from './request-words.ts';

/** Of what is sent; new fields may come without another version. */
export const contractVersion = 1;

export const eventTypes = [
  'release.started',
  'release.stage.begun',
  'release.exposure.changed',
  'release.decision.asked',
  'release.decision.reminded',
  'release.decision.made',
  'release.paused',
  'release.resumed',
  'release.held',
  'release.stage.rolled_back',
  'release.ended',
] as const;
export type EventType = (typeof eventTypes)[number];

/** One thing that happened; what is sent is this very value as JSON. */
export interface ReleaseEvent {
  version: typeof contractVersion;
  /** The same however often it is sent, and to whom. */
  id: string;
  type: EventType;
  time: string;
  release: {
    id: string;
    model: string;
    strategy: string;
    /** At that time, as are its versions. */
    state: ReleaseReport['state'];
    /** As in `v2`; null: not trained yet. */
    candidate: string | null;
    /** Null: there was none, or it still waited for its model. */
    stable: string | null;
    /** Its page in Temporal's UI. */
    page: string | null;
  };
  data: Record<string, unknown>;
}

export interface Keyed {
  /** The same for the same event of a release. */
  key: string;
  event: ReleaseEvent;
}

/** Everything that has happened to the release until now, in order. */
export function eventsOf(report: ReleaseReport, page: string | null, nowMs: number): Keyed[] {
  // Its first event says what is planned.
  if (report.plan === null && report.endedAt === null) return [];
  const asked = [
    ...report.requests.map(({ request }) => request),
    ...(report.waiting === null ? [] : [report.waiting]),
  ];
  const happened = [
    started(report),
    ...report.stages.filter(({ state }) => state !== 'waiting' && state !== 'notStarted').map(stageBegun(report)),
    ...report.exposures.map((point, i) => exposureChanged(report, point, i)),
    ...asked.map((waiting) => decisionAsked(report, waiting)),
    ...report.requests.map(decisionMade),
    ...report.decisions.flatMap(pausedOrResumed),
    ...held(report, nowMs),
    ...report.stages.filter(({ state }) => state === 'rolledBack').map(stageRolledBack(report, nowMs)),
    ...reminded(report, nowMs),
  ].sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  const { id, model, strategy } = report;
  let state: ReleaseReport['state'] = 'running';
  return [...happened, ...ended(report)].map(({ key, type, time, data }) => {
    state = stateAfter(type, state, report);
    const release = { id, model, strategy, state, ...versionsAt(report, time), page };
    return { key, event: { version: contractVersion, id: eventId(report, key), type, time, release, data } };
  });
}

interface Happened {
  key: string;
  type: EventType;
  time: string;
  data: Record<string, unknown>;
}

/** After a reset the same happens again, which is another event: what makes it one is when it happened. */
function named(key: string, at: string | undefined): string {
  return at === undefined ? key : `${key}/${at}`;
}

function eventId({ id, startedAt }: ReleaseReport, key: string): string {
  return `evt_${sha256Hex(`${id}\n${startedAt}\n${key}`).slice(0, 32)}`;
}

function stateAfter(type: EventType, before: ReleaseReport['state'], report: ReleaseReport): ReleaseReport['state'] {
  if (type === 'release.paused') return 'paused';
  if (type === 'release.resumed') return 'running';
  return type === 'release.ended' ? report.state : before;
}

function started({ startedAt, startedBy, plan }: ReleaseReport): Happened {
  const capabilities = Object.keys(plan?.capabilities ?? {});
  return { key: 'started', type: 'release.started', time: startedAt, data: { by: startedBy, capabilities } };
}

/** Where it was not noted when a stage began: each does when the one before it is with all users. */
function stageBegun({ curve, steps, startedAt, stages }: ReleaseReport) {
  const splitAt = steps.find(({ step }) => step === 'split')?.endedAt ?? startedAt;
  return ({ number, capabilities, begunAt }: StageProgress): Happened => ({
    key: named(`stage/${number}`, begunAt),
    type: 'release.stage.begun',
    time: begunAt ?? curve[number - 2]?.at ?? splitAt,
    data: { stage: number, of: stages.length, capabilities },
  });
}

function exposureChanged(
  { exposures, stages }: ReleaseReport,
  point: ReleaseReport['exposures'][number],
  i: number,
): Happened {
  const { at, stage, step, share, revision } = point;
  const before = exposures.slice(0, i).findLast((one) => one.stage === stage)?.share ?? 0;
  const capabilities = stages[stage - 1]?.capabilities ?? [];
  return {
    key: `exposure/${i}/${at}`,
    type: 'release.exposure.changed',
    time: at,
    data: { stage, step, capabilities, from: before, to: share, revision },
  };
}

function decisionAsked(report: ReleaseReport, waiting: Waiting): Happened {
  return {
    key: `asked/${waiting.id}/${waiting.since}`,
    type: 'release.decision.asked',
    time: waiting.since,
    data: requestOf(exposedAt(report, waiting.since), asAsked(waiting)),
  };
}

/** What somebody has to know to decide, and what they send back with `approve` or `reject`. */
function requestOf(report: ReleaseReport, waiting: Waiting): Record<string, unknown> {
  const stage = report.stages.find(({ number }) => number === waiting.stage);
  const { id, question, digest, from, needs, count, notBy, approvedBy, until, findings } = waiting;
  return {
    request: id,
    evidence: digest,
    stage: waiting.stage,
    step: waiting.step,
    capabilities: stage?.capabilities ?? [],
    question,
    change: whatChanges(report, waiting),
    recommendation: recommendation(report, waiting),
    measured: stage === undefined ? [] : examined(stage),
    findings: findings.map(({ capability, condition, state, reason }) => ({ capability, condition, state, reason })),
    from,
    needs: needs.map(({ group, count: many }) => ({ group, count: many })),
    count,
    notBy,
    approvedBy,
    until,
    otherwise: whenSilent(waiting),
  };
}

function reminded(report: ReleaseReport, nowMs: number): Happened[] {
  const { due } = reminderAt(report, nowMs);
  if (due === null) return [];
  const time = new Date(due.dueMs).toISOString();
  const data = requestOf(report, due.waiting);
  const isNoted = report.stages.some(({ number, begunAt }) => number === due.waiting.stage && begunAt !== undefined);
  const key = named(due.key, isNoted ? due.waiting.since : undefined);
  return [{ key, type: 'release.decision.reminded', time, data }];
}

function decisionMade({ request, outcome, at, by, why, emergency }: ClosedRequest): Happened {
  const { id, stage, step, question, digest } = request;
  return {
    key: `made/${id}/${at}`,
    type: 'release.decision.made',
    time: at,
    data: { request: id, evidence: digest, stage, step, question, outcome, by, why, emergency: emergency === true },
  };
}

function pausedOrResumed({ what, at, by, why }: Decision, i: number): Happened[] {
  if (what !== 'paused' && what !== 'resumed') return [];
  return [{ key: `decision/${i}/${at}`, type: `release.${what}`, time: at, data: { by, why } }];
}

/** Something outside of the release holds it; it goes on by itself. */
function held({ standing = null, standingSince }: ReleaseReport, nowMs: number): Happened[] {
  if (standing === null) return [];
  const { kind, why, until } = standing;
  const key = named(`held/${kind}/${sha256Hex(`${why}\n${until ?? ''}`).slice(0, 16)}`, standingSince);
  const time = standingSince ?? new Date(nowMs).toISOString();
  return [{ key, type: 'release.held', time, data: { kind, why, until } }];
}

function stageRolledBack({ exposures, endedAt }: ReleaseReport, nowMs: number) {
  return ({ number, capabilities, reason, endedAt: stageEndedAt }: StageProgress): Happened => {
    const back = exposures.findLast(({ stage, share }) => stage === number && share === 0)?.at;
    return {
      key: named(`rolledBack/${number}`, stageEndedAt),
      type: 'release.stage.rolled_back',
      time: stageEndedAt ?? back ?? endedAt ?? new Date(nowMs).toISOString(),
      data: { stage: number, capabilities, reason },
    };
  };
}

function ended({ endedAt, state, reason, stages, curve }: ReleaseReport): Happened[] {
  if (endedAt === null) return [];
  const last = curve.at(-1);
  const withAll = stages.filter((stage) => stage.state === 'released').flatMap(({ capabilities }) => capabilities);
  const data = { state, reason, released: withAll, n: last?.n ?? 0, p: last?.p ?? 0 };
  return [{ key: `ended/${endedAt}`, type: 'release.ended', time: endedAt, data }];
}
