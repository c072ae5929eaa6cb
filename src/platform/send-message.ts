/** Brings a person's message to a release, as an Update that is checked and answered. */
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import {
  approveUpdate,
  holdUpdate,
  moreTimeUpdate,
  overrideUpdate,
  pauseUpdate,
  rejectUpdate,
  resumeUpdate,
  rollbackUpdate,
  type Message,
  type Receipt,
} from '../../workflows/messages.ts';
import type { Operation } from '../domain/approval.ts';
import { GradusError } from '../domain/errors.ts';
import { isAway, isStuck } from './temporal-away.ts';

const updates = {
  approve: approveUpdate,
  reject: rejectUpdate,
  hold: holdUpdate,
  moreTime: moreTimeUpdate,
  pause: pauseUpdate,
  resume: resumeUpdate,
  rollback: rollbackUpdate,
  override: overrideUpdate,
} as const satisfies Record<Operation, unknown>;

const answerWithinMs = 30_000;
const signalWithinMs = 5_000;

/**
 * Throws `RELEASE_UNKNOWN`, `NOT_ALLOWED` (the policy) and `MESSAGE_REFUSED` with the release's own words, or, where nobody
 * knows whether it arrived, `NOT_RUNNING` (no worker answers) and `TEMPORAL_UNREACHABLE`.
 */
export async function sendMessage(
  client: Client,
  release: string,
  kind: Operation,
  says: Message,
  withinMs = answerWithinMs,
): Promise<Receipt> {
  const handle = client.workflow.getHandle(release);
  try {
    return await client.withDeadline(Date.now() + withinMs, () =>
      handle.executeUpdate(updates[kind], { args: [says] }),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      const message = `There is no release "${release}" under way. See: gradus release list`;
      throw new GradusError('RELEASE_UNKNOWN', message, { cause: error });
    }
    if (error instanceof WorkflowUpdateFailedError) {
      const refused = error.cause instanceof ApplicationFailure ? error.cause : null;
      const code = refused?.type === 'NOT_ALLOWED' ? 'NOT_ALLOWED' : 'MESSAGE_REFUSED';
      throw new GradusError(code, `${release} refused it: ${(refused ?? error).message}.`, { cause: error });
    }
    if (isStuck(error)) {
      const message = `${release} does not go on at the moment, because its worker hangs or fails at it, so nothing was done. See the worker's log, and try again.`;
      throw new GradusError('NOT_RUNNING', message, { cause: error });
    }
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
      const message = `${release} did not answer within ${withinMs / 1000} s: does a worker run? (gradus up, or gradus worker)`;
      throw new GradusError('NOT_RUNNING', message, { cause: error });
    }
    if (isAway(error)) {
      const message = `Temporal stopped answering while this was on its way to ${release}, so it may have arrived or not. Look when it is back: gradus release status ${release}`;
      throw new GradusError('TEMPORAL_UNREACHABLE', message, { cause: error });
    }
    throw error;
  }
}

/**
 * Leaves a message with Temporal, which keeps it until a worker has time for it; nobody answers. Throws `RELEASE_UNKNOWN`
 * or `TEMPORAL_UNREACHABLE`.
 */
export async function leaveMessage(client: Client, release: string, kind: Operation, says: Message): Promise<void> {
  try {
    await client.withDeadline(Date.now() + signalWithinMs, () => client.workflow.getHandle(release).signal(kind, says));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      throw new GradusError('RELEASE_UNKNOWN', `There is no release "${release}" under way.`, { cause: error });
    }
    throw new GradusError('TEMPORAL_UNREACHABLE', 'Temporal does not answer.', { cause: error });
  }
}
