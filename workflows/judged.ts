/** What a stage's users are watched by: verdicts on what was answered and said while they had the candidate. */
import { levelsOf, stageSteps } from '../src/domain/levels.ts';
import type { Verdict } from '../src/domain/verdict.ts';
import { atOnce, judgements } from './activities.ts';
import type { Guard } from './asking.ts';
import { has } from './changes.ts';
import type { Stage } from './stage.ts';

/** Of the share at `level`, which has been held where nothing is on its way. */
export function judgeGray(stage: Stage, level: number): Promise<Verdict> {
  const { plan, release, number, capabilities, position } = stage;
  // While people are asked after the last share, that share has been held, and is still the one that is watched.
  const since = position.effectiveAt ?? position.heldSince;
  const sinceMs = since === undefined ? plan.gray.bakeMs : Date.now() - since;
  const input = { plan, release, stage: number, capabilities, sinceMs, level };
  return stage.soon(
    () => atOnce.judgeGray(input),
    () => judgements.judgeGray(input),
  );
}

/** Whoever has had the candidate since that share; nobody before the first. */
export function grayGuard(stage: Stage, level: number): Guard | undefined {
  if (level < 0) return undefined;
  return { judge: () => judgeGray(stage, level), everyMs: stage.plan.gray.checkEveryMs };
}

/** Of the A/B test, by what is known of it so far. */
export function judgeAb(stage: Stage): Promise<Verdict> {
  const { plan, release, number, capabilities } = stage;
  const input = { plan, release, stage: number, capabilities, sinceMs: sinceEffect(stage) };
  return stage.soon(
    () => atOnce.judgeAbTest(input),
    () => judgements.judgeAbTest(input),
  );
}

/**
 * Whoever has had the candidate since the step before full. That step has been decided, and stays so unless there is a
 * breach; its conditions are looked at anew.
 */
export function lastGuard(stage: Stage): Guard | undefined {
  const { plan, release, number } = stage;
  const steps = stageSteps(plan);
  const isCompared = steps.includes('A/B');
  if (!isCompared && !steps.includes('gray')) return undefined;
  const last = levelsOf(plan, release, number, 'gray').length - 1;
  const seen = stage.seen();
  const renewing = has('evidence is renewed');
  return {
    judge: async () => {
      const now = await (isCompared ? judgeAb(stage) : judgeGray(stage, last));
      if (seen === null || now.kind === 'rollBack') return now;
      return renewing && now.findings.length > 0 ? { ...now, kind: seen.kind } : seen;
    },
    everyMs: isCompared ? plan.abTest.checkEveryMs : plan.gray.checkEveryMs,
  };
}

/** How long the level of exposure has been in effect, in milliseconds. */
export function sinceEffect({ position }: Stage): number {
  return Date.now() - (position.effectiveAt ?? Date.now());
}
