/** What has to fit together in a plan: names, order, stages, people and expressions. */
import { GradusError } from './errors.ts';
import { namesOf, parseArithmetic, parseComparison, parseCondition, type Expression } from './expressions.ts';
import { vocabularies, type Known, type Vocabulary } from './metrics.ts';
import { nameProblem } from './plan-leaves.ts';
import type { Path, Report } from './plan-problems.ts';
import type { Approval, Plan } from './plan.ts';
import { score, stageSize } from './stages.ts';
import { didYouMean, duration, listed, percent } from './words.ts';

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
  for (const [section, approval] of approvalsOf(plan)) checkApproval(plan, section, approval, report);
}

function checkNames(plan: Plan, report: Report): void {
  const names = Object.keys(plan.capabilities);
  if (names.length > 1000) report(['capabilities'], `${names.length} are too many; 1000 are the most`);
  for (const part of ['capabilities', 'people'] as const) {
    for (const name of Object.keys(plan[part])) {
      const problem = nameProblem(name);
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
  const circle = findCircle(plan);
  if (circle === null) return;
  const path = ['capabilities', circle[0] ?? '', 'requires'];
  if (circle.length === 2) report(path, 'it requires itself; take that away');
  else report(path, `${circle.join(' → ')} is a circle, so none could be first; take one requirement away`);
}

/** A chain of requirements that comes back to its beginning. */
function findCircle({ capabilities }: Plan): string[] | null {
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
      if (from !== -1) return [...chain.slice(from).map(({ name }) => name), next];
      if (!done.has(next)) enter(next);
    }
  }
  return null;
}

