/** What has to fit together in a plan: names, requirements, order and stages; then its steps. */
import { parseArithmetic } from './expressions.ts';
import { checkFields } from './fields.ts';
import { vocabularies, type Known } from './metrics.ts';
import { attempt, noneKnown, readable } from './plan-expressions.ts';
import { nameProblem, personProblem } from './plan-leaves.ts';
import type { Report } from './plan-problems.ts';
import { checkApprovals, checkExposure, checkGates } from './plan-step-checks.ts';
import type { Plan } from './plan.ts';
import { score, stageSize } from './stages.ts';
import { didYouMean, listed } from './words.ts';

/** Reports everything that does not fit. `refused` are parts that were wrong by themselves and hold defaults now. */
export function checkPlanParts(
  plan: Plan,
  labels: Known['labels'],
  refused: ReadonlySet<string>,
  report: Report,
): void {
  const names = Object.keys(plan.capabilities);
  checkNames(plan, report);
  checkRequirements(plan, report);
  checkOrder(plan, report);
  if (!refused.has('stages')) checkStages(plan, refused, report);
  checkGates(plan, { capabilities: names, labels, capability: null }, report);
  checkExposure(plan, refused, report);
  checkApprovals(plan, report);
  checkFields(plan, report);
}

function checkNames(plan: Plan, report: Report): void {
  const names = Object.keys(plan.capabilities);
  if (names.length > 1000) report(['capabilities'], `${names.length} are too many; 1000 are the most`);
  for (const part of ['capabilities', 'people'] as const) {
    for (const name of Object.keys(plan[part])) {
      const problem = part === 'people' ? personProblem(name) : nameProblem(name);
      if (problem !== null) report([part, name], problem);
    }
  }
  for (const name of Object.keys(plan.internalTest.capabilityGates)) {
    if (!names.includes(name)) report(['internal test', 'capability gates', name], unknownCapability(name, names));
  }
}

function unknownCapability(name: string, names: string[]): string {
  return `there is no capability "${name}"${didYouMean(name, names) || `; write one of ${listed(names.slice(0, 10), 'or')}`}`;
}

function checkRequirements(plan: Plan, report: Report): void {
  const names = Object.keys(plan.capabilities);
  for (const [name, { requires }] of Object.entries(plan.capabilities)) {
    for (const required of requires) {
      if (!names.includes(required)) report(['capabilities', name, 'requires'], unknownCapability(required, names));
    }
  }
  for (const circle of findCircles(plan)) {
    const path = ['capabilities', circle[0] ?? '', 'requires'];
    if (circle.length === 2) report(path, 'it requires itself; take that away');
    else report(path, `${circle.join(' → ')} is a circle, so none could be first; take one requirement away`);
  }
}

/** Chains of requirements that come back to their beginnings: without one requirement of each, there is none left. */
function findCircles({ capabilities }: Plan): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  for (const start of Object.keys(capabilities)) {
    // Depth first with a stack of its own: plans may be deep.
    const chain: { name: string; left: string[] }[] = [];
    const enter = (name: string) => {
      const requires = Object.hasOwn(capabilities, name) ? (capabilities[name]?.requires ?? []) : [];
      chain.push({ name, left: [...requires] });
    };
    if (!done.has(start)) enter(start);
    for (let top = chain.at(-1); top !== undefined; top = chain.at(-1)) {
      const next = top.left.shift();
      if (next === undefined) {
        done.add(top.name);
        chain.pop();
        continue;
      }
      const from = chain.findIndex(({ name }) => name === next);
      if (from !== -1) circles.push([...chain.slice(from).map(({ name }) => name), next]);
      else if (!done.has(next)) enter(next);
    }
  }
  return circles;
}

function checkOrder(plan: Plan, report: Report): void {
  const order = readable(plan.order, parseArithmetic, vocabularies.order, noneKnown, ['order'], report);
  if (order === null) return;
  for (const [name, capability] of Object.entries(plan.capabilities)) {
    attempt(
      ['order'],
      report,
      () => score(capability, plan.order),
      (message) => `for ${name}, ${message}`,
    );
  }
}

function checkStages(plan: Plan, refused: ReadonlySet<string>, report: Report): void {
  const { stages, capabilities } = plan;
  const names = Object.keys(capabilities);
  if (stages.kind === 'sized') {
    if (stages.first > names.length && names.length > 0 && !refused.has('stages.first')) {
      report(
        ['stages', 'first'],
        `${stages.first} are more than the ${names.length} capabilities of the plan; write ${names.length} or less`,
      );
    }
    if (typeof stages.then === 'string') {
      const then = readable(stages.then, parseArithmetic, vocabularies.then, noneKnown, ['stages', 'then'], report);
      if (then === null) return;
    }
    attempt(['stages', 'then'], report, () => {
      for (let n = stages.first, t = 1; n < names.length || t === 1; t++) n += stageSize(stages.then, t);
    });
    return;
  }
  const stageOf = new Map<string, number>();
  for (const [i, stage] of stages.lists.entries()) {
    if (stage.length === 0) report(['stages', i], 'the stage is empty; name its capabilities, or take it away');
    for (const name of stage) {
      const before = stageOf.get(name);
      if (!names.includes(name)) report(['stages', i], unknownCapability(name, names));
      else if (before !== undefined) report(['stages', i], `${name} is in stage ${before + 1} already; keep it in one`);
      else stageOf.set(name, i);
    }
  }
  const left = names.filter((name) => !stageOf.has(name));
  if (left.length > 0)
    report(['stages'], `${listed(left)} ${left.length === 1 ? 'is' : 'are'} in no stage; put every capability in one`);
  for (const [name, at] of stageOf) {
    for (const required of capabilities[name]?.requires ?? []) {
      const needed = stageOf.get(required);
      if (needed !== undefined && needed > at) {
        report(
          ['stages', at],
          `${name} requires ${required}, which comes later, in stage ${needed + 1}; move one of them`,
        );
      }
    }
  }
}
