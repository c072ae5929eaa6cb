/** What a release of a plan would do: its stages with scores, N(t) and P(t), and each step in a sentence. */
import { askedOf, whenUndecidedOf } from '../domain/approval.ts';
import { plannedCurve } from '../domain/curve.ts';
import { fieldsOf } from '../domain/fields.ts';
import { levelsOf, stageSteps } from '../domain/levels.ts';
import { steps, type Approval, type Plan, type StageStep, type Step } from '../domain/plan.ts';
import { score as scoreOf, splitIntoStages } from '../domain/stages.ts';
import { table } from './output.ts';
import { duration, figure, percent, several } from './words.ts';

export interface PlanView {
  plan: Plan;
  stages: { t: number; capabilities: { name: string; score: number }[]; n: number; p: number }[];
  /** All seven; what a strategy leaves out says so. */
  steps: { step: Step; what: string }[];
  /** What the templates of its fields gave it, a line each. */
  template: string[];
}

export function planView(plan: Plan, template: string[] = []): PlanView {
  const stages = splitIntoStages(plan);
  const curve = plannedCurve(stages);
  return {
    plan,
    stages: stages.map((names, t) => ({
      t,
      capabilities: names.map((name) => ({ name, score: scoreIn(plan, name) })),
      n: curve[t]?.n ?? 0,
      p: curve[t]?.p ?? 0,
    })),
    steps: steps.map((step) => ({ step, what: sentence(plan, stages, step) })),
    template,
  };
}

/** `note` is what is to be said of the policy. */
export function planText({ plan, stages, steps: sentences, template }: PlanView, note = ''): string {
  const names = Object.keys(plan.capabilities);
  const stageRows = stages.map((stage) => [
    String(stage.t),
    stage.capabilities.map(({ name, score }) => `${name} (${Number(score.toFixed(2))})`).join(', '),
    String(stage.n),
    figure(stage.p, 2),
  ]);
  const width = Math.max(...steps.map((step) => step.length));
  return [
    `${plan.model}: ${plan.strategy} release of ${several(names.length, 'capability')} in ${several(stages.length, 'stage')}`,
    '',
    table(['t', 'stage (score)', 'N(t)', 'P(t)'], stageRows),
    '',
    ...sentences.map(({ step, what }) => `${step.padEnd(width)}  ${what}`),
    ...templateLines(plan, template),
    ...(note === '' ? [] : ['', note]),
    '',
    `Score: ${plan.order}. Nothing was started; release it with: gradus release start FILE`,
  ].join('\n');
}

function templateLines(plan: Plan, template: string[]): string[] {
  const all = fieldsOf(plan);
  if (all.length === 0) return [];
  const head = `Field: ${all.join(', ')}. The plan may be stricter than its template, never laxer.`;
  if (template.length === 0) return ['', head];
  return ['', `${head} The template gave:`, ...template.map((line) => `  ${line}`)];
}

function scoreIn(plan: Plan, name: string): number {
  const capability = plan.capabilities[name];
  return capability === undefined ? 0 : scoreOf(capability, plan.order);
}

function sentence(plan: Plan, stages: string[][], step: Step): string {
  switch (step) {
    case 'train':
      return trainSentence(plan);
    case 'split':
      return `${several(stages.length, 'stage')}, ${plan.stages.kind === 'listed' ? 'as listed' : 'the highest score first'}`;
    case 'iterate':
      return [
        `learn when ${plan.iterate.learnWhen}`,
        ...(plan.iterate.everyMs === undefined ? [] : [`look every ${duration(plan.iterate.everyMs)}`]),
      ].join(', ');
    case 'internal test':
    case 'gray':
    case 'A/B':
    case 'full':
      return stageSteps(plan).includes(step) ? stepSentence(plan, step) : `left out: not a step of ${plan.strategy}`;
  }
}

function trainSentence({ candidate }: Plan): string {
  if (candidate.kind === 'version') return `nothing: ${candidate.version} is there already`;
  const { data, share, network, epochs } = candidate.train;
  const networks =
    network === 'shared' ? 'one network with a head for each capability' : 'a network for each capability';
  return `${networks}, ${several(epochs, 'epoch')} on ${share === 1 ? data : `${percent(share)} of ${data}`}`;
}

function stepSentence(plan: Plan, step: StageStep): string {
  switch (step) {
    case 'internal test': {
      const { gates, capabilityGates, testers, minRated, withinMs, approval } = plan.internalTest;
      const own = Object.entries(capabilityGates).map(([name, list]) => `${name}: ${list.join(' and ')}`);
      const rated = `${several(minRated, 'answer')} rated within ${duration(withinMs)}, else ${askWords(plan, step)}`;
      const people = testers.length === 0 ? '' : `; ${testers.join(', ')} get it, ${rated}`;
      return `${[...gates, ...own].join('; ') || 'no gate'}${people}${approvalWords(approval)}`;
    }
    case 'gray': {
      const { bakeMs, guardrails, onBreach, approval, withinMs, minRated } = plan.gray;
      const levels = levelsOf(plan, plan.model, 1, 'gray').map((level) => level.name);
      const breach = onBreach === 'pause' ? askWords(plan, step) : 'roll back';
      const few =
        minRated === 0
          ? ''
          : `; fewer than ${several(minRated, 'answer')} rated in ${duration(withinMs)}: ${askWords(plan, step)}`;
      return `${levels.join(' → ')}, each for ${duration(bakeMs)}; ${breach} unless ${guardrails.join(' and ')}${few}${approvalWords(approval)}`;
    }
    case 'A/B': {
      const { share, metric, margin, withinMs, ifInconclusive, approval, minRated } = plan.abTest;
      const ask = askWords(plan, step);
      const few = `with fewer than ${several(minRated, 'answer')} rated ${ask}`;
      const undecided = { ask, rollBack: 'roll back', advance: `advance, or ${few}` }[ifInconclusive];
      const rule = `${metric} no worse than stable by more than ${margin}`;
      const [level] = levelsOf(plan, plan.model, 1, 'A/B');
      const all =
        level === undefined || level.share === share ? '' : `, so that ${percent(level.share)} of all have it`;
      return `${level?.name ?? 'users'}${all}; ${rule}, within ${duration(withinMs)}, else ${undecided}${approvalWords(approval)}`;
    }
    case 'full':
      return `all users${approvalWords(plan.full.approval)}`;
  }
}

/** What people have who are asked because nothing else can tell. */
function askWords(plan: Plan, step: StageStep): string {
  const { withinMs, otherwise } = whenUndecidedOf(plan, step);
  const silent = otherwise === 'hold' ? 'ask once more, then roll back' : 'roll back';
  return `ask (no answer in ${duration(withinMs)}: ${silent})`;
}

function approvalWords(approval: Approval | null): string {
  if (approval === null) return '';
  const { from, count, each = false, escalateTo = [], otherwise, withinMs, remindMs } = approval;
  const needs = each ? from.map((group) => ({ group, members: [], count })) : [];
  const silent = otherwise === 'hold' ? 'ask once more, then reject' : otherwise;
  const escalated = escalateTo.length === 0 || otherwise !== 'hold' ? '' : ` (then also of ${escalateTo.join(', ')})`;
  const reminded = remindMs === undefined ? '' : `, reminded every ${duration(remindMs)}`;
  return `; ${askedOf({ needs, count, from })} within ${duration(withinMs)}${reminded}, else ${silent}${escalated}`;
}
