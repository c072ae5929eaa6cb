/** What a person needs to see before they decide: what changes for whom, the numbers behind it, and what they say. */
import { levelsOf, stageSteps } from './levels.ts';
import type { Plan } from './plan.ts';
import type { ReleaseReport, StageProgress, Waiting } from './report.ts';
import type { Evaluation, Examination, GroupAccuracy } from './version.ts';
import { worstFirst } from './most-telling.ts';
import type { Finding } from './verdict.ts';
import { fewOf, inWords, listed, percent, signed } from './words.ts';

/** Groups of fewer examples say nothing by themselves. */
const leastOfGroup = 30;

/** What is asked, without claims that the numbers do not make, and with many names counted. */
export function questionOf(report: Pick<ReleaseReport, 'stages'>, waiting: Waiting): string {
  const names = report.stages.find(({ number }) => number === waiting.stage)?.capabilities ?? [];
  const few = fewOf(names);
  const question = few === listed(names) ? waiting.question : waiting.question.replace(names.join(', '), () => few);
  const { findings } = waiting;
  return findings.length > 0 && findings.every(({ state }) => state === 'holds')
    ? question
    : question.replace(/^(gray release|internal test|A\/B test) (?:went well|passed);/, '$1 is over;');
}

/** What happens to users after an approval, e.g. `1 % of users get topic next`. */
export function whatChanges(report: ReleaseReport, { stage: number, step }: Waiting): string {
  const stage = report.stages.find((one) => one.number === number);
  const what = fewOf(stage?.capabilities ?? []);
  const exposure = stage?.exposure ?? 0;
  const now = exposure === 0 || exposure === 1 ? '' : ` (now ${percent(exposure)})`;
  const next = report.plan === null ? null : nextLevel(report.plan, report.id, number, step);
  return `${next ?? 'all users'} get ${what} next${now}`;
}

function nextLevel(plan: Plan, release: string, stage: number, step: Waiting['step']): string | null {
  const steps = stageSteps(plan);
  const next = steps[steps.findIndex((one) => one === step) + 1];
  if (next === undefined || next === 'full') return null;
  return levelsOf(plan, release, stage, next)[0]?.name ?? null;
}

/** So many lines are read in the order of the plan; of more, the worst come first. */
const mostInOrder = 10;

/** One line for each capability, measured on held-out data; `findings` are of what is asked. */
export function examined({ examinations }: StageProgress, findings: readonly Finding[] = []): string[] {
  const inOrder = examinations.length > mostInOrder ? worstFirst(examinations, findings) : examinations;
  return inOrder.map((one) => {
    const { capability, candidate, stable, comparison, baseline } = one;
    const against =
      stable === null || comparison === null
        ? ''
        : ` (stable ${inWords(stable.accuracy)}, ${signed(comparison.difference)} [${signed(comparison.low)}, ${signed(comparison.high)}])`;
    const linear = baseline === null ? '' : ` · a linear model ${inWords(baseline.accuracy)}`;
    const worst = worstGroup(one);
    const slice =
      worst === null ? '' : ` · worst slice: ${worst.by} ${worst.value}, ${inWords(worst.accuracy)} of ${worst.n}`;
    return `${capability}: accuracy ${inWords(candidate.accuracy)}${against}, n = ${candidate.n}${linear}${slice}`;
  });
}

function worstGroup({ candidate }: Examination): GroupAccuracy | null {
  const large = (candidate.groups ?? []).filter(({ n }) => n >= leastOfGroup);
  return large.reduce<GroupAccuracy | null>((a, b) => (a === null || b.accuracy < a.accuracy ? b : a), null);
}

/** Of a recommendation; the conditions themselves are listed beside it. */
const mostReasons = 5;

/** What the numbers say, with why. A person decides. */
export function recommendation(
  { stages }: Pick<ReleaseReport, 'stages'>,
  { stage, findings, evidence }: Waiting,
): { what: 'approve' | 'reject' | 'decide'; why: string } {
  const broken = findings.filter(({ state }) => state === 'breached');
  if (broken.length > 0) {
    const why = withMore(broken.map(({ capability, condition }) => `${capability}: ${condition} is broken`));
    return { what: 'reject', why };
  }
  const open = findings.filter(({ state }) => state === 'open');
  if (open.length > 0) {
    return {
      what: 'decide',
      why: `${open.length} of ${findings.length} conditions ${open.length === 1 ? 'is' : 'are'} open: the data allow both`,
    };
  }
  if (findings.length === 0) return { what: 'decide', why: evidence[0] ?? 'nothing was measured for this step' };
  const why = findings.length === 1 ? 'the one condition holds' : `all ${findings.length} conditions hold`;
  const behind = stages.find(({ number }) => number === stage)?.examinations.flatMap(better) ?? [];
  return behind.length === 0 ? { what: 'approve', why } : { what: 'decide', why: `${why}, but ${withMore(behind)}` };
}

function withMore(reasons: string[]): string {
  const more = reasons.length - mostReasons;
  return [...reasons.slice(0, mostReasons), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

/** What a plan's conditions may not ask for, and a person would: that nothing known is clearly better. */
function better({ capability, candidate, stable, comparison, baseline }: Examination): string[] {
  const known = [
    stable !== null && comparison !== null && comparison.high < 0 ? (['stable', stable] as const) : null,
    baseline !== null && isClearlyBetter(baseline, candidate) ? (['a linear model', baseline] as const) : null,
  ];
  return known.flatMap((one) =>
    one === null
      ? []
      : [
          `${capability}: ${one[0]} is right more often (${inWords(one[1].accuracy)}, not ${inWords(candidate.accuracy)})`,
        ],
  );
}

/** By more than 1.96 standard errors of a difference of two shares. */
function isClearlyBetter(one: Evaluation, other: Evaluation): boolean {
  const variance = [one, other].reduce((sum, { accuracy, n }) => sum + (accuracy * (1 - accuracy)) / n, 0);
  return one.accuracy - other.accuracy > 1.96 * Math.sqrt(variance);
}
