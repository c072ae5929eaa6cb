/** What a release does now and what comes next, in words for whoever opens its page and has read no document. */
import { levelsOf, stageSteps } from './levels.ts';
import type { Plan, Step } from './plan.ts';
import type { ReleaseReport, StageProgress } from './report.ts';
import { duration, fewOf, percent } from './words.ts';

type Told = Pick<
  ReleaseReport,
  'id' | 'plan' | 'state' | 'reason' | 'candidate' | 'stages' | 'exposures' | 'endedAt' | 'waiting'
>;

/** One sentence; it stands for itself. */
export function doingNow(report: Told): string {
  const { plan, candidate, endedAt, waiting } = report;
  if (endedAt !== null) return `Nothing: the release has ended. ${capital(report.reason)}.`;
  if (plan === null) return 'The plan is read and checked.';
  if (report.state === 'paused')
    return 'It is paused: no more users get the candidate until somebody sends resume. Guardrails stay watched.';
  if (candidate === null) return 'The candidate is trained.';
  const stage = running(report);
  if (stage === null) return 'Between two stages: nobody has the candidate on trial.';
  const whose = `stage ${stage.number} (${fewOf(stage.capabilities)})`;
  if (waiting !== null) return `It waits for people to decide about ${whose}.`;
  if (stage.step === 'internal test') {
    const whom = plan.internalTest.testers.length > 0 ? 'only testers can have it' : 'no user has it yet';
    return `Internal test of ${whose}: the candidate is examined, and ${whom}.`;
  }
  if (stage.step === 'gray') return `Gray release of ${whose}: ${heldSince(report, plan, stage)}`;
  if (stage.step === 'A/B') return `A/B test of ${whose}: ${heldSince(report, plan, stage)}`;
  return stage.step === 'full'
    ? `All users get ${whose}.`
    : `Stage ${stage.number} (${fewOf(stage.capabilities)}) begins.`;
}

/** What happens after that, if all goes well; null when nothing does. */
export function comesNext(report: Told): string | null {
  const { plan, stages } = report;
  if (report.endedAt !== null || plan === null) return null;
  const stage = running(report);
  if (stage !== null && stage.step !== null) return afterStep(report, plan, stage, stage.step);
  const [first] = stages.filter(({ state }) => state === 'waiting');
  if (first !== undefined)
    return `stage ${first.number} (${fewOf(first.capabilities)}) begins with its ${stageSteps(plan)[0]}`;
  return stages.length === 0
    ? 'the capabilities are split into stages'
    : 'what users said is gathered, and the release ends';
}

function afterStep(report: Told, plan: Plan, { number, capabilities }: StageProgress, step: Step): string {
  const names = fewOf(capabilities);
  if (step === 'gray') {
    const next = levelsOf(plan, report.id, number, 'gray')[levelOf(report, number)];
    if (next !== undefined) return `${next.name} get ${names}`;
  }
  const asks = report.waiting === null && approvalAfter(plan, step) ? 'people are asked, and then ' : '';
  return asks + nextIn(report, plan, number, step, names);
}

function nextIn(report: Told, plan: Plan, number: number, step: Step, names: string): string {
  const steps = stageSteps(plan);
  const after = steps[steps.findIndex((one) => one === step) + 1];
  if (after === 'gray') {
    const [level] = levelsOf(plan, report.id, number, 'gray');
    return `${level?.name ?? 'some users'} get ${names}`;
  }
  if (after === 'A/B')
    return `an A/B test: ${percent(plan.abTest.share)} of the users who have not seen it yet get ${names}`;
  if (after === 'full')
    return plan.full.approval === null ? `all users get ${names}` : `people are asked whether all users get ${names}`;
  // A request that waits in this step is about giving it to everybody.
  if (step === 'full' && report.waiting !== null) return `all users get ${names}`;
  const following = report.stages[number];
  if (following === undefined) return 'what users said is gathered, and the release ends';
  return `stage ${following.number} (${fewOf(following.capabilities)}) begins`;
}

function approvalAfter({ internalTest, gray, abTest }: Plan, step: Step): boolean {
  if (step === 'internal test') return internalTest.approval !== null;
  return step === 'gray' ? gray.approval !== null : step === 'A/B' && abTest.approval !== null;
}

function heldSince(report: Told, plan: Plan, { number, step, exposure }: StageProgress): string {
  const last = report.exposures.findLast((point) => point.stage === number);
  const whom = exposure > 0 ? `${percent(exposure)} of all users have it` : 'its audience has it';
  if (last === undefined) return 'users get it now.';
  if (step === 'A/B')
    return `${whom} since ${clock(last.at)}, and are compared with the others, for ${duration(plan.abTest.withinMs)} at most.`;
  const until = clock(new Date(Date.parse(last.at) + plan.gray.bakeMs).toISOString());
  return `${whom} since ${clock(last.at)}; the share is held for ${duration(plan.gray.bakeMs)}, until ${until}, and longer where data are few.`;
}

/** Levels of the gray release that were in effect already. */
function levelOf({ exposures }: Told, number: number): number {
  return exposures.filter((point) => point.stage === number && point.step === 'gray').length;
}

function running({ stages }: Pick<ReleaseReport, 'stages'>): StageProgress | null {
  return stages.find(({ state }) => state === 'running') ?? null;
}

/** `25 Nov 22:41:07 UTC`. */
export function clock(iso: string): string {
  const [, day, month, , time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(iso).toUTCString()) ?? [];
  return `${day} ${month} ${time} UTC`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
