/** What a release has done so far and, at its end, its report: one value, written to the store and drawn by CLI and page. */
import type { Plan, Step } from './plan.ts';
import type { Theme, ThemesAmong } from './feedback.ts';
import type { ReleaseLearning } from './iteration.ts';
import type { ObservationSummary } from './ports.ts';
import type { Finding, Verdict } from './verdict.ts';
import type { Examination, Version } from './version.ts';

export type StepState = 'waiting' | 'running' | 'done' | 'skipped' | 'failed';

/** One of the seven steps, over all stages. */
export interface StepProgress {
  step: Step;
  state: StepState;
  /** One line: what came out, or why it was skipped or failed. */
  note: string;
  startedAt: string | null;
  endedAt: string | null;
}

/** A point of the paper's curve: t, N(t) and P(t) = N(t) / N_T; `planned` are the paper's figures from the plan. */
export interface CurvePoint {
  t: number;
  at: string;
  capabilities: string[];
  n: number;
  p: number;
  planned: { n: number; p: number };
}

/** A change of exposure, as it took effect at every live gateway. */
export interface ExposurePoint {
  at: string;
  stage: number;
  step: Step;
  /** Share of all users with the candidate. */
  share: number;
  revision: number;
}

/** Something that was decided, by a rule or a person. */
export interface Decision {
  at: string;
  stage: number | null;
  step: Step | null;
  what: string;
  /** `gradus`, or who it was. */
  by: string;
  why: string;
  /** Whom they stood in for; left out: nobody. */
  for?: string;
  /** An admin decided it alone, against the quorum; left out: no. */
  emergency?: true;
  /** Where a person said it, e.g. `slack`; left out where that is not known. */
  via?: string;
  /** The request that it is about, and the digest of its evidence. */
  request?: string;
  evidence?: string;
}

export interface StageProgress {
  /** 1, 2, … */
  number: number;
  capabilities: string[];
  state: 'waiting' | 'running' | 'released' | 'rolledBack' | 'notStarted';
  step: Step | null;
  /** Share of all users with the candidate now. */
  exposure: number;
  reason: string;
  /** When its way began and ended; left out by what Gradus did not note yet. A reset makes it another time. */
  begunAt?: string;
  endedAt?: string;
  examinations: Examination[];
  /** The last verdict of each step. */
  verdicts: Partial<Record<Step, Verdict>>;
}

/** A group that has to approve by itself. */
export interface Need {
  group: string;
  members: string[];
  count: number;
}

/** What the release waits for, if a person has to decide. */
export interface Waiting {
  /** Changes with the evidence, so that an approval of one is not taken for another. */
  id: string;
  stage: number;
  step: Step;
  question: string;
  /** Reasons of the verdict that is asked about. */
  evidence: string[];
  /** SHA-256 of all that is decided about (see `Evidence`). */
  digest: string;
  findings: Finding[];
  /** All who may decide; empty: anybody. */
  from: string[];
  /** How many have to approve, all together. */
  count: number;
  /** Groups that have to approve each by itself; empty: `count` of `from`, whoever they are. */
  needs: Need[];
  /** Whoever started the release; they may not approve it. Null where that is allowed, or nobody knows. */
  notBy: string | null;
  approvedBy: string[];
  /** Who approved for whom, by whom it counts for; left out: each for themselves. */
  delegates?: Record<string, string>;
  since: string;
  until: string;
  /** How long people are given, each time. */
  withinMs: number;
  /** When nobody decided: `hold` asks once more, also those of `escalateTo`, and then rejects. */
  otherwise: 'reject' | 'approve' | 'hold';
  escalateTo: string[];
  escalated: boolean;
  /** Somebody asked to wait: the clock stands still. */
  held: boolean;
}

/** A request that was open once, and how it ended. */
export interface ClosedRequest {
  request: Waiting;
  outcome: 'approved' | 'rejected' | 'withdrawn';
  at: string;
  by: string;
  why: string;
  /** An admin approved it alone, against the quorum. */
  emergency?: true;
}

/** What holds a release from outside of it: it goes on by itself when that is over. */
export interface Standing {
  kind: 'stopped' | 'frozen' | 'queued';
  /** A sentence without its full stop. */
  why: string;
  /** When it goes on; null where nobody knows yet. */
  until: string | null;
}

export interface ReleaseReport {
  id: string;
  model: string;
  strategy: string;
  state: 'running' | 'paused' | 'released' | 'partlyReleased' | 'rolledBack' | 'failed' | 'cancelled';
  /** Why it ended as it did. */
  reason: string;
  startedAt: string;
  /** Who started it, where they said so. */
  startedBy: string | null;
  endedAt: string | null;
  plan: Plan | null;
  candidate: Version | null;
  stable: Version | null;
  steps: StepProgress[];
  stages: StageProgress[];
  curve: CurvePoint[];
  exposures: ExposurePoint[];
  decisions: Decision[];
  waiting: Waiting | null;
  /** Left out or null: nothing holds it. */
  standing?: Standing | null;
  /** Since when; left out where that was not noted. */
  standingSince?: string;
  /** When it got its model, for which it had waited; left out where it had not. */
  queuedUntil?: string;
  /** Freezes that are over by then do not hold it: an admin let it go on. */
  overriddenUntil?: string;
  /** Requests that were decided or withdrawn, in that order. */
  requests: ClosedRequest[];
  /** What was answered and said in this release, at its end. */
  observations: ObservationSummary[];
  /** What the iteration step found, and what to do next. */
  iteration: { learn: boolean; reasons: string[] } | null;
  /** What comments were about, at its end; left out by what did not look yet. */
  themes?: Theme[];
  /** Among which comments they were found. */
  themesAmong?: ThemesAmong;
  /** What an iteration heard and changed before it started this release; left out where people started it. */
  learning?: ReleaseLearning | null;
}
