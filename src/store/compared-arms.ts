/** Which users a step compares: those with the candidate, and those whom they are compared with. */
import type { Arm } from '../domain/route.ts';

export interface ComparedArms {
  candidate: Arm;
  /** Null where the step compares with nobody. */
  stable: Arm | null;
}

/**
 * Of a phase `release/stage/step`. Each step looks only at those whom its own exposure brought in: the A/B test not at
 * those who had the candidate since the gray release, and neither of them at testers.
 */
export function comparedArms(phase: string): ComparedArms {
  switch (phase.slice(phase.lastIndexOf('/') + 1)) {
    case 'internal-test':
      return { candidate: 'tester', stable: null };
    case 'audiences':
      return { candidate: 'tester', stable: 'stable' };
    case 'ab':
      return { candidate: 'treatment', stable: 'control' };
    default:
      return { candidate: 'gray', stable: 'stable' };
  }
}
