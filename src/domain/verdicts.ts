/** Whether a stage goes on, waits or goes back, from what its users were answered and said. */
import { partsOf } from '../statistics/newest.ts';
import { alphaOfOne, judgeGuardrails, type LiveInput } from './guardrails.ts';
import { compareArms, judgeParts, uncertain, type Judged } from './live-means.ts';
import { namesOf } from './expression-tree.ts';
import { parseComparison } from './expressions.ts';
import type { LiveEvidence } from './live-evidence.ts';
import type { MeanMetric } from './feedback.ts';
import { isMeanMetric } from './metrics.ts';
import type { Plan } from './plan.ts';
import type { Finding, Verdict } from './verdict.ts';
import { duration, listed, signed } from './words.ts';

export interface StepInput extends LiveInput {
  /** How long this exposure has been in effect. */
  sinceMs: number;
}

export interface GrayInput extends StepInput {
  /** Which share of the ramp is held, from 0. Left out: what was rated at any share counts. */
  level?: number;
}

/** Breached guardrails roll back; otherwise a share is held until its bake is over and enough was rated. */
export function judgeGray(input: GrayInput): Verdict {
  const { plan, evidence, sinceMs, level } = input;
  const findings = judgeGuardrails(input);
  const breach = breachOf(findings);
  if (breach !== null) return { kind: 'rollBack', reasons: breach, findings };
  const lacking = evidence.flatMap((one) => lackOf(plan, one, plan.gray.minRated, level));
  const { bakeMs, withinMs } = plan.gray;
  if (sinceMs < bakeMs) {
    return { kind: 'hold', reasons: [`baking: ${duration(sinceMs)} of ${duration(bakeMs)}`, ...lacking], findings };
  }
  if (lacking.length === 0) return { kind: 'advance', reasons: passed(findings), findings };
  if (sinceMs < withinMs) return { kind: 'hold', reasons: lacking, findings };
  return { kind: 'inconclusive', reasons: [`not enough was rated in ${duration(withinMs)}`, ...lacking], findings };
}

/**
 * Advances when every capability is surely not worse than stable by more than the margin, rolls back when one surely is
 * or a guardrail is breached. When time is up, does what the plan says; without enough data that is always to ask.
 */
export function judgeAbTest(input: StepInput): Verdict {
  const { plan, evidence, sinceMs } = input;
  const guardrails = judgeGuardrails(input);
  const compared = evidence.map((one) => compareCapability(plan, one));
  const findings = [...guardrails, ...compared];
  const breach = breachOf(findings);
  if (breach !== null) return { kind: 'rollBack', reasons: breach, findings };
  const lacking = evidence.flatMap((one) => lackOf(plan, one, plan.abTest.minRated, undefined, plan.abTest.metric));
  const open = compared.filter(({ state }) => state === 'open').map(sentence);
  if (lacking.length === 0 && open.length === 0) {
    return { kind: 'advance', reasons: [...compared.map(sentence), ...passed(guardrails)], findings };
  }
  const { withinMs, ifInconclusive } = plan.abTest;
  if (sinceMs < withinMs) return { kind: 'hold', reasons: [...lacking, ...open], findings };
  const undecided = [`undecided after ${duration(withinMs)}`, ...lacking, ...open];
  if (ifInconclusive === 'rollBack') {
    return { kind: 'rollBack', reasons: [...undecided, 'the plan says to roll back then'], findings };
  }
  if (ifInconclusive === 'advance' && lacking.length === 0) {
    return { kind: 'advance', reasons: [...undecided, 'the plan says to advance then'], findings };
  }
  return { kind: 'inconclusive', reasons: [...undecided, 'a person has to decide'], findings };
}

function compareCapability(plan: Plan, evidence: LiveEvidence): Finding {
  const { capability } = evidence;
  const { margin } = plan.abTest;
  const metric = decidingMetric(plan);
  const lessIsBetter = metric === 'errorRate';
  const allowed = lessIsBetter ? margin : -margin;
  const condition = `${metric} ${lessIsBetter ? '<=' : '>='} stable ${signed(allowed).replace(/^([+-])/, '$1 ')}`;
  const finding = { capability, condition, metric, candidate: null, stable: null, difference: null };
  if (!evidence.hasStable) {
    return { ...finding, state: 'holds', reason: 'nothing is stable yet, so there is nothing to compare with' };
  }
  const alpha = alphaOfOne(plan);
  return {
    ...finding,
    ...judgeParts(partsOf(evidence.samples[metric]), (part): Judged => {
      const compared = compareArms(metric, part, alpha);
      const { difference } = compared;
      if (difference === null) return { state: 'open', ...compared };
      const [worst, best] = lessIsBetter ? [-difference.high, -difference.low] : [difference.low, difference.high];
      if (best < -margin) return { state: 'breached', ...compared };
      if (worst > -margin) return { state: 'holds', ...compared };
      return { state: 'open', ...compared, words: uncertain(compared.words) };
    }),
  };
}

/** A checked plan decides on a mean; satisfaction is the one that every application can send. */
function decidingMetric({ abTest }: Plan): MeanMetric {
  return isMeanMetric(abTest.metric) ? abTest.metric : 'satisfaction';
}

/**
 * What is still missing of one capability. Each mean that is watched needs `needed` values of the candidate; where none
 * of them comes from what users say, what they say is needed all the same. And stable has to be there to compare with.
 */
function lackOf(
  plan: Plan,
  { capability, hasStable, samples }: LiveEvidence,
  needed: number,
  level: number | undefined,
  deciding?: string,
): string[] {
  const watched = new Set(
    plan.gray.guardrails.flatMap((text) => namesOf(parseComparison(text))).map((path) => path.join('.')),
  );
  if (deciding !== undefined) for (const name of [deciding, `stable.${deciding}`]) watched.add(name);
  const count = (metric: MeanMetric, arm: 'candidate' | 'stable', at: number | undefined) =>
    samples[metric].reduce((sum, sample, i) => (at === undefined || at === i ? sum + sample[arm].length : sum), 0);
  const lacking: string[] = [];
  const metrics = [...watched].filter(isMeanMetric);
  for (const metric of metrics) {
    const n = count(metric, 'candidate', level);
    if (n < needed) lacking.push(`${capability}: ${n} of ${needed} values of ${metric}`);
    if (hasStable && watched.has(`stable.${metric}`) && count(metric, 'stable', undefined) === 0) {
      lacking.push(`${capability}: no ${metric} of stable to compare with`);
    }
  }
  if (!metrics.includes('satisfaction') && !metrics.includes('accuracy')) {
    const rated = Math.max(count('satisfaction', 'candidate', level), count('accuracy', 'candidate', level));
    if (rated < needed) lacking.push(`${capability}: ${rated} of ${needed} answers rated`);
  }
  return lacking;
}

function breachOf(findings: readonly Finding[]): string[] | null {
  const breached = findings.filter(({ state }) => state === 'breached');
  return breached.length === 0
    ? null
    : breached.map(({ capability, condition, reason }) => `${capability}: ${condition} is breached: ${reason}`);
}

function passed(guardrails: readonly Finding[]): string[] {
  const open = guardrails.filter(({ state }) => state === 'open');
  const held = guardrails.length - open.length;
  const certain = `guardrails: ${held} of ${guardrails.length} hold for certain`;
  if (open.length === 0) return [certain];
  return [
    `${certain}; open and not breached: ${listed(open.map(({ capability, metric }) => `${capability} ${metric}`))}`,
  ];
}

function sentence({ capability, reason }: Finding): string {
  return `${capability}: ${reason}`;
}
