/** How states, steps, verdicts and versions are called wherever people read of a release: terminal, page and Slack. */
import { byGroup } from './approval.ts';
import type { Step } from './plan.ts';
import { isMoreTime } from './reminders.ts';
import type { Decision, ReleaseReport, StageProgress, Waiting } from './report.ts';
import type { Verdict } from './verdict.ts';

export const outcomes: Record<ReleaseReport['state'], { words: string; tone: 'good' | 'bad' | 'warn' | 'accent' }> = {
  running: { words: 'running', tone: 'accent' },
  paused: { words: 'paused', tone: 'warn' },
  released: { words: 'released to all users', tone: 'good' },
  partlyReleased: { words: 'partly released', tone: 'warn' },
  rolledBack: { words: 'rolled back: all users are on stable', tone: 'bad' },
  failed: { words: 'failed', tone: 'bad' },
  cancelled: { words: 'cancelled', tone: 'warn' },
};

/** How it stands or ended, in words. */
export function outcomeWords({ state, stable }: Pick<ReleaseReport, 'state' | 'stable'>): string {
  // A model's first version: there is nothing to go back to.
  if (state === 'rolledBack' && stable === null) return 'rolled back: no user has this model';
  return outcomes[state].words;
}

/** How it stands, with what holds it from outside: `queued behind …`, `running, frozen until 2027-01-03 16:00 UTC`. */
export function stateWords(report: Pick<ReleaseReport, 'state' | 'stable' | 'standing' | 'endedAt'>): string {
  const { standing = null, endedAt } = report;
  const words = outcomeWords(report);
  if (standing === null || endedAt !== null) return words;
  if (standing.kind === 'queued') return standing.why;
  const until = standing.until === null ? '' : ` until ${standing.until.slice(0, 16).replace('T', ' ')} UTC`;
  return `${words}, ${standing.kind}${until}`;
}

/** A sentence without its full stop; of a release that has ended. */
export function howEnded(report: ReleaseReport): string {
  const why = report.reason === '' ? '' : ` (${report.reason})`;
  return `${report.id} has ended: ${outcomeWords(report)}${why}`;
}

export const stageStates: Record<StageProgress['state'], string> = {
  waiting: 'waiting',
  running: 'running',
  released: 'with all users',
  rolledBack: 'rolled back',
  notStarted: 'not started',
};

export const verdictWords: Record<Verdict['kind'], string> = {
  advance: 'go on',
  hold: 'hold',
  rollBack: 'roll back',
  inconclusive: 'ask a person',
};

/**
 * What was decided, as people say it: where several have to approve, the how many-th of them it was, or how many each group
 * has by then.
 */
export function decisionWords(decision: Decision, report: ReleaseReport): string {
  const { what, by, emergency } = decision;
  if (what === 'rollBack') return verdictWords.rollBack;
  if (what === 'advance' && by === 'gradus' && isAsked(decision, report)) return 'asks people';
  if (isMoreTime(what)) return what + endedHold(decision, report);
  if (!isApproval(decision) || by === 'gradus' || emergency === true) return what;
  return what + placeOf(decision, report);
}

/** More time sets the clock going again, and so ends what somebody held. */
function endedHold(decision: Decision, { decisions }: ReleaseReport): string {
  const before = decisions.slice(0, decisions.indexOf(decision)).filter(({ request }) => request === decision.request);
  const last = before.findLast(({ what }) => what === 'held' || isMoreTime(what));
  return last?.what === 'held' ? `, which ends the hold of ${last.by}` : '';
}

function isApproval({ what, for: giver }: Decision): boolean {
  return what === 'approved' || (giver !== undefined && what === `approved for ${giver}`);
}

/** Among the approvals of its request. */
function placeOf(decision: Decision, report: ReleaseReport): string {
  const { request: id, at } = decision;
  // The same request may have been asked twice: the last one before the decision is meant.
  const meant = asked(report).findLast((one) => one.id === id && Date.parse(one.since) <= Date.parse(at));
  if (id === undefined || meant === undefined || meant.count < 2) return '';
  const all = report.decisions.filter(
    (one) => isApproval(one) && one.request === id && Date.parse(one.at) >= Date.parse(meant.since),
  );
  const before = all.slice(0, all.indexOf(decision));
  if (meant.needs.length === 0) return ` as ${before.length + 1} of ${meant.count}`;
  const [was, is] = [before, [...before, decision]].map((those) =>
    byGroup({ ...meant, approvedBy: those.map(({ by, for: giver }) => giver ?? by) }),
  );
  return `, ${was === is ? 'still' : 'now'} ${is}`;
}

/** Whether people are asked about what the numbers allowed: a request is about the last verdict before its end. */
function isAsked(decision: Decision, { decisions, requests, waiting }: ReleaseReport): boolean {
  const isHere = (one: Pick<Decision, 'stage' | 'step'>): boolean =>
    one.stage === decision.stage && one.step === decision.step;
  const verdicts = decisions.filter((one) => isHere(one) && one.what === 'advance');
  const isLast = (until: string | null): boolean =>
    verdicts.findLast(({ at }) => until === null || Date.parse(at) <= Date.parse(until)) === decision;
  const ended = requests.some(({ request, at }) => isHere(request) && isLast(at));
  return ended || (waiting !== null && isHere(waiting) && isLast(null));
}

/** All that people were and are asked. */
function asked({ requests, waiting }: ReleaseReport): Waiting[] {
  return [...requests.map(({ request }) => request), ...(waiting === null ? [] : [waiting])];
}

export const stepNames: Record<Step, string> = {
  train: 'train',
  split: 'split',
  'internal test': 'internal test',
  gray: 'gray release',
  'A/B': 'A/B test',
  full: 'full release',
  iterate: 'iterate',
};

/** `v2 against v1`, `v1, nothing was stable before`, or what is known so far. */
export function versionsOf(report: ReleaseReport): string {
  if (report.candidate === null) return 'no version yet';
  const against = report.stable === null ? ', nothing was stable before' : ` against v${report.stable.number}`;
  return `v${report.candidate.number}${against}`;
}
