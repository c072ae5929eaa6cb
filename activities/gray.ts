/** Step 4: whether the share of users may grow, from what the users of this stage were answered and said. */
import type { Plan } from '../src/domain/plan.ts';
import type { RecordPorts } from '../src/domain/ports.ts';
import type { Verdict } from '../src/domain/verdict.ts';
import { judgeGray } from '../src/domain/verdicts.ts';
import { gatherEvidence } from './evidence.ts';
import { gatewayTrouble } from './gateways.ts';

export interface JudgeLiveInput {
  plan: Plan;
  release: string;
  stage: number;
  capabilities: string[];
  /** How long this exposure has been in effect. */
  sinceMs: number;
  /** Index of this exposure within its step. */
  level: number;
}

export function grayActivities(ports: RecordPorts) {
  return {
    async judgeGray({ plan, release, stage, capabilities, sinceMs, level }: JudgeLiveInput): Promise<Verdict> {
      const trouble = await gatewayTrouble(ports, plan);
      if (trouble !== null) return trouble;
      const evidence = await gatherEvidence(ports, { plan, release, stage, step: 'gray', capabilities });
      return judgeGray({ plan, evidence, sinceMs, level });
    },
  };
}
