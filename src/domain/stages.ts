/** Cuts a plan's capabilities into the stages that are released one after the other. */
import { GradusError } from './errors.ts';
import { evaluate } from './evaluate.ts';
import { parseArithmetic } from './expressions.ts';
import type { Capability, Plan } from './plan.ts';

type Splittable = Pick<Plan, 'strategy' | 'capabilities' | 'order' | 'stages'>;

/** Stages in order; within each, capabilities by score. A one-shot release has one stage. */
export function splitIntoStages(plan: Splittable): string[][] {
  if (plan.stages.kind === 'listed' && plan.strategy !== 'one-shot') return plan.stages.lists.map((list) => [...list]);
  const order = inOrder(plan.capabilities, plan.order);
  if (plan.stages.kind === 'listed' || plan.strategy === 'one-shot') return [order];
  const stages: string[][] = [];
  let released = 0;
  for (let t = 0; released < order.length; t++) {
    const size = t === 0 ? plan.stages.first : stageSize(plan.stages.then, t);
    stages.push(order.slice(released, released + size));
    released += size;
  }
  return stages;
}

/** ΔN(t), whole capabilities, rounded down. Throws `PLAN_INVALID` where that is less than one. */
export function stageSize(then: number | string, t: number): number {
  const value =
    typeof then === 'number' ? then : evaluate(parseArithmetic(then), ([name]) => (name === 't' ? t : unknownName));
  if (typeof value !== 'number') throw new GradusError('PLAN_INVALID', `ΔN(${t}) is not a number`);
  if (value < 1) {
    throw new GradusError('PLAN_INVALID', `ΔN(${t}) is ${Number(value.toFixed(3))}; each stage needs at least 1`);
  }
  return Math.floor(value);
}

/** Score of one capability; throws `PLAN_INVALID` where it is not a number. */
export function score(capability: Capability, order: string): number {
  const { importance, demand, risk } = capability;
  const figures = new Map([
    ['importance', importance],
    ['demand', demand],
    ['risk', risk],
  ]);
  const value = evaluate(parseArithmetic(order), ([name = '']) => figures.get(name) ?? unknownName);
  if (typeof value !== 'number') throw new GradusError('PLAN_INVALID', value.why);
  return value;
}

/** Highest score first (ties as written), except that what a capability requires always comes before it. */
function inOrder(capabilities: Plan['capabilities'], order: string): string[] {
  const waiting = Object.entries(capabilities)
    .map(([name, capability]) => ({ name, requires: capability.requires, score: score(capability, order) }))
    .sort((a, b) => b.score - a.score);
  const placed = new Set<string>();
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ requires }) => requires.every((name) => placed.has(name)));
    const [capability] = next === -1 ? [] : waiting.splice(next, 1);
    if (capability === undefined) {
      throw new GradusError(
        'PLAN_INVALID',
        `${waiting.map(({ name }) => name).join(', ')} require each other in a circle`,
      );
    }
    placed.add(capability.name);
  }
  return [...placed];
}

const unknownName = { kind: 'missing', why: 'unknown name' } as const;
