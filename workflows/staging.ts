/** Steps 3 to 6 of one stage, in a workflow with a page of its own. */
import {
  CancellationScope,
  ParentClosePolicy,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  sleep,
  startChild,
  workflowInfo,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { Before } from '../activities/index.ts';
import { stageSteps } from '../src/domain/levels.ts';
import type { Plan } from '../src/domain/plan.ts';
import type { StageProgress } from '../src/domain/report.ts';
import type { Version } from '../src/domain/version.ts';
import { has } from './changes.ts';
import { routes } from './activities.ts';
import { stageColumns } from './columns.ts';
import type { Desk } from './desk.ts';
import { messageOf } from './failure-words.ts';
import type { Progress } from './progress.ts';
import { openRollout } from './rollout-handle.ts';
import { ownAlone, type RolloutInput, type StageOutcome } from './rollout-messages.ts';
import { rollout } from './rollout.ts';

/** Seconds that an earlier run's rollout has to put its users back. */
const mostTries = 120;

/** Until all users have what the stage brings, or are back on stable. */
export async function rollOut(
  stage: StageProgress,
  plan: Plan,
  candidate: Version,
  before: Before,
  progress: Progress,
  desk: Desk,
): Promise<StageOutcome> {
  const { workflowId: id } = workflowInfo();
  const { number, capabilities } = stage;
  const stable = Object.fromEntries(capabilities.map((name) => [name, before.stable[name] ?? null]));
  await mayStart(progress, desk);
  progress.stageStarted(stage);
  const [first = 'internal test'] = stageSteps(plan);
  const position = { step: first, level: 0, effectiveAt: null, exposure: 0, exposed: false, asked: 0, askedAt: null };
  const input: RolloutInput = {
    release: id,
    plan,
    number,
    capabilities,
    candidate,
    before: stable,
    paused: false,
    ...(has(ownAlone) ? { hearsReleaseAlone: true } : {}),
    ...(progress.report.overriddenUntil === undefined ? {} : { overriddenUntil: progress.report.overriddenUntil }),
    position,
  };
  const handle = await openRollout(() => startRollout(input));
  await desk.serve(handle);
  try {
    const { kind, reason } = await handle.outcome();
    if (kind !== 'released' && kind !== 'rolledBack') throw new Error(reason);
    progress.stageEnded(stage, kind, reason);
    return { kind, reason };
  } catch (error) {
    // The rollout puts its users back by itself; this is for one that was terminated.
    await CancellationScope.nonCancellable(() =>
      routes.restore({ model: plan.model, capabilities, withinMs: plan.gatewayWithinMs, versions: stable }),
    );
    const reason = isCancellation(error) ? 'cancelled' : `its rollout failed: ${messageOf(error)}`;
    progress.stageEnded(stage, 'rolledBack', reason);
    if (isCancellation(error)) throw error;
    return { kind: 'rolledBack', reason };
  } finally {
    await desk.serve(null);
  }
}

/** Not while somebody has paused the release, stopped all of them, or frozen the calendar. */
async function mayStart({ report }: Progress, desk: Desk): Promise<void> {
  do {
    await condition(() => report.state !== 'paused');
    if (has('clearance')) await desk.hold.cleared('growth');
  } while (report.state === 'paused');
}

/**
 * Where the release was reset, the rollout of its former run is there still: it is told to end, puts its users back, and
 * makes room.
 */
async function startRollout(input: RolloutInput): Promise<ChildWorkflowHandle<typeof rollout>> {
  const { release, plan, number, capabilities, candidate } = input;
  for (let tries = 1; ; tries++) {
    try {
      return await startChild(rollout, {
        workflowId: `${release}/${number}`,
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        typedSearchAttributes: stageColumns(plan, candidate, capabilities),
        staticSummary: `${plan.model} v${candidate.number}, stage ${number}: ${capabilities.join(', ')}`,
        args: [input],
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError) || tries >= mostTries) throw error;
      if (tries === 1) await getExternalWorkflowHandle(`${release}/${number}`).cancel();
      await sleep('1 second', { summary: `the rollout of an earlier run of stage ${number} ends` });
    }
  }
}
