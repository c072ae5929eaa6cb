/** A plan beside the policy in force: what a release of it would be refused with, where the policy can be read. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { hasPeople, type Policy } from '../domain/policy.ts';
import { riskProblems } from '../domain/risk.ts';
import type { Plan } from '../domain/plan.ts';
import type { Config } from '../platform/config.ts';
import { runningOn } from '../platform/run-file.ts';

export interface PolicyCheck {
  /** `none`: nobody has set one; `unknown`: it cannot be read. */
  policy: 'kept' | 'lacking' | 'none' | 'unknown';
  problems: string[];
  /** A sentence for people; empty where there is nothing to say. */
  note: string;
}

const again = 'A release is checked with it again when it begins.';

export function checkedWith({ risk = {}, teams = {}, ...policy }: Policy, plan: Plan): PolicyCheck {
  if (!hasPeople(policy)) return { policy: 'none', problems: [], note: '' };
  const problems = riskProblems(risk, teams, plan);
  if (problems.length === 0) return { policy: 'kept', problems, note: 'It has all that the policy in force asks for.' };
  const lines = problems.map((problem) => `\n  ${problem}`).join('');
  return { policy: 'lacking', problems, note: `The policy in force refuses a release of it:${lines}` };
}

/** Starts nothing: a plan can be checked where no Gradus is. */
export async function checkWithPolicy(config: Config, plan: Plan): Promise<PolicyCheck> {
  const url = config.databaseUrl ?? runningOn(config.home)?.addresses?.database;
  if (url === undefined) {
    // Without records nobody has set a policy either.
    if (!existsSync(path.join(config.home, 'postgres', 'data', 'PG_VERSION')))
      return { policy: 'none', problems: [], note: '' };
    return unknown('nothing runs that could be asked (gradus up)');
  }
  const { openStore } = await import('../store/store.ts');
  try {
    const store = await openStore(url, { connections: 1, wait: false, retryMs: 0 });
    try {
      return checkedWith(await store.policies.current(), plan);
    } finally {
      await store.close();
    }
  } catch (error) {
    return unknown(error instanceof Error ? error.message.replace(/\.$/, '') : String(error));
  }
}

function unknown(why: string): PolicyCheck {
  return { policy: 'unknown', problems: [], note: `Not checked with the policy: ${why}. ${again}` };
}
