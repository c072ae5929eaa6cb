/** What has to fit together in the steps of a plan: gates, guardrails, exposure, and people who approve. */
import { missing, termsOf } from './approval.ts';
import { namesOf } from './expression-tree.ts';
import { parseComparison, parseCondition } from './expressions.ts';
import { vocabularies, type Known } from './metrics.ts';
import { noneKnown, readable } from './plan-expressions.ts';
import type { Path, Report } from './plan-problems.ts';
import type { Approval, Plan } from './plan.ts';
import { didYouMean, duration, listed, percent } from './words.ts';

export function checkGates(plan: Plan, known: Known, report: Report): void {
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
    const comparison = readable(guardrail, parseComparison, vocabularies.guardrail, noneKnown, path, report);
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
  readable(
    plan.iterate.learnWhen,
    parseCondition,
    vocabularies.learnWhen,
    noneKnown,
    ['iterate', 'learn when'],
    report,
  );
  for (const [i, { when, set }] of (plan.iterate.adjust ?? []).entries()) {
    const path = ['iterate', 'adjust', i];
    readable(when, parseCondition, vocabularies.learnWhen, noneKnown, [...path, 'when'], report);
    if (Object.keys(set).length === 0) {
      report([...path, 'set'], 'nothing is set; name keys of train and their values, e.g. {epochs: 12}');
    }
  }
}

export function checkExposure(plan: Plan, refused: ReadonlySet<string>, report: Report): void {
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

export function checkApprovals(plan: Plan, report: Report): void {
  checkApproval(plan, 'internal test', plan.internalTest.approval, report);
  checkApproval(plan, 'gray', plan.gray.approval, report);
  checkApproval(plan, 'ab test', plan.abTest.approval, report);
  checkApproval(plan, 'full', plan.full.approval, report);
}

function checkApproval({ people }: Plan, section: string, approval: Approval | null, report: Report): void {
  if (approval === null) return;
  const { from, count, each = false, escalateTo = [], withinMs, remindMs = 0 } = approval;
  for (const [key, names] of Object.entries({ from, 'escalate to': escalateTo })) {
    for (const name of names) checkGroup(people, name, [section, 'approval', key], report);
  }
  if (remindMs >= withinMs) {
    const hint = `people have ${duration(withinMs)}, so nobody would ever be reminded; remind sooner, or take it away`;
    report([section, 'approval', 'remind'], hint);
  }
  if (each && from.length < 2) {
    report([section, 'approval', 'each'], 'it is about several groups; name two or more in from, or take it away');
  }
  const terms = termsOf(approval, people);
  if (from.length === 0 || terms.from.length === 0) return;
  const short = [...missing({ ...terms, approvedBy: terms.from }).values()].reduce((sum, left) => sum + left, 0);
  if (short === 0) return;
  const apart = each ? `, ${count} of each group and nobody for two of them` : '';
  report(
    [section, 'approval', 'count'],
    `${terms.count} have to approve${apart}, but only ${terms.count - short} can (${listed(terms.from)}); name more people or lower the count`,
  );
}

function checkGroup(people: Plan['people'], name: string, path: Path, report: Report): void {
  const groups = new Map(Object.entries(people));
  const members = groups.get(name);
  if (members?.length === 0) report(path, `nobody is in ${name}; name its members under people`);
  if (members !== undefined || [...groups.values()].flat().includes(name)) return;
  const hint = didYouMean(name, [...groups.keys()]);
  if (hint !== '') report(path, `there is no group "${name}" in people${hint}`);
}
