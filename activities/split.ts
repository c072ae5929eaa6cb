/** Step 2: the capabilities are put in order and split into stages. */
import { splitIntoStages } from '../src/domain/stages.ts';
import type { Plan } from '../src/domain/plan.ts';

export function splitActivities() {
  return {
    async split(plan: Plan): Promise<string[][]> {
      return splitIntoStages(plan);
    },
  };
}
