/** One stage's way from internal test to all users; whatever ends it early puts its users back on stable. */
import {
  CancellationScope,
  condition,
  continueAsNew,
  allHandlersFinished,
  isCancellation,
  log,
  patched,
  ActivityFailure,
  ApplicationFailure,
} from '@temporalio/workflow';
import { CancelledFailure } from '@temporalio/common';
import { levelsOf, stageSteps } from '../src/domain/levels.ts';
import type { Asked } from '../src/domain/freeze.ts';
import type { StageStep } from '../src/domain/plan.ts';
import { atOnce, judgements, routes, training } from './activities.ts';
import type { RolloutInput, StageOutcome } from './rollout-messages.ts';
import { GoOnAnew, openStage, RollBack, type Guard, type Stage } from './stage.ts';

export async function rollout(input: RolloutInput): Promise<StageOutcome> {
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
    await CancellationScope.nonCancellable(stage.told);
    return { kind: 'released', reason: `all users have ${stage.capabilities.join(', ')}` };
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
    await CancellationScope.nonCancellable(stage.told);
    if (isCancellation(error)) throw error;
    const reason = reasonOf(error);
    if (reason === null) throw error;
    return { kind: 'rolledBack', reason };
  }
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
    const input = { plan, release, stage: number, examinations, openMs: Date.now() - effectiveAt(stage) };
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
  while (position.level < levels.length) {
    const level = levels[position.level];
    if (level === undefined) break;
    if (position.effectiveAt === null) {
      await stage.unpaused();
      await expose(stage, level, grayGuard(stage, position.level - 1));
    }
    last = (await stage.watch(judge, plan.gray.checkEveryMs)).verdict;
    position.level += 1;
    position.effectiveAt = null;
  }
  await stage.ask(`gray release went well; go on with ${capabilities.join(', ')}?`, last, plan.gray.approval, {
    judge,
    everyMs: plan.gray.checkEveryMs,
  });
  await stage.tell({ state: 'done', note: `held ${levels.map((level) => level.name).join(', ')}` });
}

/** Of the share at `level`, which has been held where nothing is on its way. */
function judgeGray(stage: Stage, level: number) {
  const { plan, release, number, capabilities, position } = stage;
  // While people are asked after the last share, that share has been held, and is still the one that is watched.
  const sinceMs = position.effectiveAt === null ? plan.gray.bakeMs : Date.now() - position.effectiveAt;
  const input = { plan, release, stage: number, capabilities, sinceMs, level };
  return stage.soon(
    () => atOnce.judgeGray(input),
    () => judgements.judgeGray(input),
  );
}

/** Whoever has had the candidate since that share; nobody before the first. */
function grayGuard(stage: Stage, level: number): Guard | undefined {
  if (level < 0) return undefined;
  return { judge: () => judgeGray(stage, level), everyMs: stage.plan.gray.checkEveryMs };
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

function judgeAb(stage: Stage) {
  const { plan, release, number, capabilities } = stage;
  const input = { plan, release, stage: number, capabilities, sinceMs: Date.now() - effectiveAt(stage) };
  return stage.soon(
    () => atOnce.judgeAbTest(input),
    () => judgements.judgeAbTest(input),
  );
}

/** Step 6: everybody gets the candidate, and it becomes stable. */
async function fullRelease(stage: Stage): Promise<void> {
  const { plan, release, number, capabilities, candidate, position } = stage;
  const guard = patched('guard before full') ? lastGuard(stage) : undefined;
  await stage.ask(`give ${capabilities.join(', ')} to all users?`, stage.seen(), plan.full.approval, guard);
  await stage.unpaused();
  const phase = `${release}/${number}/full`;
  const { revision } = await grown(
    stage,
    (asked) => routes.makeFull({ ...stage.moving, ...asked, candidate: candidate.digest, phase }),
    guard,
  );
  // Said while the gateways were waited for: it is put back as if it had been said before.
  if (stage.isUndone() && patched('undo after full')) stage.checkUndo();
  position.exposure = 1;
  const at = new Date().toISOString();
  await stage.tell({
    state: 'done',
    note: `all users, confirmed by every gateway (routes ${revision})`,
    exposurePoint: { at, stage: number, step: 'full', share: 1, revision },
  });
}

/**
 * Whoever has had the candidate since the step before full. That step has been decided: only a breach is news, and as long
 * as there is none, what was seen stays what people are shown.
 */
function lastGuard(stage: Stage): Guard | undefined {
  const { plan, release, number } = stage;
  const steps = stageSteps(plan);
  const isCompared = steps.includes('A/B');
  if (!isCompared && !steps.includes('gray')) return undefined;
  const last = levelsOf(plan, release, number, 'gray').length - 1;
  const seen = stage.seen();
  return {
    judge: async () => {
      const now = await (isCompared ? judgeAb(stage) : judgeGray(stage, last));
      return seen === null || now.kind === 'rollBack' ? now : seen;
    },
    everyMs: isCompared ? plan.abTest.checkEveryMs : plan.gray.checkEveryMs,
  };
}

/** Registers the undo first: from here on, whatever goes wrong, `backToStable` has something to put back. */
async function expose(stage: Stage, level: ReturnType<typeof levelsOf>[number], guard?: Guard): Promise<void> {
  const { position, candidate, number } = stage;
  stage.checkUndo();
  const { revision } = await grown(
    stage,
    (asked) => routes.expose({ ...stage.moving, ...asked, candidate: candidate.digest, level }),
    guard,
  );
  position.effectiveAt = Date.now();
  position.exposure = level.share;
  const at = new Date(position.effectiveAt).toISOString();
  await stage.tell({
    state: 'running',
    note: level.name,
    exposurePoint: { at, stage: number, step: position.step, share: level.share, revision },
  });
}

/** Gives more users the candidate, as soon as nothing holds the release; `guard` watches over those who have it. */
async function grown<T>(stage: Stage, grow: (asked: { asked?: Asked }) => Promise<T>, guard?: Guard): Promise<T> {
  for (;;) {
    const isHeld = patched('clearance');
    if (isHeld) await stage.cleared(guard);
    stage.position.exposed = true;
    try {
      return await grow(isHeld ? { asked: { at: Date.now(), ...stage.overridden() } } : {});
    } catch (error) {
      // Stopped or frozen in the moment between, or while no worker was there: the store let nothing grow.
      if (!isOfType(error, 'STOPPED_ALL') && !isOfType(error, 'FROZEN')) throw error;
    }
  }
}

export function isOfType(error: unknown, type: string): boolean {
  return error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.type === type;
}

async function backToStable(stage: Stage): Promise<void> {
  const { position, before, number } = stage;
  if (!position.exposed) return;
  await CancellationScope.nonCancellable(async () => {
    const { revision } = await routes.restore({ ...stage.moving, versions: before });
    position.exposure = 0;
    const at = new Date().toISOString();
    await stage.tell({
      state: 'failed',
      note: 'every user is back on stable',
      exposurePoint: { at, stage: number, step: position.step, share: 0, revision },
    });
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

function effectiveAt(stage: Stage): number {
  return stage.position.effectiveAt ?? Date.now();
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
