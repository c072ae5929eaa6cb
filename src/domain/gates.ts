/** The internal test: conditions over what was measured on held-out data, and what testers said of the candidate. */
import { judge, type Lookup, type Value } from './evaluate.ts';
import { parseCondition } from './expressions.ts';
import { estimates } from './guardrails.ts';
import type { LiveEvidence } from './live-evidence.ts';
import { isClassMetric, isQuantileMetric } from './metrics.ts';
import type { Plan } from './plan.ts';
import type { Finding, Verdict } from './verdict.ts';
import type { Evaluation, Examination } from './version.ts';
import { duration } from './words.ts';

export interface InternalTestInput {
  plan: Plan;
  examinations: Examination[];
  /** What testers were answered and said; empty where the plan has none. */
  evidence: LiveEvidence[];
  /** How long the testers have had the candidate. */
  openMs: number;
}

/** A gate that is missed ends the stage; one that is not measured yet, or too few ratings, holds until time is up. */
export function judgeInternalTest({ plan, examinations, evidence, openMs }: InternalTestInput): Verdict {
  const findings = examinations.flatMap((examination) =>
    gatesOf(plan, examination.capability).map((gate) => judgeGate(gate, examination, evidence, plan.alpha)),
  );
  const told = findings.map(({ capability, reason }) => `${capability}: ${reason}`);
  const missed = findings.filter(({ state }) => state === 'breached');
  if (missed.length > 0) {
    const reasons = missed.map(
      ({ capability, condition, reason }) => `${capability}: ${reason}, but ${condition} is required`,
    );
    return { kind: 'rollBack', reasons, findings };
  }
  const missing = [
    ...findings.filter(({ state }) => state === 'open').map(({ capability, reason }) => `${capability}: ${reason}`),
    ...unrated(plan, evidence),
  ];
  if (missing.length === 0) return { kind: 'advance', reasons: told, findings };
  const { testers, withinMs } = plan.internalTest;
  // Without testers nothing more will come in: waiting would not help.
  if (testers.length > 0 && openMs < withinMs) return { kind: 'hold', reasons: missing, findings };
  const after = testers.length > 0 ? `after ${duration(withinMs)}: ` : '';
  return { kind: 'inconclusive', reasons: [`${after}${missing.join('; ')}`], findings };
}

function gatesOf(plan: Plan, capability: string): string[] {
  const { gates, capabilityGates } = plan.internalTest;
  return [...gates, ...(Object.hasOwn(capabilityGates, capability) ? (capabilityGates[capability] ?? []) : [])];
}

function judgeGate(gate: string, examination: Examination, evidence: LiveEvidence[], alpha: number): Finding {
  const { capability } = examination;
  const heard = evidence.find((one) => one.capability === capability);
  const { state, reasons } = judge(parseCondition(gate), lookupIn(examination, heard, alpha));
  return {
    capability,
    condition: gate,
    state: state === 'void' ? 'holds' : state,
    reason: [...new Set(reasons)].join(', '),
    metric: null,
    candidate: null,
    stable: null,
    difference: null,
  };
}

function lookupIn(examination: Examination, heard: LiveEvidence | undefined, alpha: number): Lookup {
  const { candidate, stable, baseline, comparison, capability } = examination;
  return (path) => {
    const [first = '', ...rest] = path;
    switch (first) {
      case 'stable':
        return stable === null
          ? { kind: 'void', why: 'nothing is stable yet to compare with' }
          : measured(stable, rest);
      case 'baseline':
        return baseline === null ? { kind: 'missing', why: 'no baseline was measured' } : measured(baseline, rest);
      case 'difference':
        if (comparison === null) return { kind: 'void', why: 'nothing is stable yet to compare with' };
        return rest[0] === 'low' ? comparison.low : rest[0] === 'high' ? comparison.high : comparison.difference;
      case 'testers':
        return heard === undefined
          ? { kind: 'missing', why: `no tester has been answered about ${capability}` }
          : saidByTesters(heard, rest[0] ?? '', alpha);
      default:
        return measured(candidate, path);
    }
  };
}

/** `accuracy`, `recall` (macro), `weighted.f1`, `recall.spam` (of a class, or of the capability of that name). */
function measured(evaluation: Evaluation, path: string[]): Value {
  const [first = '', second] = path;
  if (first === 'accuracy') return evaluation.accuracy;
  if (first === 'n') return evaluation.n;
  if (first === 'macro' || first === 'weighted') {
    return second !== undefined && isClassMetric(second) ? evaluation[first][second] : unknown(path);
  }
  if (!isClassMetric(first)) return unknown(path);
  if (second === undefined) return evaluation.macro[first];
  if (Object.hasOwn(evaluation.perClass, second)) return evaluation.perClass[second]?.[first] ?? unknown(path);
  if (second === evaluation.capability) return evaluation.macro[first];
  return { kind: 'void', why: `${evaluation.capability} has no class ${second}` };
}

function saidByTesters(heard: LiveEvidence, metric: string, alpha: number): Value {
  const { candidate } = estimates(heard, metric, alpha);
  if (candidate === null) return { kind: 'missing', why: `no ${metric} of testers yet for ${heard.capability}` };
  return isQuantileMetric(metric) || candidate.n > 0 ? candidate.value : unknown(['testers', metric]);
}

function unrated(plan: Plan, evidence: LiveEvidence[]): string[] {
  const { minRated } = plan.internalTest;
  return evidence.flatMap(({ capability, samples }) => {
    const rated = samples.satisfaction.reduce((sum, sample) => sum + sample.candidate.length, 0);
    return rated < minRated ? [`${capability}: ${rated} of ${minRated} testers have rated`] : [];
  });
}

function unknown(path: string[]): Value {
  return { kind: 'missing', why: `${path.join('.')} is not measured` };
}
