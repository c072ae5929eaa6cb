/** What a release and the rollouts of its stages say to each other; nobody else sends these. */
import { defineSignal } from '@temporalio/workflow';
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
  /** Where an earlier run of this rollout left off. */
  position: Position;
}

/** Where a rollout stands: enough to go on after continue-as-new. */
export interface Position {
  step: StageStep;
  /** Index of the level of exposure within the step. */
  level: number;
  /** When this level took effect at every gateway; null before. */
  effectiveAt: number | null;
  /** Share of all users with the candidate. */
  exposure: number;
  /** Whether anything was ever exposed, so that there is something to undo. */
  exposed: boolean;
  /** How many times people were asked, and since when the open request waits. */
  asked: number;
  askedAt: number | null;
}

export interface StageOutcome {
  kind: 'released' | 'rolledBack';
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
export type Request = Omit<Waiting, 'approvedBy'>;

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

/** Anybody can send a signal, by hand or by mistake: what is none of these is left alone, so that it cannot stop a release. */
export function isStageUpdate(value: unknown): value is StageUpdate {
  if (!isObject(value)) return false;
  const { number, step, state, note, exposure } = value;
  const isText = typeof state === 'string' && typeof note === 'string';
  return Number.isInteger(number) && typeof exposure === 'number' && isText && steps.some((one) => one === step);
}

export function isRequest(value: unknown): value is Request {
  if (!isObject(value)) return false;
  const { id, question, from, count, until, otherwise } = value;
  const isText = typeof id === 'string' && typeof question === 'string' && typeof until === 'string';
  const isDecidable =
    Array.isArray(from) && Number.isInteger(count) && (otherwise === 'approve' || otherwise === 'reject');
  return isText && isDecidable && !Number.isNaN(Date.parse(until));
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

export const internal = 'Between a release and its rollouts; nothing for people.';

/** From rollout to release. */
export const stageUpdateSignal = defineSignal<[StageUpdate]>('stageUpdate');
export const askSignal = defineSignal<[Request]>('ask');
export const withdrawSignal = defineSignal<[string]>('withdraw');

/** From release to rollout. */
export const decidedSignal = defineSignal<[Decided]>('decided');
export const holdSignal = defineSignal<[boolean]>('hold');
export const undoSignal = defineSignal<[Undo]>('undo');
