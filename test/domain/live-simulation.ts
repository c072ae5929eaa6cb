/** Users of one capability, made up by chance, on their way through a gray release and an A/B test. */
import type { Sample } from '../../src/domain/feedback.ts';
import type { LiveEvidence } from '../../src/domain/live-evidence.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { judgeAbTest, judgeGray } from '../../src/domain/verdicts.ts';
import { seeded } from '../statistics/seeded.ts';

/** Chances of a contented user and of a failed answer. */
export interface Quality {
  satisfaction: number;
  errorRate: number;
}

export interface Outcome {
  verdict: Verdict;
  step: 'gray' | 'A/B';
  /** Share of all users that had the candidate at the end. */
  exposure: number;
  /** Candidate values at the end, of the step. */
  n: number;
}

const none = { candidate: null, stable: null };

export function evidenceOf(capability: string, samples: Partial<LiveEvidence['samples']>): LiveEvidence {
  return {
    capability,
    hasStable: true,
    samples: { satisfaction: [], accuracy: [], errorRate: [], ...samples },
    quantiles: { p50Ms: none, p95Ms: none, p99Ms: none },
  };
}

/**
 * Takes every capability of the plan through both steps with `users` rating in each look, drawn by the share; each level
 * has `looks` looks, and some ratings of a level come in during the next.
 */
export function simulate(
  plan: Plan,
  candidate: Quality,
  stable: Quality,
  seed: number,
  users = 400,
  looks = 8,
): Outcome {
  const random = seeded(seed * 2_654_435_761);
  const names = Object.keys(plan.capabilities);
  const empty = (shares: number[]) => shares.map((share): Sample => ({ share, candidate: [], stable: [] }));
  const arrive = (samples: LiveEvidence['samples'], level: number, count: number) => {
    for (let i = 0; i < count; i++) {
      const satisfaction = samples.satisfaction[level];
      const errorRate = samples.errorRate[level];
      if (satisfaction === undefined || errorRate === undefined) continue;
      const isCandidate = random.uniform() < satisfaction.share;
      const quality = isCandidate ? candidate : stable;
      const arm = isCandidate ? 'candidate' : 'stable';
      satisfaction[arm].push(random.coin(quality.satisfaction));
      errorRate[arm].push(random.coin(quality.errorRate));
    }
  };
  const open = (shares: number[]) =>
    names.map((name) => evidenceOf(name, { satisfaction: empty(shares), errorRate: empty(shares) }));
  const count = (evidence: LiveEvidence[]) =>
    evidence[0]?.samples.satisfaction.reduce((n, sample) => n + sample.candidate.length, 0) ?? 0;

  const { ramp, bakeMs } = plan.gray;
  const gray = open(ramp);
  for (const [level, exposure] of ramp.entries()) {
    for (let look = 1; ; look++) {
      for (const { samples } of gray) {
        arrive(samples, level, users * 0.9);
        if (level > 0) arrive(samples, level - 1, users * 0.1);
      }
      const verdict = judgeGray({ plan, evidence: gray, sinceMs: (bakeMs * look) / looks, level });
      if (verdict.kind === 'advance') break;
      if (verdict.kind !== 'hold') return { verdict, step: 'gray', exposure, n: count(gray) };
    }
  }
  const { share, withinMs } = plan.abTest;
  const exposure = (ramp.at(-1) ?? 0) + (1 - (ramp.at(-1) ?? 0)) * share;
  const experiment = open([share]);
  for (let look = 1; ; look++) {
    for (const { samples } of experiment) arrive(samples, 0, users);
    const verdict = judgeAbTest({ plan, evidence: experiment, sinceMs: (withinMs * look) / (4 * looks) });
    if (verdict.kind !== 'hold') return { verdict, step: 'A/B', exposure, n: count(experiment) };
  }
}
