/** Gathers what users were answered and said at one step of a stage, for the judgements. */
import { meanMetrics, quantileMetrics } from '../src/domain/feedback.ts';
import { exposedStep, levelsOf, phaseOf } from '../src/domain/levels.ts';
import type { Plan, StageStep } from '../src/domain/plan.ts';
import type { RecordPorts } from '../src/domain/ports.ts';
import type { LiveEvidence } from '../src/domain/live-evidence.ts';

export interface Gathering {
  plan: Plan;
  release: string;
  stage: number;
  step: Exclude<StageStep, 'full'>;
  capabilities: string[];
}

export async function gatherEvidence(ports: RecordPorts, gathering: Gathering): Promise<LiveEvidence[]> {
  const { plan, release, stage, step, capabilities } = gathering;
  const phase = phaseOf(release, stage, exposedStep(plan, step));
  const shares = levelsOf(plan, release, stage, step).map((level) => drawnShare(plan, step, level.share));
  const routes = await ports.routes.current(plan.model);
  return Promise.all(
    capabilities.map(async (capability): Promise<LiveEvidence> => {
      const samples = meanMetrics.map((metric) => ports.observations.sample({ phase, capability, metric, shares }));
      const [satisfaction = [], accuracy = [], errorRate = []] = await Promise.all(samples);
      const quantiles = quantileMetrics.map((metric) => ports.observations.quantile({ phase, capability, metric }));
      const none = { candidate: null, stable: null };
      const [p50Ms = none, p95Ms = none, p99Ms = none] = await Promise.all(quantiles);
      const hasStable = routes.some((route) => route.capability === capability && route.stable !== null);
      return {
        capability,
        hasStable,
        samples: { satisfaction, accuracy, errorRate },
        quantiles: { p50Ms, p95Ms, p99Ms },
      };
    }),
  );
}

/** The candidate's share among the users that are compared; audiences are of unknown size and count as half. */
function drawnShare(plan: Plan, step: Gathering['step'], share: number): number {
  if (step === 'A/B') return plan.abTest.share;
  return share > 0 ? share : 0.5;
}
