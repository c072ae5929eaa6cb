/** The levels of exposure that a stage goes through: who has the candidate at each, and what its records are called. */
import type { Plan, StageStep } from './plan.ts';
import { nobody, type Exposure } from './route.ts';
import { percent } from './words.ts';

/** One level of exposure. Answers given at it are recorded under `phase`. */
export interface Level {
  phase: string;
  exposure: Exposure;
  /** Share of all users with the candidate; groups of users, whose size nobody knows, count as 0. */
  share: number;
  /** E.g. `5 % of users`. */
  name: string;
}

/** Steps of a stage in which users are given the candidate, as they are called in phases. */
export type ExposedStep = 'internal-test' | 'audiences' | 'gray' | 'ab';

/** Prefix of the phases of one step: `release/stage/step`. */
export function phaseOf(release: string, stage: number, step: ExposedStep): string {
  return `${release}/${stage}/${step}`;
}

/** The step of a stage as it is called in phases. The staged strategy goes through audiences in the place of gray. */
export function exposedStep(plan: Plan, step: Exclude<StageStep, 'full'>): ExposedStep {
  if (step === 'internal test') return 'internal-test';
  if (step === 'A/B') return 'ab';
  return plan.strategy === 'staged' ? 'audiences' : 'gray';
}

/** The steps that a strategy takes each stage through. */
export function stageSteps(plan: Plan): StageStep[] {
  switch (plan.strategy) {
    case 'gradual':
      return ['internal test', 'gray', 'A/B', 'full'];
    case 'one-shot':
      return ['internal test', 'full'];
    case 'staged':
    case 'gray':
      return ['internal test', 'gray', 'full'];
    case 'ab':
      return ['internal test', 'A/B', 'full'];
  }
}

/** Levels of one step of one stage, in order. Every level contains the users of the one before. */
export function levelsOf(plan: Plan, release: string, stage: number, step: Exclude<StageStep, 'full'>): Level[] {
  const phase = phaseOf(release, stage, exposedStep(plan, step));
  const testers = plan.internalTest.testers;
  const gray = (share: number) => ({ salt: `${release}/${stage}/gray`, share });
  switch (step) {
    case 'internal test':
      return testers.length === 0
        ? []
        : [{ phase: `${phase}/0`, exposure: { ...nobody, groups: testers }, share: 0, name: testers.join(', ') }];
    case 'gray':
      if (plan.strategy === 'staged') {
        return plan.audiences.map((audience, i) => ({
          phase: `${phase}/${i}`,
          exposure: { ...nobody, groups: [...testers, ...plan.audiences.slice(0, i + 1).flat()] },
          share: 0,
          name: audience.join(', '),
        }));
      }
      return plan.gray.ramp.map((share, i) => ({
        phase: `${phase}/${i}`,
        exposure: { groups: testers, gray: gray(share), experiment: null },
        share,
        name: `${percent(share)} of users`,
      }));
    case 'A/B': {
      const grayed = plan.strategy === 'ab' ? 0 : (plan.gray.ramp.at(-1) ?? 0);
      const share = plan.abTest.share;
      return [
        {
          phase: `${phase}/0`,
          exposure: {
            groups: testers,
            gray: grayed > 0 ? gray(grayed) : null,
            experiment: { salt: `${release}/${stage}/ab`, share },
          },
          share: grayed + (1 - grayed) * share,
          name: `${percent(share)} of ${grayed > 0 ? 'the other users' : 'users'}`,
        },
      ];
    }
  }
}
