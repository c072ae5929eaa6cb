/** How states, steps, verdicts and versions are called wherever people read of a release: terminal, page and Slack. */
import type { Step } from './plan.ts';
import type { Decision, ReleaseReport, StageProgress } from './report.ts';
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
function outcomeWords({ state, stable }: Pick<ReleaseReport, 'state' | 'stable'>): string {
  // A model's first version: there is nothing to go back to.
  if (state === 'rolledBack' && stable === null) return 'rolled back: no user has this model';
  return outcomes[state].words;
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

/** What was decided, as people say it. */
export function decisionWords({ what }: Pick<Decision, 'what'>): string {
  return what === 'rollBack' ? verdictWords.rollBack : what;
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
