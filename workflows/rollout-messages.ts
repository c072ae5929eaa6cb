/** What a release and the rollouts of its stages say to each other; nobody else sends these. */
import { defineSignal, workflowInfo } from '@temporalio/workflow';
import { steps, type Plan, type StageStep, type Step } from '../src/domain/plan.ts';
import type { Decision, ExposurePoint, StepState, Waiting } from '../src/domain/report.ts';
import type { Verdict } from '../src/domain/verdict.ts';
import type { Examination, Version } from '../src/domain/version.ts';

export interface RolloutInput {
  /** Id of the release's workflow. */
  release: string;
  plan: Plan;
  /** 1, 2, … */
  number: number;
  capabilities: string[];
  candidate: Version;
  /** What was stable when the stage began: what its users go back to. */
  before: Record<string, string | null>;
  paused: boolean;
  /** Freezes that are over by then do not hold it. */
  overriddenUntil?: string;
  /** It hears only what is sent to it by name of its first run, as its release does; left out by an earlier Gradus. */
  hearsReleaseAlone?: boolean;
  /** Where an earlier run of this rollout left off. */
  position: Position;
  /** What people decided and the run before had not obeyed yet. */
  decided?: Decided;
}

/** Where a rollout stands: enough to go on after continue-as-new. */
export interface Position {
  step: StageStep;
  /** Index of the level of exposure within the step. */
  level: number;
  /** When this level took effect at every gateway; null before. */
  effectiveAt: number | null;
  /** When the last level of the gray release took effect that has been held; left out before, and by an earlier Gradus. */
  heldSince?: number;
  /** Share of all users with the candidate. */
  exposure: number;
  /** Whether anything was ever exposed, so that there is something to undo. */
  exposed: boolean;
  /** How many times people were asked, and since when the open request waits. */
  asked: number;
  askedAt: number | null;
  /** The last verdict; left out before there is one. */
  verdict?: Verdict;
}

export interface StageOutcome {
  kind: 'released' | 'rolledBack';
  reason: string;
}

/** How a rollout left its stage. */
export interface StageEnd {
  kind: StageOutcome['kind'] | 'cancelled' | 'failed';
  reason: string;
}

/** Something happened in a rollout; whatever is there replaces what was known. */
export interface StageUpdate {
  number: number;
  step: Step;
  state: StepState;
  note: string;
  exposure: number;
  exposurePoint?: ExposurePoint;
  examinations?: Examination[];
  verdict?: Verdict;
  decision?: Decision;
}

/** A rollout asks people; the release keeps the request and its clock. */
export type Request = Omit<Waiting, 'approvedBy' | 'escalated' | 'held' | 'notBy'> & {
  /** Whoever started the release may approve it. */
  own: boolean;
};

export interface Decided {
  request: string;
  approved: boolean;
  by: string;
  why: string;
}

/** Who asked to put users back, and why. */
export interface Undo {
  by: string;
  why: string;
}

/** One update, or several that were left to say. */
export function readUpdates(value: unknown): StageUpdate[] {
  return (Array.isArray(value) ? value : [value]).filter(isStageUpdate);
}

/** Anybody can send a signal, by hand or by mistake: what is none of these is left alone, so that it cannot stop a release. */
function isStageUpdate(value: unknown): value is StageUpdate {
  if (!isObject(value)) return false;
  const { number, step, state, note, exposure } = value;
  const isText = typeof state === 'string' && typeof note === 'string';
  return Number.isInteger(number) && typeof exposure === 'number' && isText && steps.some((one) => one === step);
}

/** Null: it is none. Rollouts that were started by an earlier Gradus leave out what is filled in here. */
export function readRequest(value: unknown): Request | null {
  if (!isObject(value)) return null;
  const withinMs = Date.parse(String(value['until'])) - Date.parse(String(value['since']));
  const defaults = { digest: '', findings: [], needs: [], escalateTo: [], own: true, withinMs };
  const whole: Record<string, unknown> = { ...defaults, ...value };
  return isRequest(whole) ? whole : null;
}

function isRequest(value: Record<string, unknown>): value is Record<string, unknown> & Request {
  const { id, question, from, count, until, otherwise, digest, needs, findings, withinMs, escalateTo } = value;
  const isText = [id, question, until, digest].every((one) => typeof one === 'string');
  const isDecidable =
    [from, needs, findings, escalateTo].every(Array.isArray) &&
    Number.isInteger(count) &&
    typeof withinMs === 'number' &&
    ['approve', 'reject', 'hold'].some((one) => one === otherwise);
  return isText && isDecidable && !Number.isNaN(Date.parse(String(until)));
}

export function isStageEnd(value: unknown): value is StageEnd {
  if (!isObject(value) || typeof value['reason'] !== 'string') return false;
  return ['released', 'rolledBack', 'cancelled', 'failed'].some((kind) => kind === value['kind']);
}

export function isDecided(value: unknown): value is Decided {
  if (!isObject(value)) return false;
  const { request, approved, by, why } = value;
  return [request, by, why].every((text) => typeof text === 'string') && typeof approved === 'boolean';
}

export function isUndo(value: unknown): value is Undo {
  return isObject(value) && typeof value['by'] === 'string' && typeof value['why'] === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Marks releases that hear, and are heard by, their own rollouts alone. */
export const ownAlone = 'own rollouts alone';

/** What a rollout takes from its release: false for what anybody else has sent, by hand or by mistake. */
export function isFromRelease({ hearsReleaseAlone }: RolloutInput, to: unknown): boolean {
  return hearsReleaseAlone !== true || to === workflowInfo().firstExecutionRunId;
}

export const internal = 'Between a release and its rollouts; nothing for people.';

/** From rollout to release, with the id of the rollout's first run. */
export const stageUpdateSignal = defineSignal<[StageUpdate | StageUpdate[], string?]>('stageUpdate');
export const askSignal = defineSignal<[Request, string?]>('ask');
/** The request's id, and why. */
export const withdrawSignal = defineSignal<[string, string, string?]>('withdraw');

/** The last that a rollout says. */
export const stageEndedSignal = defineSignal<[StageEnd, string?]>('stageEnded');

/** To either: something outside has changed that may hold the release, or let it go on. */
export const lookAgainSignal = defineSignal('lookAgain');

/** From release to rollout, with the id of the rollout's first run. */
export const decidedSignal = defineSignal<[Decided, string?]>('decided');
/** The constant is not named as on the wire, where people's own `hold` is another message, to the release. */
export const standStillSignal = defineSignal<[boolean, string?]>('hold');
/** Freezes that are over by then do not hold it: ISO time. */
export const overriddenSignal = defineSignal<[string, string?]>('overridden');
export const undoSignal = defineSignal<[Undo, string?]>('undo');
