/**
 * What rollouts say to their release, heard of the rollout that is served. After a reset the rollout of the former run goes
 * on for a while, and what it had said is delivered once more: that is no word about this run.
 */
import { CancellationScope, setHandler } from '@temporalio/workflow';
import { has } from './changes.ts';
import type { RolloutHandle } from './rollout-handle.ts';
import type { Requests } from './requests.ts';
import {
  askSignal,
  internal,
  isStageEnd,
  ownAlone,
  readRequest,
  readUpdates,
  stageEndedSignal,
  stageUpdateSignal,
  withdrawSignal,
  type StageUpdate,
} from './rollout-messages.ts';

export function openInbox(requests: Requests, updated: (update: StageUpdate) => void) {
  let served: RolloutHandle | null = null;
  /** What came before it was known which rollout is to be heard: it may say something while it is being started. */
  let early: { from: string; hear: () => Promise<void> }[] = [];

  function take(from: unknown, hear: () => Promise<void>): Promise<void> {
    // Rollouts that an earlier Gradus started do not say who they are.
    if (typeof from !== 'string') return has(ownAlone) ? Promise.resolve() : hear();
    if (from === served?.run) return hear();
    if (served === null) early.push({ from, hear });
    return Promise.resolve();
  }

  const description = internal;
  setHandler(
    stageUpdateSignal,
    (value: unknown, from?: unknown) => take(from, async () => readUpdates(value).forEach(updated)),
    { description },
  );
  setHandler(
    askSignal,
    (value: unknown, from?: unknown) =>
      take(from, async () => {
        const request = readRequest(value);
        // Who cancels the release ends the stage, and with it what was asked: not the wait for it, which would end all.
        if (request !== null) await CancellationScope.nonCancellable(() => requests.hold(request));
      }),
    { description },
  );
  setHandler(
    withdrawSignal,
    (id, why, from?: unknown) => take(from, async () => requests.withdraw(id, typeof why === 'string' ? why : '')),
    { description },
  );

  setHandler(
    stageEndedSignal,
    (end: unknown, from?: unknown) =>
      take(from, async () => {
        if (isStageEnd(end)) served?.ends(end);
      }),
    { description },
  );

  return {
    /** The rollout that is to be heard from now on; null: none is. */
    serve(rollout: RolloutHandle | null): void {
      served = rollout;
      if (rollout === null) return;
      const kept = early;
      early = [];
      for (const { from, hear } of kept) if (from === rollout.run) void hear();
    },
  };
}
