/** One stage's way from internal test to all users; whatever ends it early puts its users back on stable. */
import {
  CancellationScope,
  condition,
  continueAsNew,
  allHandlersFinished,
  isCancellation,
  log,
  ActivityFailure,
  ApplicationFailure,
} from '@temporalio/workflow';
import { CancelledFailure } from '@temporalio/common';
import { levelsOf, stageSteps } from '../src/domain/levels.ts';
import type { StageStep } from '../src/domain/plan.ts';
import { declareChanges, has } from './changes.ts';
import { atOnce, judgements, routes, training } from './activities.ts';
import { backToStable, expose, grown } from './exposing.ts';
import { messageOf } from './failure-words.ts';
import { beginTurns } from './in-turn.ts';
import { grayGuard, judgeAb, judgeGray, lastGuard, sinceEffect } from './judged.ts';
import type { RolloutInput, StageEnd, StageOutcome } from './rollout-messages.ts';
import { openStage, type Stage } from './stage.ts';
import { GoOnAnew, RollBack } from './stage-ends.ts';

export async function rollout(input: RolloutInput): Promise<StageOutcome> {
  declareChanges();
  beginTurns();
  const stage = openStage(input);
  const take: Record<StageStep, (stage: Stage) => Promise<void>> = {
    'internal test': internalTest,
    gray: grayRelease,
    'A/B': abTest,
    full: fullRelease,
  };
  try {
    for (const step of stepsFrom(stage)) {
      await stage.unpaused();
      await take[step](stage);
    }
    const outcome = { kind: 'released', reason: `all users have ${stage.capabilities.join(', ')}` } as const;
    await over(stage, outcome);
    return outcome;
  } catch (thrown) {
    let error: unknown = thrown;
    if (error instanceof GoOnAnew) {
      await CancellationScope.nonCancellable(stage.told);
      await condition(allHandlersFinished);
      // What was said in this very moment counts.
      error = whyNotOn(stage);
      if (error === null) {
        return continueAsNew<typeof rollout>({
          ...input,
          position: stage.position,
          paused: stage.isPaused(),
          ...stage.overridden(),
          ...stage.decided(),
        });
      }
    }
    await backToStable(stage);
    const reason = isCancellation(error) ? null : reasonOf(error);
    if (reason !== null) {
      await over(stage, { kind: 'rolledBack', reason });
      return { kind: 'rolledBack', reason };
    }
    await over(
      stage,
      isCancellation(error) ? { kind: 'cancelled', reason: '' } : { kind: 'failed', reason: messageOf(error) },
    );
    throw error;
  }
}

/** Says the last word: a release that was reset does not hear how a rollout ended that its former run started. */
async function over(stage: Stage, end: StageEnd): Promise<void> {
  await CancellationScope.nonCancellable(async () => {
    if (has('its end is told')) await stage.ended(end);
    await stage.told();
  });
}

/** What ends the stage; null where it goes on. */
function whyNotOn(stage: Stage): unknown {
  try {
    stage.checkUndo();
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('the rollout was cancelled');
    return null;
  } catch (error) {
    return error;
  }
}

/** Step 3: the candidate is examined on held-out data, then by testers on their own. */
async function internalTest(stage: Stage): Promise<void> {
  const { plan, capabilities, candidate, before, release, number, position } = stage;
  await stage.tell({ state: 'running', note: 'examined on held-out data' });
  const examinations = await stage.unlessUndone(() =>
    training.examine({ model: plan.model, candidate, before, capabilities }),
  );
  await stage.tell({ state: 'running', note: 'examined on held-out data', examinations });
  const [level] = levelsOf(plan, release, number, 'internal test');
  if (level !== undefined && position.effectiveAt === null) await expose(stage, level);
  const judge = () => {
    const input = { plan, release, stage: number, examinations, openMs: sinceEffect(stage) };
    return stage.soon(
      () => atOnce.judgeInternalTest(input),
      () => judgements.judgeInternalTest(input),
    );
  };
  const { verdict, accepted } = await stage.watch(judge, plan.gray.checkEveryMs);
  if (!accepted) {
    const question = `internal test passed; go on with ${capabilities.join(', ')}?`;
    await stage.ask(question, verdict, plan.internalTest.approval);
  }
  await stage.tell({ state: 'done', note: verdict.reasons[0] ?? 'passed' });
}

