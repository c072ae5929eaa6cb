/** Judges the internal test: gates over held-out metrics, and over what testers said. */
import { judge, type Value } from './evaluate.ts';
import { parseCondition } from './expressions.ts';
import type { LiveEvidence } from './live-evidence.ts';
import { isClassMetric, isGroupMetric, isMeanMetric, isQuantileMetric, type GroupMetric } from './metrics.ts';
import type { Plan } from './plan.ts';
import type { Finding, Verdict } from './verdict.ts';
import type { Evaluation, Examination } from './version.ts';
import { didYouMean, duration, listed } from './words.ts';

export interface InternalTestInput {
  plan: Plan;
  examinations: Examination[];
  /** What testers were answered and said; empty where the plan has no testers. */
  evidence: LiveEvidence[];
  /** How long testers have had the candidate. */
  openMs: number;
}

/** A gate that does not hold ends it; what is missing never passes. */
export function judgeInternalTest({ plan, examinations, evidence, openMs }: InternalTestInput): Verdict {
  const { testers, minRated, withinMs } = plan.internalTest;
  const ofTesters = (capability: string) => evidence.find((one) => one.capability === capability) ?? null;
  const findings = examinations.flatMap((one) => judgeExamination(plan, one, ofTesters(one.capability)));
  const named = (state: Finding['state']) =>
    findings.filter((one) => one.state === state).map(({ capability, reason }) => `${capability}: ${reason}`);
  const breached = findings
    .filter(({ state }) => state === 'breached')
    .map(({ capability, reason, condition }) => `${capability}: ${reason}, but ${condition} is required`);
  if (breached.length > 0) return { kind: 'rollBack', reasons: breached, findings };
  const unrated =
    testers.length === 0
      ? []
      : examinations.flatMap(({ capability }) => {
          const rated = ratedBy(ofTesters(capability));
          return rated < minRated ? [`${capability}: ${rated} of ${minRated} answers rated by testers`] : [];
        });
  const open = named('open');
  if (open.length === 0 && unrated.length === 0) return { kind: 'advance', reasons: named('holds'), findings };
  const comes = unrated.length > 0 || findings.some(({ state, metric }) => state === 'open' && metric === 'testers');
  const reasons = [...new Set([...unrated, ...open])];
  if (comes && openMs < withinMs) return { kind: 'hold', reasons, findings };
  const why = comes ? `not enough came from testers in ${duration(withinMs)}` : 'something was not measured';
  return { kind: 'inconclusive', reasons: [why, ...reasons], findings };
}

/** One finding for each gate that concerns the capability. */
export function judgeExamination(plan: Plan, examination: Examination, testers: LiveEvidence | null = null): Finding[] {
  const { capability } = examination;
  const own = Object.hasOwn(plan.internalTest.capabilityGates, capability)
    ? (plan.internalTest.capabilityGates[capability] ?? [])
    : [];
  const gates = [...new Set([...plan.internalTest.gates, ...own])];
  return gates.map((condition) => {
    let lacksTesters = false;
    const { state, reasons } = judge(parseCondition(condition), (path) => {
      if (path[0] !== 'testers') return heldOut(plan, examination, path);
      const value = saidByTesters(testers, path.slice(1), plan.internalTest.minRated);
      lacksTesters ||= typeof value !== 'number';
      return value;
    });
    return {
      capability,
      condition,
      state: state === 'void' ? 'holds' : state,
      reason: [...new Set(reasons)].join(', '),
      metric: lacksTesters ? 'testers' : null,
      candidate: null,
      stable: null,
      difference: null,
    };
  });
}

function heldOut(plan: Plan, examination: Examination, path: string[]): Value {
  const { candidate, stable, baseline, comparison } = examination;
  const [first, ...rest] = path;
  if (first === 'stable') {
    if (stable === null) return { kind: 'void', why: 'nothing is stable yet, so there is nothing to compare with' };
    return measured(plan, stable, rest, 'stable.');
  }
  if (first === 'baseline') {
    return baseline === null
      ? { kind: 'missing', why: 'no baseline was measured' }
      : measured(plan, baseline, rest, 'baseline.');
  }
  if (first === 'difference') {
    if (comparison !== null) return comparison[rest[0] === 'low' || rest[0] === 'high' ? rest[0] : 'difference'];
    return stable === null
      ? { kind: 'void', why: 'nothing is stable yet, so there is no difference' }
      : { kind: 'missing', why: 'the difference to stable was not measured' };
  }
  return measured(plan, candidate, path, '');
}

function measured(plan: Plan, evaluation: Evaluation, [first = '', second]: string[], side: string): Value {
  const { capability, perClass } = evaluation;
  if (second === undefined) {
    if (first === 'accuracy' || first === 'n') return evaluation[first];
    if (isClassMetric(first)) return evaluation.macro[first];
  } else if (isGroupMetric(first)) {
    return amongGroups(evaluation, first, second);
  } else if (isClassMetric(second)) {
    if (first === 'macro' || first === 'weighted') return evaluation[first][second];
  } else if (isClassMetric(first)) {
    const ofClass = Object.hasOwn(perClass, second) ? perClass[second] : undefined;
    if (ofClass !== undefined) {
      return ofClass.support > 0 ? ofClass[first] : { kind: 'missing', why: `no held-out example is ${second}` };
    }
    if (second === capability) return evaluation.macro[first];
    if (Object.hasOwn(plan.capabilities, second))
      return { kind: 'void', why: `${side}${first}.${second} is about ${second} alone` };
    return { kind: 'missing', why: `${capability} has no class ${second}${didYouMean(second, Object.keys(perClass))}` };
  }
  return { kind: 'missing', why: `${side}${[first, second ?? []].flat().join('.')} was not measured` };
}

/** In a smaller group chance alone makes a gap. */
const fewestOfGroup = 30;

function amongGroups({ groups = [] }: Evaluation, metric: GroupMetric, by: string): Value {
  const large = groups.filter((group) => group.by === by && group.n >= fewestOfGroup);
  if (large.length < 2) {
    const known = [...new Set(groups.map((group) => group.by))];
    const which = known.includes(by)
      ? `fewer than two groups of ${by} have ${fewestOfGroup} examples`
      : `examples are not grouped by ${by}${didYouMean(by, known)}; they are by ${listed(known)}`;
    return { kind: 'missing', why: known.length === 0 ? 'groups of examples were not measured' : which };
  }
  const accuracies = large.map(({ accuracy }) => accuracy);
  const worst = Math.min(...accuracies);
  return metric === 'worst' ? worst : Math.max(...accuracies) - worst;
}

function saidByTesters(evidence: LiveEvidence | null, [name = '']: string[], minRated: number): Value {
  const rated = ratedBy(evidence);
  if (evidence === null || rated < Math.max(1, minRated)) {
    return { kind: 'missing', why: `${rated} of ${Math.max(1, minRated)} answers rated by testers` };
  }
  if (isQuantileMetric(name))
    return evidence.quantiles[name].candidate?.value ?? { kind: 'missing', why: `no ${name} yet` };
  const values = isMeanMetric(name) ? evidence.samples[name].flatMap((sample) => sample.candidate) : [];
  if (values.length === 0) return { kind: 'missing', why: `no ${name} of testers yet` };
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Answers that testers rated or corrected, whichever were more. */
function ratedBy(evidence: LiveEvidence | null): number {
  const count = (metric: 'satisfaction' | 'accuracy') =>
    evidence?.samples[metric].reduce((sum, { candidate }) => sum + candidate.length, 0) ?? 0;
  return Math.max(count('satisfaction'), count('accuracy'));
}
