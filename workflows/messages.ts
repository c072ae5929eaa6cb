/** The contract of a release's workflow: names, messages and queues. Cheap to import from clients. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
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
}

/** What a person says with every message. */
export interface Message {
  by: string;
  why?: string;
  /** For approve and reject: the request that is meant (`waiting.id` of the state); left out, the one that is open. */
  request?: string;
}

/** Answer to an accepted Update: one sentence of what it did. */
export type Receipt = string;

export const approveUpdate = defineUpdate<Receipt, [Message]>('approve');
export const rejectUpdate = defineUpdate<Receipt, [Message]>('reject');
export const pauseUpdate = defineUpdate<Receipt, [Message]>('pause');
export const resumeUpdate = defineUpdate<Receipt, [Message]>('resume');
export const rollbackUpdate = defineUpdate<Receipt, [Message]>('rollback');

export const approveSignal = defineSignal<[Message]>('approve');
export const rejectSignal = defineSignal<[Message]>('reject');
export const pauseSignal = defineSignal<[Message]>('pause');
export const resumeSignal = defineSignal<[Message]>('resume');
export const rollbackSignal = defineSignal<[Message]>('rollback');

/** The release as it stands; the same value as its report. */
export const stateQuery = defineQuery<ReleaseReport>('state');
