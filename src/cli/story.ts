/** What a report says once it is put together: each stage's steps, the planned curve, and the figures worth a sentence. */
import { stageSteps } from '../domain/levels.ts';
import type { Theme, ThemesAmong } from '../domain/feedback.ts';
import type { Step, StageStep } from '../domain/plan.ts';
import type { Decision, ExposurePoint, ReleaseReport, StageProgress, StepState } from '../domain/report.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Examination } from '../domain/version.ts';
import { clip } from './lines.ts';
import { count, decisionWords, figure, interval, percent, several, signed, stepNames } from './words.ts';

const rolloutSteps: readonly StageStep[] = ['internal test', 'gray', 'A/B', 'full'];

export interface StageStepStory {
  step: StageStep;
  state: StepState;
  verdict: Verdict | null;
  /** Shares of users that took effect in this step, in their order. */
  shares: number[];
  /** What people decided. */
  people: Decision[];
}

/** The four steps of one stage, with what is known of each. */
export function storyOf(report: ReleaseReport, stage: StageProgress): StageStepStory[] {
  const current = currentStep(report, stage);
  return rolloutSteps.map((step, index) => {
    const verdict = stage.verdicts[step] ?? null;
    const mine = (one: { stage: number | null; step: Step | null }): boolean =>
      one.stage === stage.number && one.step === step;
    const shares = report.exposures.filter(mine).map((one) => one.share);
    const skipped = report.plan !== null && !stageSteps(report.plan).includes(step);
    return {
      step,
      state: stateOf(stage, index, current, skipped),
      verdict,
      shares,
      people: report.decisions
        .filter((one) => mine(one) && one.by !== 'gradus')
        .map((one) => ({ ...one, what: decisionWords(one, report) })),
    };
  });
}

/** Where a stage stands, or, once it has ended, where it ended; -1 before it began. */
function currentStep(report: ReleaseReport, stage: StageProgress): number {
  if (stage.step !== null) return rolloutSteps.findIndex((step) => step === stage.step);
  return rolloutSteps.findLastIndex(
    (step) =>
      stage.verdicts[step] !== undefined ||
      [...report.exposures, ...report.decisions].some((one) => one.stage === stage.number && one.step === step),
  );
}

function stateOf(stage: StageProgress, index: number, current: number, skipped: boolean): StepState {
  if (skipped) return 'skipped';
  if (stage.state === 'released' || index < current) return 'done';
  if (index > current || current < 0) return 'waiting';
  return stage.state === 'rolledBack' ? 'failed' : stage.state === 'running' ? 'running' : 'waiting';
}

/** `satisfaction: spam +0.21 [+0.05, +0.40], html +0.04 [−0.21, +0.30]`, of the metric that users decide. */
export function differencesOf({ verdict }: StageStepStory): string {
  const compared = (verdict?.findings ?? []).flatMap(({ capability, metric, difference }) =>
    difference === null || metric === null ? [] : [{ capability, metric, difference }],
  );
  const metric = compared.find((one) => one.metric !== 'errorRate')?.metric;
  const each = new Map(compared.filter((one) => one.metric === metric).map((one) => [one.capability, one.difference]));
  if (metric === undefined || each.size === 0) return '';
  const list = [...each].map(([name, one]) => `${name} ${signed(one.value, 2)} ${interval(one, 2)}`);
  return `${metric}: ${list.join(', ')}`;
}

export interface CurveStep {
  t: number;
  planned: { n: number; p: number };
  actual: { n: number; p: number; at: string } | null;
}

/** N(t) and P(t) at every t of the plan; `actual` where the release has come so far. */
export function curveOf(report: ReleaseReport): CurveStep[] {
  const total = report.stages.reduce((sum, stage) => sum + stage.capabilities.length, 0);
  const first = report.curve[0]?.t ?? 0;
  let n = 0;
  return report.stages.map((stage, index) => {
    n += stage.capabilities.length;
    const t = first + index;
    const point = report.curve.find((one) => one.t === t);
    return {
      t,
      planned: point?.planned ?? { n, p: n / total },
      actual: point === undefined ? null : { n: point.n, p: point.p, at: point.at },
    };
  });
}

export function examinationsOf(report: ReleaseReport): Examination[] {
  return report.stages.flatMap((stage) => stage.examinations);
}

