/** Whether somebody may do what they ask of a release, by the policy as it is now. */
import type { Operation } from '../src/domain/approval.ts';
import { stopOf } from '../src/domain/control.ts';
import { refusalNow, standsFor } from '../src/domain/permission.ts';
import type { RecordPorts } from '../src/domain/ports.ts';

export interface Asked {
  by: string;
  operation: Operation | 'emergency';
  /** The release that is asked. */
  release?: string;
  id?: string;
}

export function policyActivities(ports: RecordPorts) {
  /**
   * Whoever stopped all releases and put their users back was allowed to when they did. Anybody can write such a message, so
   * it lets pass no more than the stop itself does: the rollback of a release that was under way then.
   */
  async function followsFromStop({ by, id, release }: Omit<Asked, 'operation'>): Promise<boolean> {
    const number = stopOf(id);
    if (number === null || release === undefined) return false;
    const stop = await ports.stopAlls.find(number);
    return stop?.by === by && (await ports.stopAlls.rollsBack(number, release));
  }

  return {
    /** Null where they may, otherwise why not. */
    async refusalOf({ operation, ...asked }: Asked): Promise<string | null> {
      const { by } = asked;
      if (operation === 'rollback' && (await followsFromStop(asked))) return null;
      return refusalNow(ports.policies, by, operation);
    },

    /** Whom somebody stands in for, of those who may decide themselves; nobody where the policy does not know them. */
    standsFor: ({ by, at }: { by: string; at: number }): Promise<string[]> =>
      standsFor(ports.policies, ports.delegations, by, Math.max(at, Date.now())),
  };
}
