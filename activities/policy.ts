/** Whether somebody may do what they ask of a release, by the policy as it is now. */
import type { Operation } from '../src/domain/approval.ts';
import { stopOf } from '../src/domain/control.ts';
import { refusalNow, standsFor } from '../src/domain/permission.ts';
import type { RecordPorts } from '../src/domain/ports.ts';

export interface Asked {
  by: string;
  operation: Operation | 'emergency';
  id?: string;
}

export function policyActivities(ports: RecordPorts) {
  /** Whoever stopped all releases and put their users back was allowed to when they did. */
  async function followsFromStop(by: string, id: string | undefined): Promise<boolean> {
    const number = stopOf(id);
    const stop = number === null ? null : await ports.stopAlls.find(number);
    return stop !== null && stop.rollBack && stop.by === by;
  }

  return {
    /** Null where they may, otherwise why not. */
    async refusalOf({ by, operation, id }: Asked): Promise<string | null> {
      if (operation === 'rollback' && (await followsFromStop(by, id))) return null;
      return refusalNow(ports.policies, by, operation);
    },

    /** Whom somebody stands in for, of those who may decide themselves; nobody where the policy does not know them. */
    standsFor: ({ by, at }: { by: string; at: number }): Promise<string[]> =>
      standsFor(ports.policies, ports.delegations, by, Math.max(at, Date.now())),
  };
}
