/** A release: a candidate version's capabilities are carried to all users, stage by stage, in seven steps. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  ContinueAsNew,
  continueAsNew,
  condition,
  allHandlersFinished,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import { CancelledFailure } from '@temporalio/common';
import type { Plan } from '../src/domain/plan.ts';
import type { ReleaseReport, StageProgress } from '../src/domain/report.ts';
import type { Version } from '../src/domain/version.ts';
import type { Before } from '../activities/index.ts';
import { declareChanges, has } from './changes.ts';
import { judgements, records, training } from './activities.ts';
import { begin, planIn, starterIn } from './beginning.ts';
import { openDesk, type Desk, type Said } from './desk.ts';
import { beginTurns } from './in-turn.ts';
import type { ReleaseInput } from './messages.ts';
import { messageOf } from './failure-words.ts';
import { startProgress, type Progress } from './progress.ts';
import { rollOut } from './staging.ts';

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

export async function release(input: ReleaseInput, carried?: Carried): Promise<ReleaseReport> {
  declareChanges();
  beginTurns();
  const progress = startProgress(carried?.report, starterIn(input));
  const story = new CancellationScope();
  let rolledBack = '';
  let hadEnded: unknown = null;
  const over = (error: unknown): void => {
    hadEnded = error;
    story.cancel();
  };
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
      const before =
        carried?.before ??
        (await begin(input, plan, progress, desk, {
          goOn: () => goOnAnewIfLong(input, { plan }, progress, desk),
          over,
        }));
      progress.keepRecorded(over);
      if (has('clearance')) await desk.hold.cleared('training');
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
    if (hadEnded !== null) return await stoodDown(hadEnded);
    return await endedEarly(progress, error, rolledBack);
  }
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

/** Another run has ended the release, whose record is left as it is. */
async function stoodDown(error: unknown): Promise<never> {
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  throw ApplicationFailure.nonRetryable(messageOf(error), 'RELEASE_OVER');
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
