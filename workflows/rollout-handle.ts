/**
 * A stage's rollout as its release reaches it: by its name, and not as a child alone. A release that was reset has another
 * run, to which Temporal does not count the rollout that is under way: it would hear nothing of it and could not stop it.
 */
import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  log,
  type ChildWorkflowHandle,
  type ExternalWorkflowHandle,
} from '@temporalio/workflow';
import { ApplicationFailure, CancelledFailure, type SignalDefinition } from '@temporalio/common';
import { has } from './changes.ts';
import type { rollout } from './rollout.ts';
import { lookAgainSignal, type StageEnd } from './rollout-messages.ts';

export interface RolloutHandle {
  /** Its first run: what it says comes with this. */
  run: string;
  /** Says something that it takes from its release alone. One that has ended hears nothing any more. */
  tell<T>(signal: SignalDefinition<[T, string?]>, value: T): Promise<void>;
  /** Tells it that there is something to see. */
  nudge(): Promise<void>;
  /** It has said how it ended. */
  ends(end: StageEnd): void;
  /** How it ended. Rejects where it failed, or was cancelled; is the release cancelled, so is the rollout first. */
  outcome(): Promise<StageEnd>;
}

/** `start` starts it as a child. */
export async function openRollout(start: () => Promise<ChildWorkflowHandle<typeof rollout>>): Promise<RolloutHandle> {
  if (!has('rollout by name')) {
    const child = await start();
    return {
      run: child.firstExecutionRunId,
      tell: (signal, value) => child.signal(signal, value, child.firstExecutionRunId),
      nudge: () => child.signal(lookAgainSignal),
      ends: () => undefined,
      outcome: () => child.result(),
    };
  }
  const child = await CancellationScope.nonCancellable(start);
  const named = getExternalWorkflowHandle(child.workflowId);
  let end: StageEnd | null = null;

  async function outcome(): Promise<StageEnd> {
    const told = CancellationScope.nonCancellable(() => condition(() => end !== null));
    const ended = Promise.race([child.result(), told.then(() => saidEnd(end))]);
    ended.catch(() => undefined);
    const scope = CancellationScope.current();
    try {
      return await Promise.race([ended, scope.cancelRequested]);
    } catch (error) {
      if (!scope.consideredCancelled) throw error;
      const isThere = await CancellationScope.nonCancellable(() => cancelled(named));
      return isThere ? await ended : Promise.reject(error);
    }
  }

  /** Where it has said how it ended, that counts; where it was terminated, nobody else will say anything. */
  function gone(error: unknown): void {
    if (!(error instanceof ApplicationFailure) || error.type !== 'ExternalWorkflowExecutionNotFound') throw error;
    log.info('the rollout has ended', { error });
    end ??= { kind: 'failed', reason: 'it was gone' };
  }

  return {
    run: child.firstExecutionRunId,
    tell: (signal, value) => named.signal(signal, value, child.firstExecutionRunId).catch(gone),
    nudge: () => named.signal(lookAgainSignal).catch(gone),
    ends: (said) => void (end ??= said),
    outcome,
  };
}

function saidEnd(end: StageEnd | null): StageEnd {
  if (end === null || end.kind === 'cancelled') throw new CancelledFailure('the rollout was cancelled');
  return end;
}

/** False: it is gone already. */
async function cancelled(named: ExternalWorkflowHandle): Promise<boolean> {
  try {
    await named.cancel();
    return true;
  } catch (error) {
    log.info('the rollout has ended', { error });
    return false;
  }
}
