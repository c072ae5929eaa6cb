/** Step 5: which version is better, by a test that may be looked at as often as one likes. */
import type { RecordPorts } from '../src/domain/ports.ts';
import type { Verdict } from '../src/domain/verdict.ts';
import { judgeAbTest } from '../src/domain/verdicts.ts';
import { gatherEvidence } from './evidence.ts';
import { gatewayTrouble } from './gateways.ts';
import type { JudgeLiveInput } from './gray.ts';

export function abTestActivities(ports: RecordPorts) {
  return {
    async judgeAbTest({
      plan,
      release,
      stage,
      capabilities,
      sinceMs,
    }: Omit<JudgeLiveInput, 'level'>): Promise<Verdict> {
      const trouble = await gatewayTrouble(ports, plan);
      if (trouble !== null) return trouble;
      const evidence = await gatherEvidence(ports, { plan, release, stage, step: 'A/B', capabilities });
      return judgeAbTest({ plan, evidence, sinceMs });
    },
  };
}
