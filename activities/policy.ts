/** Whether somebody may do what they ask of a release, by the policy as it is now. */
import type { Operation } from '../src/domain/approval.ts';
import { stopOf } from '../src/domain/control.ts';
import { givers } from '../src/domain/delegation.ts';
import { refusal } from '../src/domain/policy.ts';
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
      const [policy, given] = await Promise.all([ports.policies.current(), ports.policies.signedIn(by)]);
      return refusal(policy, by, operation, given);
    },

    /** Whom somebody stands in for, of those who may decide themselves; nobody where the policy does not know them. */
    async standsFor({ by, at }: { by: string; at: number }): Promise<string[]> {
      const policy = await ports.policies.current();
      const { people } = policy;
      const isKnown = Object.keys(people).length === 0 || Object.hasOwn(people, by);
      if (!isKnown && (await ports.policies.signedIn(by)).length === 0) return [];
      const all = givers(await ports.delegations.list(), by, Math.max(at, Date.now()));
      const roles = await Promise.all(all.map((giver) => ports.policies.signedIn(giver)));
      return all.filter((giver, i) => refusal(policy, giver, 'approve', roles[i]) === null);
    },
  };
}
