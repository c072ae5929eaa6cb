/** A plan beside the policy in force: what a release of it would be refused with, where the policy can be read. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { unknownApprovers } from '../domain/known-approvers.ts';
import { hasPeople, type Policy } from '../domain/policy.ts';
import { riskProblems } from '../domain/risk.ts';
import type { Plan } from '../domain/plan.ts';
import type { Config } from '../platform/config.ts';
import { runningOn } from '../platform/run-file.ts';

export interface PolicyCheck {
  /** `none`: nobody has set one; `unknown`: it cannot be read. */
  policy: 'kept' | 'lacking' | 'none' | 'unknown';
  problems: string[];
  /** Approvals that people are asked for who may not give them. */
  warnings: string[];
  /** A sentence for people; empty where there is nothing to say. */
  note: string;
}

const none: PolicyCheck = { policy: 'none', problems: [], warnings: [], note: '' };
const again = 'A release is checked with it again when it begins.';

export function checkedWith(policy: Policy, plan: Plan): PolicyCheck {
  if (!hasPeople(policy)) return none;
  const { risk = {}, teams = {} } = policy;
  const problems = riskProblems(risk, teams, plan);
  const warnings = unknownApprovers(plan, policy);
  const lines = (some: string[]): string => some.map((one) => `\n  ${one}`).join('');
  const asked = `People are asked to approve who may not, by the policy in force:${lines(warnings)}`;
  if (problems.length === 0) {
    const note = warnings.length === 0 ? 'It has all that the policy in force asks for.' : asked;
    return { policy: 'kept', problems, warnings, note };
  }
  const refused = `The policy in force refuses a release of it:${lines(problems)}`;
  return { policy: 'lacking', problems, warnings, note: warnings.length === 0 ? refused : `${refused}\n${asked}` };
}

/** Starts nothing: a plan can be checked where no Gradus is. */
export async function checkWithPolicy(config: Config, plan: Plan): Promise<PolicyCheck> {
  const url = config.databaseUrl ?? runningOn(config.home)?.addresses?.database;
  if (url === undefined) {
    // Without records nobody has set a policy either.
    if (!existsSync(path.join(config.home, 'postgres', 'data', 'PG_VERSION'))) return none;
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
  return { policy: 'unknown', problems: [], warnings: [], note: `Not checked with the policy: ${why}. ${again}` };
}
