/** Who has to approve capabilities by their risk, as the policy says, and what a plan lacks of it. */
import { z } from 'zod';
import { GradusError } from './errors.ts';
import { stageSteps } from './levels.ts';
import { sameKey } from './plan-spelling.ts';
import type { Approval, Plan, StageStep } from './plan.ts';
import { didYouMean, listed } from './words.ts';

export const riskLevels = ['low', 'medium', 'high'] as const;
export type RiskLevel = (typeof riskLevels)[number];

/** Groups that have to approve each by itself, by step. */
export type Approvers = Partial<Record<StageStep, string[]>>;

/** Steps as plans write them. */
const sections = { 'internal test': 'internal test', gray: 'gray', 'ab test': 'A/B', full: 'full' } as const;
type Section = keyof typeof sections;
const sectionNames: readonly Section[] = ['internal test', 'gray', 'ab test', 'full'];

const groups = z.union([z.string(), z.array(z.string())]);
const level = z.strictObject({ approvals: z.union([groups, z.record(z.string(), groups)]) });
export const writtenRisk = z.strictObject({ low: level.optional(), medium: level.optional(), high: level.optional() });

/** 0 to 3 are low, 4 to 6 medium, 7 to 10 high. */
export function levelOfRisk(risk: number): RiskLevel {
  return risk >= 7 ? 'high' : risk >= 4 ? 'medium' : 'low';
}

/** Groups alone are those of the full release. */
export function readRisk(
  written: z.output<typeof writtenRisk>,
  problems: string[],
): Partial<Record<RiskLevel, Approvers>> {
  const read: Partial<Record<RiskLevel, Approvers>> = {};
  for (const name of riskLevels) {
    const given = written[name]?.approvals;
    if (given === undefined) continue;
    const bySection = typeof given === 'string' || Array.isArray(given) ? { full: given } : given;
    const approvers: Approvers = {};
    for (const [key, some] of Object.entries(bySection)) {
      const section = sectionNames.find((one) => sameKey(one, key));
      if (section !== undefined) approvers[sections[section]] = [some].flat();
      else
        problems.push(
          `risk.${name}.approvals: there is no step "${key}"${didYouMean(key, sectionNames)}; write ${listed(sectionNames, 'or')}`,
        );
      if ([some].flat().length === 0) problems.push(`risk.${name}.approvals.${key}: no group is named`);
    }
    read[name] = approvers;
  }
  return read;
}

/** What a release of such a plan is refused with. */
export function refusedByPolicy(problems: string[]): GradusError {
  const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
  const lines = problems.map((problem) => `\n  ${problem}`).join('');
  const message = `The plan has ${count} with the policy:${lines}\nNothing was started. See the policy: gradus policy show`;
  return new GradusError('PLAN_REFUSED', message, { problems });
}

/** Everything that a plan lacks; `members` are the policy's teams, which a plan may not widen. */
export function riskProblems(
  risk: Partial<Record<RiskLevel, Approvers>>,
  members: Record<string, string[]>,
  plan: Plan,
): string[] {
  const problems: string[] = [];
  const steps = stageSteps(plan);
  for (const name of riskLevels) {
    const those = Object.entries(plan.capabilities).filter(([, capability]) => levelOfRisk(capability.risk) === name);
    if (those.length === 0) continue;
    const whose = `${listed(those.map(([capability]) => capability))} ${those.length === 1 ? 'is' : 'are'} of ${name} risk`;
    for (const section of sectionNames) {
      const needed = risk[name]?.[sections[section]] ?? [];
      if (needed.length === 0) continue;
      // Another strategy would be a way round it.
      if (!steps.includes(sections[section])) {
        problems.push(
          `strategy: ${whose}, so ${listed(needed)} approve in ${section}, which ${plan.strategy} leaves out`,
        );
        continue;
      }
      const approval = approvalOf(plan, section);
      const each = needed.length > 1 ? ', each by itself (each: yes)' : '';
      if (!asks(approval, needed))
        problems.push(`${section}.approval: ${whose}, so ${listed(needed)} have to approve${each}`);
      if (approval?.otherwise === 'approve')
        problems.push(`${section}.approval.else: ${whose}, so silence may not approve`);
      if (approval?.own === true)
        problems.push(`${section}.approval.own: ${whose}, so nobody may approve what they started`);
      for (const group of needed) problems.push(...membersProblems(group, members, plan));
    }
  }
  return [...new Set(problems)];
}

function approvalOf(plan: Plan, section: Section): Approval | null {
  const { internalTest, gray, abTest, full } = plan;
  return { 'internal test': internalTest, gray, 'ab test': abTest, full }[section].approval;
}

/** Whether nothing goes on without each of these groups. */
function asks(approval: Approval | null, needed: string[]): boolean {
  if (approval === null) return false;
  const { from, each = false, escalateTo = [] } = approval;
  if (each) return needed.every((group) => from.includes(group));
  return (
    needed.length === 1 && from.length === 1 && from[0] === needed[0] && escalateTo.every((one) => one === needed[0])
  );
}

function membersProblems(group: string, members: Record<string, string[]>, plan: Plan): string[] {
  const own = new Map(Object.entries(plan.people)).get(group) ?? [];
  const known = new Map(Object.entries(members)).get(group);
  if (own.length === 0) {
    const who = known === undefined ? '' : `; the policy has ${listed(known)}`;
    return [`people.${group}: it has to approve, and nobody is in it${who}`];
  }
  const others = known === undefined ? [] : own.filter((person) => !known.includes(person));
  if (others.length === 0) return [];
  return [
    `people.${group}: ${listed(others)} ${others.length === 1 ? 'is' : 'are'} not in the policy's team ${group} (${listed(known ?? [])})`,
  ];
}
