/** Gray release and A/B test: whether a stage goes on, holds or goes back, from what users were answered and said. */
import { estimates, inNumbers, judgeGuardrail, nothingStable } from './guardrails.ts';
import type { LiveEvidence } from './live-evidence.ts';
import type { Plan } from './plan.ts';
import type { Finding, Verdict } from './verdict.ts';
import { duration } from './words.ts';

export interface LiveInput {
  plan: Plan;
  evidence: LiveEvidence[];
  /** How long this exposure has been in effect. */
  sinceMs: number;
}

/** A breach rolls back at once. Otherwise the bake must be over and enough be rated; no data is never a pass. */
export function judgeGray({ plan, evidence, sinceMs }: LiveInput): Verdict {
  const { bakeMs, minRated, withinMs } = plan.gray;
  const findings = guardrailFindings(plan, evidence);
  const breaches = breachesOf(findings);
  if (breaches.length > 0) return { kind: 'rollBack', reasons: breaches, findings };
  const missing = missingData(evidence, minRated);
  if (sinceMs < bakeMs) return { kind: 'hold', reasons: [`bakes for ${duration(bakeMs)}`, ...missing], findings };
  if (missing.length > 0) return untilTimeIsUp(missing, findings, sinceMs, withinMs);
  return { kind: 'advance', reasons: findings.map(({ capability, reason }) => `${capability}: ${reason}`), findings };
}

/** The candidate may be worse by no more than the margin; both that it is and that it is not must be shown. */
export function judgeAbTest({ plan, evidence, sinceMs }: LiveInput): Verdict {
  const { metric, margin, minRated, withinMs, ifInconclusive } = plan.abTest;
  const alpha = alphaOf(plan, evidence);
  const compared = evidence.map((one) => compare(one, metric, margin, alpha));
  const findings = [...compared, ...guardrailFindings(plan, evidence)];
  const breaches = breachesOf(findings);
  if (breaches.length > 0) return { kind: 'rollBack', reasons: breaches, findings };
  const missing = missingData(evidence, minRated);
  const open = compared
    .filter(({ state }) => state === 'open')
    .map(({ capability, reason }) => `${capability}: ${reason}`);
  if (missing.length === 0 && open.length === 0) {
    const reasons = compared.map(({ capability, reason }) => `${capability}: ${reason}`);
    return { kind: 'advance', reasons, findings };
  }
  const verdict = untilTimeIsUp([...missing, ...open], findings, sinceMs, withinMs);
  // Without data nothing is decided by the plan: a person is asked, whatever it says of inconclusive tests.
  if (verdict.kind === 'hold' || ifInconclusive === 'ask' || missing.length > 0) return verdict;
  return { ...verdict, kind: ifInconclusive };
}

/** Holds when the candidate is shown to be worse by less than the margin, breached when by more. */
function compare(one: LiveEvidence, metric: string, margin: number, alpha: number): Finding {
  const found = estimates(one, metric, alpha);
  const condition = margin === 0 ? `${metric} >= stable` : `${metric} >= stable - ${margin}`;
  const finding = { capability: one.capability, condition, metric, ...found };
  if (!one.hasStable) return { ...finding, state: 'holds', reason: nothingStable };
  const reason = inNumbers(metric, found);
  const { difference } = found;
  if (difference === null) return { ...finding, state: 'open', reason };
  const state = difference.low > -margin ? 'holds' : difference.high < -margin ? 'breached' : 'open';
  return { ...finding, state, reason };
}

function untilTimeIsUp(missing: string[], findings: Finding[], sinceMs: number, withinMs: number): Verdict {
  if (sinceMs < withinMs) return { kind: 'hold', reasons: missing, findings };
  return { kind: 'inconclusive', reasons: [`after ${duration(withinMs)}: ${missing.join('; ')}`], findings };
}

function guardrailFindings(plan: Plan, evidence: LiveEvidence[]): Finding[] {
  const alpha = alphaOf(plan, evidence);
  return evidence.flatMap((one) => plan.gray.guardrails.map((text) => judgeGuardrail(text, one, alpha)));
}

/** Each capability's guardrails in gray, the same again in the A/B test, and the test itself share the plan's alpha. */
function alphaOf(plan: Plan, evidence: LiveEvidence[]): number {
  const capabilities = Math.max(Object.keys(plan.capabilities).length, evidence.length);
  return plan.alpha / (capabilities * (2 * plan.gray.guardrails.length + 1));
}

function breachesOf(findings: Finding[]): string[] {
  return findings
    .filter(({ state }) => state === 'breached')
    .map(({ capability, condition, reason }) => `${capability}: ${condition} is breached, ${reason}`);
}

/** What still has to be rated, by both versions where there are two. */
function missingData(evidence: LiveEvidence[], minRated: number): string[] {
  return evidence.flatMap(({ capability, samples }) => {
    const rated = samples.satisfaction.reduce((sum, sample) => sum + sample.candidate.length, 0);
    const needed = Math.max(1, minRated);
    return rated < needed ? [`${capability}: ${rated} of ${needed} users of the candidate have rated`] : [];
  });
}
