/** The contract of a release's workflow: names, messages and queues. Cheap to import from clients. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { PersonSays } from '../src/domain/approval.ts';
import type { IterationReport } from '../src/domain/iteration.ts';
import type { ReleaseReport } from '../src/domain/report.ts';

/** Queue of workflows and short activities. */
export const taskQueue = 'gradus';
/** Queue of training and evaluation. */
export const trainingQueue = 'gradus-training';
/** Workflow type that operators start. */
export const releaseWorkflow = 'release';

/** `{"plan": "mail"}` (a stored plan's name) or `{"plan": {…}}` (the plan itself). */
export interface ReleaseInput {
  /** Key of the iteration that starts it; its report says what that heard. */
  iteration?: string;
  plan: unknown;
  /** Who starts it; they may not approve it, unless the plan says so. */
  by?: string;
  /** Where another release of the model runs: wait for its end instead of being refused. */
  queue?: boolean;
}

/** Workflow type that a schedule starts. */
export const iterationWorkflow = 'iteration';

/** `{"plan": "mail"}`: looks once whether the model should learn, and releases what it learnt. */
export interface IterationInput {
  /** A stored plan's name, or the plan itself; it has to say what to train on. */
  plan: unknown;
  /** Who asked for it; left out: `schedule`. */
  by?: string;
  /** Left out: once, as a schedule wants it. Otherwise again and again, so far apart, e.g. `1 week`. */
  every?: string;
  /** With `every`: how often in all; left out: until it is cancelled. */
  times?: number;
}

/** What a person says with every message; see `PersonSays` for its fields. */
export type Message = PersonSays;

/** Answer to an accepted Update: one sentence of what it did. */
export type Receipt = string;

export const approveUpdate = defineUpdate<Receipt, [Message]>('approve');
export const rejectUpdate = defineUpdate<Receipt, [Message]>('reject');
export const holdUpdate = defineUpdate<Receipt, [Message]>('hold');
export const moreTimeUpdate = defineUpdate<Receipt, [Message]>('moreTime');
export const pauseUpdate = defineUpdate<Receipt, [Message]>('pause');
export const resumeUpdate = defineUpdate<Receipt, [Message]>('resume');
export const rollbackUpdate = defineUpdate<Receipt, [Message]>('rollback');
/** Goes on in a freeze. */
export const overrideUpdate = defineUpdate<Receipt, [Message]>('override');

export const approveSignal = defineSignal<[Message]>('approve');
export const rejectSignal = defineSignal<[Message]>('reject');
export const holdSignal = defineSignal<[Message]>('hold');
export const moreTimeSignal = defineSignal<[Message]>('moreTime');
export const pauseSignal = defineSignal<[Message]>('pause');
export const resumeSignal = defineSignal<[Message]>('resume');
export const rollbackSignal = defineSignal<[Message]>('rollback');
export const overrideSignal = defineSignal<[Message]>('override');

/** The release as it stands; the same value as its report. */
export const stateQuery = defineQuery<ReleaseReport>('state');

/** Asked of an iteration: the one under way, or the last one. */
export const iterationQuery = defineQuery<IterationReport | null>('state');