/** Step 4: a growing share of users (or one audience after the other) gets the candidate, each for a bake time. */
async function grayRelease(stage: Stage): Promise<void> {
  const { plan, release, number, capabilities, position } = stage;
  const levels = levelsOf(plan, release, number, 'gray');
  const judge = () => judgeGray(stage, Math.min(position.level, levels.length - 1));
  let last = stage.seen();
  let isDecided = false;
  while (position.level < levels.length) {
    const level = levels[position.level];
    if (level === undefined) break;
    if (position.effectiveAt === null) {
      await stage.unpaused();
      await expose(stage, level, grayGuard(stage, position.level - 1));
    }
    const { verdict, accepted } = await stage.watch(judge, plan.gray.checkEveryMs);
    last = verdict;
    isDecided = accepted && has('asked once');
    position.level += 1;
    if (position.effectiveAt !== null) position.heldSince = position.effectiveAt;
    position.effectiveAt = null;
  }
  if (!isDecided) {
    const question = `gray release went well; go on with ${capabilities.join(', ')}?`;
    await stage.ask(question, last, plan.gray.approval, { judge, everyMs: plan.gray.checkEveryMs });
  }
  await stage.tell({ state: 'done', note: `held ${levels.map((level) => level.name).join(', ')}` });
}

/** Step 5: among users who have not seen the candidate, half get it, and the two versions are compared. */
async function abTest(stage: Stage): Promise<void> {
  const { plan, release, number, capabilities, position } = stage;
  const [level] = levelsOf(plan, release, number, 'A/B');
  if (level === undefined) return;
  const gray = stageSteps(plan).includes('gray') ? levelsOf(plan, release, number, 'gray') : [];
  if (position.effectiveAt === null) await expose(stage, level, grayGuard(stage, gray.length - 1));
  const judge = () => judgeAb(stage);
  const { verdict, accepted } = await stage.watch(judge, plan.abTest.checkEveryMs);
  if (!accepted) {
    const question = `A/B test passed; give ${capabilities.join(', ')} to all?`;
    await stage.ask(question, verdict, plan.abTest.approval, { judge, everyMs: plan.abTest.checkEveryMs });
  }
  await stage.tell({ state: 'done', note: verdict.reasons[0] ?? verdict.kind });
}

/** Step 6: everybody gets the candidate, and it becomes stable. */
async function fullRelease(stage: Stage): Promise<void> {
  const { plan, release, number, capabilities, candidate, position } = stage;
  const guard = has('guard before full') ? lastGuard(stage) : undefined;
  await stage.ask(`give ${capabilities.join(', ')} to all users?`, stage.seen(), plan.full.approval, guard);
  await stage.unpaused();
  const phase = `${release}/${number}/full`;
  const { revision } = await grown(
    stage,
    (asked) => routes.makeFull({ ...stage.moving, ...asked, candidate: candidate.digest, phase }),
    guard,
  );
  // Said while the gateways were waited for: it is put back as if it had been said before.
  if (stage.isUndone() && has('undo after full')) stage.checkUndo();
  position.exposure = 1;
  const at = new Date().toISOString();
  await stage.tell({
    state: 'done',
    note: `all users, confirmed by every gateway (routes ${revision})`,
    exposurePoint: { at, stage: number, step: 'full', share: 1, revision },
  });
}

/** The steps that are still to be taken; `position` moves with them. */
function* stepsFrom(stage: Stage): Generator<StageStep> {
  const steps = stageSteps(stage.plan);
  const { position } = stage;
  for (const step of steps.slice(steps.indexOf(position.step))) {
    if (step !== position.step) Object.assign(position, { step, level: 0, effectiveAt: null });
    yield step;
  }
}

/** Why a stage was rolled back; null for what is nobody's decision and no known trouble. */
function reasonOf(error: unknown): string | null {
  if (error instanceof RollBack) return error.message;
  if (error instanceof ActivityFailure && error.cause instanceof ApplicationFailure) {
    log.warn('stage rolled back', { type: error.cause.type, message: error.cause.message });
    return `${error.cause.type ?? 'failed'}: ${error.cause.message}`;
  }
  return null;
}
