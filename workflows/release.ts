/** A release: a candidate version's capabilities are carried to all users, stage by stage, in seven steps. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  ContinueAsNew,
  continueAsNew,
  condition,
  allHandlersFinished,
  isCancellation,
  log,
  patched,
  ParentClosePolicy,
  getExternalWorkflowHandle,
  sleep,
  startChild,
  workflowInfo,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { CancelledFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { stageSteps } from '../src/domain/levels.ts';
import type { Plan } from '../src/domain/plan.ts';
import type { ReleaseReport, StageProgress } from '../src/domain/report.ts';
import type { Version } from '../src/domain/version.ts';
import { listed, printable } from '../src/domain/words.ts';
import type { Before } from '../activities/index.ts';
import { iterations, judgements, records, routes, training } from './activities.ts';
import { openDesk, type Desk, type Said } from './desk.ts';
import { beginTurns } from './in-turn.ts';
import type { ReleaseInput } from './messages.ts';
import { stageColumns } from './columns.ts';
import { startProgress, type Progress } from './progress.ts';
import type { RolloutInput, StageOutcome } from './rollout-messages.ts';
import { isOfType } from './exposing.ts';
import { openRollout } from './rollout-handle.ts';
import { rollout } from './rollout.ts';

/** What a release hands to its own next run. */
interface Carried {
  plan: Plan;
  /** Left out by a release that still waits for its model. */
  before?: Before;
  report: ReleaseReport;
  said?: Said;
}

/** Events; Temporal ends a workflow at some 50,000. The second is for histories that tell as much in half as many. */
const longHistory = 4000;
const longQuickHistory = 2000;

/** Seconds that an earlier run's rollout has to put its users back. */
const mostTries = 120;

export async function release(input: ReleaseInput, carried?: Carried): Promise<ReleaseReport> {
  beginTurns();
  const progress = startProgress(carried?.report, starterIn(input));
  const story = new CancellationScope();
  let rolledBack = '';
  const desk = openDesk(
    progress,
    (reason, isStaged) => {
      rolledBack = reason;
      if (!isStaged) story.cancel();
    },
    carried?.said,
  );
  try {
    await story.run(async () => {
      const plan = carried?.plan ?? (await records.readPlan(planIn(input), { ...input, plan: null }));
      const before = carried?.before ?? (await begin(input, plan, progress, desk));
      progress.keepRecorded();
      if (patched('clearance')) await desk.hold.cleared('training');
      const candidate = await train(plan, progress);
      for (const stage of await split(plan, progress)) {
        if (stage.state === 'released') continue;
        await goOnAnewIfLong(input, { plan, before }, progress, desk);
        const outcome = await rollOut(stage, plan, candidate, before, progress, desk);
        if (outcome.kind === 'rolledBack' || rolledBack !== '') return;
      }
      await iterate(progress);
    });
    return await ended(progress, rolledBack);
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    return await endedEarly(progress, error, rolledBack);
  }
}

/** The model is taken: another release of it is refused, or waits, until this one has ended. */
async function begin(input: ReleaseInput, plan: Plan, progress: Progress, desk: Desk): Promise<Before> {
  const { workflowId: id, runId, startTime } = workflowInfo();
  const order = { id, runId, plan, startedAt: startTime.toISOString(), by: progress.report.startedBy };
  const called = typeof input.plan === 'string' ? input.plan : null;
  for (;;) {
    try {
      const before = await records.beginRelease(order);
      progress.hasModel();
      const key = iterationIn(input);
      if (key !== null) progress.report.learning = await iterations.learningOf(key);
      progress.planned(plan, before.version, called);
      await endFormer(plan, before);
      return before;
    } catch (error) {
      if (!waitsForModel(input) || !isOfType(error, 'MODEL_BUSY')) throw error;
    }
    const asked = desk.hold.asked();
    const ahead = await records.queueRelease(order);
    if (ahead.length === 0) continue;
    const why = `queued behind ${listed(ahead)}`;
    if (progress.report.plan === null) progress.planned(plan, null, called);
    if (progress.report.standing?.why !== why) progress.stands({ kind: 'queued', why, until: null });
    progress.keepRecorded();
    await condition(() => desk.hold.asked() !== asked, longestQueueMs);
    await goOnAnewIfLong(input, { plan }, progress, desk);
  }
}

/** After a reset to its beginning: the rollouts of the former run end, and their users are on stable while this one trains. */
async function endFormer(plan: Plan, { former, stable }: Before): Promise<void> {
  if (former === undefined) return;
  const { workflowId } = workflowInfo();
  for (const stage of former.stages) {
    await getExternalWorkflowHandle(`${workflowId}/${stage}`)
      .cancel()
      .catch((error: unknown) => log.info('the rollout of the former run has ended', { error }));
  }
  const { capabilities } = former;
  const versions = Object.fromEntries(capabilities.map((name) => [name, stable[name] ?? null]));
  await routes.restore({ model: plan.model, capabilities, withinMs: plan.gatewayWithinMs, versions });
}

/** Whoever ends a release tells the next one; this is for those that were terminated and could not. */
const longestQueueMs = 600_000;

function waitsForModel(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'queue' in input && input.queue === true;
}

/** What was started by hand may hold anything. */
function planIn(input: unknown): unknown {
  if (typeof input === 'object' && input !== null && 'plan' in input && input.plan !== undefined) return input.plan;
  const wanted = 'give {"plan": "mail"} with the name of a stored plan, or {"plan": {…}} with the plan itself';
  throw ApplicationFailure.nonRetryable(`The input holds no plan: ${wanted}.`, 'PLAN_INVALID');
}

