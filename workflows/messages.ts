/** The contract of a release's workflow: names, messages and queues. Cheap to import from clients. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { PersonSays } from '../src/domain/approval.ts';
import type { ReleaseReport } from '../src/domain/report.ts';

/** Queue of workflows and short activities. */
export const taskQueue = 'gradus';
/** Queue of training and evaluation. */
export const trainingQueue = 'gradus-training';
/** Workflow type that operators start. */
export const releaseWorkflow = 'release';

/** `{"plan": "mail"}` (a stored plan's name) or `{"plan": {…}}` (the plan itself). */
export interface ReleaseInput {
  plan: unknown;
  /** Who starts it; they may not approve it, unless the plan says so. */
  by?: string;
  /** Where another release of the model runs: wait for its end instead of being refused. */
  queue?: boolean;
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
