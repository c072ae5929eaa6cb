/** Whether somebody may do what they ask of a release, by the policy as it is now. */
import type { Operation } from '../src/domain/approval.ts';
import { refusal } from '../src/domain/policy.ts';
import type { RecordPorts } from '../src/domain/ports.ts';

export function policyActivities(ports: RecordPorts) {
  return {
    /** Null where they may, otherwise why not. */
    async refusalOf({ by, operation }: { by: string; operation: Operation }): Promise<string | null> {
      const [policy, given] = await Promise.all([ports.policies.current(), ports.policies.signedIn(by)]);
      return refusal(policy, by, operation, given);
    },
  };
}