function starterIn(input: unknown): string | null {
  if (typeof input !== 'object' || input === null || !('by' in input) || typeof input.by !== 'string') return null;
  return printable(input.by).trim().slice(0, 200) || null;
}

function iterationIn(input: unknown): string | null {
  const isGiven = typeof input === 'object' && input !== null && 'iteration' in input;
  return isGiven && typeof input.iteration === 'string' ? input.iteration : null;
}

async function train(plan: Plan, progress: Progress): Promise<Version> {
  if (progress.report.candidate !== null) return progress.report.candidate;
  const capabilities = Object.keys(plan.capabilities);
  if (plan.candidate.kind === 'version') {
    const version = await records.findVersion({ model: plan.model, version: plan.candidate.version, capabilities });
    progress.trained(version);
    const isStable = version.digest === progress.report.stable?.digest ? ', and is stable' : '';
    progress.step('train', 'skipped', `v${version.number} is there already${isStable}`);
    return version;
  }
  const { train: spec } = plan.candidate;
  progress.step('train', 'running', `on ${spec.data}`);
  const trained = await training.trainVersion({ model: plan.model, capabilities, spec });
  const version = await records.registerVersion(trained);
  progress.trained(version);
  const isStable = version.digest === progress.report.stable?.digest ? ', which is stable already' : '';
  const from = `trained on ${version.trainedOn - (trained.lessons ?? 0)} examples of ${spec.data}${taught(trained, progress)}`;
  progress.step('train', 'done', `v${version.number}, ${from}${isStable}`);
  return version;
}

/** `, and 225 that users corrected`, or nothing. */
function taught({ lessons }: { lessons?: number }, { report }: Progress): string {
  if (lessons === undefined) return '';
  if (report.learning?.lessons !== null && report.learning?.lessons !== undefined)
    report.learning.lessons.used = lessons;
  return `, and ${lessons} that users corrected`;
}

async function split(plan: Plan, progress: Progress): Promise<StageProgress[]> {
  if (progress.report.stages.length > 0) return progress.report.stages;
  progress.step('split', 'running', '');
  const stages = await records.split(plan);
  progress.split(stages);
  progress.step('split', 'done', stages.map((stage, i) => `${i + 1}: ${stage.join(', ')}`).join('; '));
  return progress.report.stages;
}

/** Between stages, a release with a long history goes on in a new run, from what it knows. */
async function goOnAnewIfLong(
  input: ReleaseInput,
  carried: Omit<Carried, 'report' | 'said'>,
  progress: Progress,
  desk: Desk,
): Promise<void> {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  const long = progress.quick ? longQuickHistory : longHistory;
  if (historyLength < long && !continueAsNewSuggested) return;
  await condition(allHandlersFinished);
  await progress.recorded();
  // Somebody may have said something meanwhile: it is done, and the next run knows it.
  await condition(allHandlersFinished);
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('rolled back between two runs');
  await continueAsNew<typeof release>(input, { ...carried, report: progress.report, said: desk.said() });
}

/** Steps 3 to 6 of one stage, in a workflow with a page of its own. */
async function rollOut(
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
    if (patched('clearance')) await desk.hold.cleared('growth');
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

/** Step 7: what came back from users, and whether the model should learn from it. */
async function iterate(progress: Progress): Promise<void> {
  progress.step('iterate', 'running', '');
  const { iteration, ...found } = await judgements.lookBack({ id: progress.report.id, plan: progress.report.plan });
  Object.assign(progress.report, found, { iteration });
  progress.step('iterate', 'done', iteration.reasons[0] ?? '');
}

/** How a release ends whose story was told to its end, or stopped at a stage that was rolled back. */
async function ended(progress: Progress, rolledBack: string): Promise<ReleaseReport> {
  const { stages, iteration } = progress.report;
  const failed = stages.find((stage) => stage.state === 'rolledBack');
  if (iteration === null) await lookBackAnyway(progress);
  const state = stateOf(stages);
  const reason = failed?.reason ?? (rolledBack || 'every stage reached all users');
  await condition(allHandlersFinished);
  return progress.end(state, reason);
}

/** Cancelled, rolled back before the first stage, or failed: users are on stable already, and the record says so. */
async function endedEarly(progress: Progress, error: unknown, rolledBack: string): Promise<ReleaseReport> {
  return CancellationScope.nonCancellable(async () => {
    await condition(allHandlersFinished);
    if (isCancellation(error) && rolledBack !== '') return progress.end(stateOf(progress.report.stages), rolledBack);
    if (isCancellation(error)) {
      await progress.end('cancelled', 'cancelled; users of the stage under way are back on stable');
      throw error;
    }
    const known = error instanceof ActivityFailure && error.cause instanceof ApplicationFailure ? error.cause : null;
    if (progress.report.plan !== null) await progress.end('failed', messageOf(error));
    throw known === null ? error : ApplicationFailure.nonRetryable(known.message, known.type, ...(known.details ?? []));
  });
}

async function lookBackAnyway(progress: Progress): Promise<void> {
  const { iteration: _, ...found } = await judgements.lookBack({
    id: progress.report.id,
    plan: progress.report.plan,
  });
  Object.assign(progress.report, found);
}

function stateOf(stages: StageProgress[]): ReleaseReport['state'] {
  if (stages.length > 0 && stages.every((stage) => stage.state === 'released')) return 'released';
  return stages.some((stage) => stage.state === 'released') ? 'partlyReleased' : 'rolledBack';
}

function messageOf(error: unknown): string {
  if ((error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) && error.cause !== undefined) {
    return error.cause.message;
  }
  return error instanceof Error ? error.message : String(error);
}
