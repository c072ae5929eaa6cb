/** Judges guardrails, by intervals that hold at every look, so that looking often never makes a false alarm likelier. */
import { armSequence } from '../statistics/confidence-sequence.ts';
import { evaluate, written } from './evaluate.ts';
import { namesOf, type Arithmetic, type Comparison } from './expression-tree.ts';
import { parseComparison } from './expressions.ts';
import { stageSteps } from './levels.ts';
import type { LiveEvidence } from './live-evidence.ts';
import { judgeMeans } from './live-means.ts';
import { isMeanMetric, isQuantileMetric } from './metrics.ts';
import type { QuantileMetric } from './feedback.ts';
import type { Plan } from './plan.ts';
import type { Finding } from './verdict.ts';

export interface LiveInput {
  plan: Plan;
  evidence: LiveEvidence[];
}

/** One finding for each guardrail and capability. */
export function judgeGuardrails({ plan, evidence }: LiveInput): Finding[] {
  const alpha = alphaOfOne(plan);
  return evidence.flatMap((one) => plan.gray.guardrails.map((guardrail) => judgeGuardrail(guardrail, one, alpha)));
}

/**
 * The chance of a wrong decision that each single test may have, so that all tests of a release together have `alpha`:
 * one for each capability and guardrail in each step that watches them, and one for each capability's A/B test.
 */
export function alphaOfOne(plan: Plan): number {
  const steps = stageSteps(plan);
  const watching = steps.filter((step) => step === 'gray' || step === 'A/B').length;
  const tests = watching * plan.gray.guardrails.length + (steps.includes('A/B') ? 1 : 0);
  return plan.alpha / Math.max(1, tests * Object.keys(plan.capabilities).length);
}

function judgeGuardrail(condition: string, evidence: LiveEvidence, alpha: number): Finding {
  const comparison = parseComparison(condition);
  const names = namesOf(comparison);
  const metric =
    names.map((path) => path.at(-1) ?? '').find((name) => isMeanMetric(name) || isQuantileMetric(name)) ?? null;
  const finding = {
    capability: evidence.capability,
    condition,
    metric,
    candidate: null,
    stable: null,
    difference: null,
  };
  if (!evidence.hasStable && names.some(([first]) => first === 'stable')) {
    return { ...finding, state: 'holds', reason: 'nothing is stable yet, so there is nothing to compare with' };
  }
  const margin = marginOf(comparison);
  if (names.some((path) => isQuantileMetric(path.at(-1) ?? ''))) {
    return { ...finding, ...judgePoint(comparison, margin, evidence) };
  }
  const isStrict = comparison.relation === '<' || comparison.relation === '>';
  return { ...finding, ...judgeMeans({ margin, names, isStrict }, evidence.samples, alpha) };
}

/** What has to be at least 0: the larger side minus the smaller one. */
function marginOf({ left, relation, right }: Comparison): Arithmetic {
  const [large, small] = relation === '>' || relation === '>=' ? [left, right] : [right, left];
  return { kind: 'operation', operator: '-', left: large, right: small };
}

const probability: Record<QuantileMetric, number> = { p50Ms: 0.5, p95Ms: 0.95, p99Ms: 0.99 };
/** Values that have to lie beyond a quantile before it says anything. */
const minBeyond = 10;

/**
 * Quantiles come as single numbers, without what an interval would need. So they are taken at their word, but only when
 * at least ten answers of each arm lie beyond them: 1,000 answers for p99. `alpha` does not cover them.
 */
function judgePoint(
  comparison: Comparison,
  margin: Arithmetic,
  evidence: LiveEvidence,
): Pick<Finding, 'state' | 'reason'> {
  const figures = new Map<string, number>();
  let n = Infinity;
  for (const path of namesOf(comparison)) {
    const name = path.join('.');
    const own = path.at(-1) ?? '';
    const arm = path[0] === 'stable' ? 'stable' : 'candidate';
    if (isQuantileMetric(own)) {
      const quantile = evidence.quantiles[own][arm];
      const needed = Math.round(minBeyond / (1 - probability[own]));
      if (quantile === null || quantile.n < needed) {
        return { state: 'open', reason: `${name} needs ${needed} answers and has ${quantile?.n ?? 0}` };
      }
      figures.set(name, quantile.value);
      n = Math.min(n, quantile.n);
    } else if (isMeanMetric(own)) {
      const estimate = armSequence(evidence.samples[own], arm, 0.05);
      if (estimate === null) return { state: 'open', reason: `no ${name} yet` };
      figures.set(name, estimate.value);
      n = Math.min(n, estimate.n);
    }
  }
  const lookup = (path: string[]) => figures.get(path.join('.')) ?? ({ kind: 'missing', why: 'not measured' } as const);
  const value = evaluate(margin, lookup);
  if (typeof value !== 'number') return { state: 'open', reason: value.why };
  const strict = comparison.relation === '<' || comparison.relation === '>';
  const holds = strict ? value > 0 : value >= 0;
  const sides = `${written(comparison.left, lookup)} ${comparison.relation} ${written(comparison.right, lookup)}`;
  return { state: holds ? 'holds' : 'breached', reason: `${sides}: ${holds ? 'so' : 'not so'}, n = ${n}` };
}