/** Where the linear baseline is better than the candidate, as a sentence; null where there is no baseline at all. */
export function baselineSentence(examinations: readonly Examination[], named = 6): string | null {
  const measured = examinations.flatMap(({ capability, candidate, baseline }) =>
    baseline === null ? [] : [{ capability, candidate: candidate.accuracy, baseline: baseline.accuracy }],
  );
  if (measured.length === 0) return null;
  const better = measured
    .filter((one) => one.baseline > one.candidate)
    .sort((a, b) => b.baseline - b.candidate - (a.baseline - a.candidate));
  if (better.length === 0) return 'The linear baseline is better nowhere.';
  const list = better
    .slice(0, named)
    .map((one) => `${clip(one.capability, 24)} by ${figure(one.baseline - one.candidate)}`);
  const more = better.length > named ? ` and ${better.length - named} more` : '';
  return `The linear baseline is better at ${better.length} of ${several(measured.length, 'capability')}: ${list.join(', ')}${more}.`;
}

/** How candidate and stable differ, counted by what the intervals allow; null where there is nothing to compare. */
export function comparisonSentence(examinations: readonly Examination[]): string | null {
  const comparisons = examinations.flatMap(({ comparison }) => comparison ?? []);
  if (comparisons.length === 0) return null;
  const better = comparisons.filter((one) => one.low > 0);
  const worse = comparisons.filter((one) => one.high < 0);
  const names = (list: readonly { capability: string }[]): string =>
    list.length === 0 || list.length > 6 ? '' : ` (${list.map((one) => clip(one.capability, 24)).join(', ')})`;
  return (
    `Against stable, by more than the interval: better at ${better.length}${names(better)}, ` +
    `worse at ${worse.length}${names(worse)}, no clear difference at ${comparisons.length - better.length - worse.length}.`
  );
}

/** The largest share of users that had the candidate at one time: of the stages that went back, where any did. */
export function exposureSentence(report: ReleaseReport): string {
  const back = report.stages.filter((stage) => stage.state === 'rolledBack').map((stage) => stage.number);
  const top = report.exposures
    .filter((one) => back.length === 0 || back.includes(one.stage))
    .reduce<ExposurePoint | null>((best, one) => (best === null || one.share > best.share ? one : best), null);
  if (top === null) return 'no user ever had the candidate';
  const share = top.share === 0 ? 'testers only' : `at most ${percent(top.share)} of users`;
  const users = `all users of ${back.map((n) => `stage ${n}`).join(', ')}`;
  const again = report.stable === null ? 'have nothing of this model again' : 'are on stable again';
  const now = back.length === 0 ? '' : `; ${users} ${again}`;
  return `${share} at one time (stage ${top.stage}, ${stepNames[top.step]})${now}`;
}

/** What users were answered and said, over all capabilities; null before anything was. */
export function feedbackSentence(report: ReleaseReport): string | null {
  const all = report.observations;
  const answers = all.reduce((sum, one) => sum + one.answers, 0);
  if (answers === 0) return null;
  const rated = all.reduce((sum, one) => sum + one.rated, 0);
  const arms = [report.candidate, report.stable].flatMap((version) => {
    if (version === null) return [];
    const mine = all.filter((one) => one.version === version.digest && one.satisfaction !== null);
    const weight = mine.reduce((sum, one) => sum + one.rated, 0);
    if (weight === 0) return [];
    const mean = mine.reduce((sum, one) => sum + one.rated * (one.satisfaction ?? 0), 0) / weight;
    return [`v${version.number} ${percent(mean)}`];
  });
  const satisfied = arms.length === 0 ? '' : `; satisfied: ${arms.join(', ')}`;
  return `${count(answers)} answers, ${count(rated)} rated${satisfied}`;
}

const themesShown = 4;

/** What comments are about, e.g. `slow, answer (12, satisfied 20 %): “too slow”`; null where there are none. */
export function themesSentence(themes: readonly Theme[], among?: ThemesAmong): string | null {
  if (themes.length === 0) return null;
  const shown = themes.slice(0, themesShown).map(themeWords);
  const left = themes.length - shown.length;
  const sentence = [...shown, ...(left === 0 ? [] : [`and ${several(left, 'more theme')}`])].join('; ');
  const part = amongWords(among);
  return part === null ? sentence : `${sentence} (${part})`;
}

/** `among the newest 2,000 of 3,001 comments`; null where all were read, or nobody noted it. */
export function amongWords(among: ThemesAmong | undefined): string | null {
  if (among === undefined || among.counted >= among.all) return null;
  const { all, read, counted } = among;
  const newest = read < all ? `the newest ${count(read)} of ${count(all)} comments` : `${count(all)} comments`;
  return counted < read ? `among the ${count(counted)} most usual of ${newest}` : `among ${newest}`;
}

export function themeWords({ words, comments, satisfaction, examples }: Theme): string {
  const satisfied = satisfaction === null ? '' : `, satisfied ${percent(satisfaction)}`;
  return `${words.join(', ')} (${count(comments)}${satisfied}): “${examples[0] ?? ''}”`;
}