function checkOrder(plan: Plan, report: Report): void {
  const order = readable(plan.order, parseArithmetic, vocabularies.order, none, ['order'], report);
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
      const then = readable(stages.then, parseArithmetic, vocabularies.then, none, ['stages', 'then'], report);
      if (then === null) return;
    }
    attempt(['stages', 'then'], report, () => {
      for (let n = stages.first, t = 1; n < names.length; t++) n += stageSize(stages.then, t);
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

function checkGates(plan: Plan, known: Known, report: Report): void {
  const { gates, capabilityGates } = plan.internalTest;
  for (const gate of gates) readable(gate, parseCondition, vocabularies.gate, known, ['internal test', 'gate'], report);
  for (const [capability, own] of Object.entries(capabilityGates)) {
    for (const gate of own) {
      readable(
        gate,
        parseCondition,
        vocabularies.gate,
        { ...known, capability },
        ['capabilities', capability, 'gate'],
        report,
      );
    }
  }
  for (const guardrail of plan.gray.guardrails) {
    const path = ['gray', 'guardrails'];
    const comparison = readable(guardrail, parseComparison, vocabularies.guardrail, none, path, report);
    if (comparison !== null && namesOf(comparison).every(([first]) => first === 'stable')) {
      report(
        path,
        `${guardrail} says nothing of the candidate; compare one of its metrics, e.g. satisfaction >= stable - 5%`,
      );
    }
  }
  if (plan.gray.guardrails.length === 0) {
    report(['gray', 'guardrails'], 'none is listed, so nothing would be noticed; leave the key out for the usual ones');
  }
  readable(plan.iterate.learnWhen, parseCondition, vocabularies.learnWhen, none, ['iterate', 'learn when'], report);
}

function checkExposure(plan: Plan, refused: ReadonlySet<string>, report: Report): void {
  const { gray, abTest, internalTest, strategy, audiences } = plan;
  const last = gray.ramp.at(-1);
  if (strategy === 'gradual' && last === 1) {
    report(['gray', 'ramp'], '100% leaves nobody for the A/B test; end below 100%, or write strategy: gray');
  }
  const apart = (path: [string, string], watched: [string, number], every: number) => {
    if (every > watched[1] && ![path.join('.'), `${path[0]}.${watched[0]}`].some((one) => refused.has(one))) {
      report(
        path,
        `${duration(every)} is longer than ${watched[0]}, ${duration(watched[1])}; look at least once in that time`,
      );
    }
  };
  apart(['gray', 'check every'], ['bake', gray.bakeMs], gray.checkEveryMs);
  apart(['ab test', 'check every'], ['within', abTest.withinMs], abTest.checkEveryMs);
  if (gray.withinMs < gray.bakeMs && !refused.has('gray.within') && !refused.has('gray.bake')) {
    report(
      ['gray', 'within'],
      `${duration(gray.withinMs)} is shorter than bake, ${duration(gray.bakeMs)}; give it more time`,
    );
  }
  if (internalTest.testers.length === 0 && internalTest.minRated > 0 && !refused.has('internal test.testers')) {
    report(['internal test', 'min rated'], 'nobody tests, so nothing would be rated; name groups of users as testers');
  }
  if (strategy === 'staged' && audiences.length === 0 && !refused.has('audiences')) {
    report(
      ['audiences'],
      'the staged strategy needs groups of users, one after the other; write e.g. [[staff], [beta, partners]]',
    );
  }
  if (strategy !== 'staged' && audiences.length > 0) {
    report(
      ['audiences'],
      `only the staged strategy has audiences, and this is ${strategy}; write strategy: staged or take them away`,
    );
  }
  const seen = new Set<string>();
  for (const [i, audience] of audiences.entries()) {
    if (audience.length === 0) report(['audiences', i], 'the audience is empty; name its groups, or take it away');
    for (const group of audience) {
      if (seen.has(group)) report(['audiences', i], `${group} has the candidate already from before; keep it once`);
      seen.add(group);
    }
  }
  if (last !== undefined && (gray.ramp[0] ?? 1) < 1e-4) {
    report(
      ['gray', 'ramp'],
      `${percent(gray.ramp[0] ?? 0)} is less than can be drawn evenly; begin with 0.01% or more`,
    );
  }
}

function approvalsOf(plan: Plan): [string, Approval | null][] {
  return [
    ['internal test', plan.internalTest.approval],
    ['gray', plan.gray.approval],
    ['ab test', plan.abTest.approval],
    ['full', plan.full.approval],
  ];
}

function checkApproval({ people }: Plan, section: string, approval: Approval | null, report: Report): void {
  if (approval === null || approval.from.length === 0) return;
  const groups = new Map(Object.entries(people));
  const deciders = new Set<string>();
  const path: Path = [section, 'approval', 'from'];
  for (const name of approval.from) {
    const members = groups.get(name);
    if (members === undefined) {
      const hint = [...groups.values()].flat().includes(name) ? '' : didYouMean(name, [...groups.keys()]);
      if (hint !== '') report(path, `there is no group "${name}" in people${hint}`);
      deciders.add(name);
    } else if (members.length === 0) {
      report(path, `nobody is in ${name}; name its members under people`);
    }
    for (const member of members ?? []) deciders.add(member);
  }
  if (approval.count > deciders.size && deciders.size > 0) {
    report(
      [section, 'approval', 'count'],
      `${approval.count} have to approve, but only ${deciders.size} may (${listed([...deciders])}); name more people or lower the count`,
    );
  }
}

const none: Known = { capabilities: [], labels: null, capability: null };

/** Parses one expression and checks its names; null where either failed and was reported. */
function readable<T extends Expression>(
  text: string,
  parse: (text: string) => T,
  vocabulary: Vocabulary,
  known: Known,
  path: Path,
  report: Report,
): T | null {
  const expression = attempt(path, report, () => parse(text));
  if (expression === null) return null;
  const problems = new Set(namesOf(expression).flatMap((name) => vocabulary(name, known) ?? []));
  for (const problem of problems) report(path, problem);
  if (problems.size > 0) return null;
  return expression;
}

function attempt<T>(
  path: Path,
  report: Report,
  work: () => T,
  worded: (message: string) => string = (m) => m,
): T | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof GradusError)) throw error;
    report(path, worded(error.message));
    return null;
  }
}
