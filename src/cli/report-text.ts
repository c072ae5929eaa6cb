/** A release's report as one screen of text: what was released when, what was decided and why, and what was measured. */
import { askedOf, whenSilent } from '../domain/approval.ts';
import type { ReleaseReport, StageProgress } from '../domain/report.ts';
import { questionOf } from '../domain/request-words.ts';
import { standingText } from '../domain/words.ts';
import { releaseLearning } from './iteration-text.ts';
import { cell, clip, columns, draw, wrap, type Line, type Tone } from './lines.ts';
import { metricsText } from './metrics-text.ts';
import {
  curveOf,
  differencesOf,
  exposureSentence,
  feedbackSentence,
  storyOf,
  themesSentence,
  type CurveStep,
  type StageStepStory,
} from './story.ts';
import {
  count,
  duration,
  figure,
  marks,
  moment,
  momentOf,
  outcomes,
  outcomeWords,
  percent,
  spanMs,
  stageStates,
  stepNames,
  versionsOf,
} from './words.ts';

export interface ReportTextOptions {
  colour?: boolean;
  /** Columns of the terminal; 100 by default. */
  width?: number;
}

const markTones = { waiting: 'dim', running: 'accent', done: 'good', skipped: 'dim', failed: 'bad' } as const;
/** Stages that are shown step by step; with more of them each has one line. */
const detailedStages = 3;

/** One screen (about 45 lines) at 100 columns, however many stages and capabilities there are. */
export function reportText(report: ReleaseReport, options: ReportTextOptions = {}): string {
  const width = Math.max(40, options.width ?? 100);
  const blocks = [
    head(report, width),
    frame(report),
    ...stages(report, width),
    curve(report, width),
    metricsText(report, width),
    ending(report, width),
  ];
  const lines = blocks
    .filter((block) => block.length > 0)
    .flatMap((block, index) => (index === 0 ? block : [[], ...block]));
  return draw(lines, { colour: options.colour ?? false, width });
}

function head(report: ReleaseReport, width: number): Line[] {
  const outcome = outcomes[report.state];
  const took = duration(spanMs(report));
  const title = ` ${report.id}`;
  const room = width - columns(title) - columns(took) - 1;
  const lines: Line[] = [
    [[clip(title, width), 'bold'], '  ', [cell(outcomeWords(report), Math.max(0, room - 3)), outcome.tone], ' ', took],
    [` ${report.model} ${versionsOf(report)} · ${report.strategy} · ${started(report)}`],
  ];
  return report.reason === '' ? lines : [...lines, ...wrap(report.reason, width - 1).map((text): Line => [` ${text}`])];
}

function started(report: ReleaseReport): string {
  if (report.endedAt === null) return `since ${moment(report.startedAt)} UTC`;
  const sameDay = report.endedAt.slice(0, 10) === report.startedAt.slice(0, 10);
  return `${moment(report.startedAt)} – ${sameDay ? moment(report.endedAt).slice(11) : moment(report.endedAt)} UTC`;
}

/** The steps that belong to no stage. */
function frame(report: ReleaseReport): Line[] {
  return report.steps
    .filter((one) => one.step === 'train' || one.step === 'split')
    .map((one) => [' ', [marks[one.state], markTones[one.state]], ` ${cell(one.step, 14)} `, one.note]);
}

function stages(report: ReleaseReport, width: number): Line[][] {
  if (report.stages.length === 0) return [];
  if (report.stages.length <= detailedStages)
    return [report.stages.flatMap((stage) => detailedStage(report, stage, width))];
  return [
    report.stages.flatMap((stage) =>
      worthALook(stage) ? detailedStage(report, stage, width) : [shortStage(report, stage, width)],
    ),
  ];
}

function worthALook(stage: StageProgress): boolean {
  return stage.state === 'running' || stage.state === 'rolledBack';
}

const stageTones: Record<StageProgress['state'], Tone> = {
  waiting: 'dim',
  running: 'accent',
  released: 'good',
  rolledBack: 'bad',
  notStarted: 'dim',
};

function shortStage(report: ReleaseReport, stage: StageProgress, width: number): Line {
  const name = cell(`stage ${stage.number}`, 9);
  const state = cell(stageStates[stage.state], 16);
  const when = releasedAt(report, stage);
  return [
    ' ',
    [name, 'bold'],
    [state, stageTones[stage.state]],
    cell(when, 18),
    [clip(stage.capabilities.join(', '), width - 46), 'dim'],
  ];
}

function releasedAt(report: ReleaseReport, stage: StageProgress): string {
  const full = report.exposures.findLast((one) => one.stage === stage.number && one.step === 'full' && one.share === 1);
  return full === undefined || stage.state !== 'released' ? '' : momentOf(report, full.at);
}

function detailedStage(report: ReleaseReport, stage: StageProgress, width: number): Line[] {
  const when = releasedAt(report, stage);
  const title: Line = [
    ' ',
    [`stage ${stage.number}`, 'bold'],
    ` · ${clip(stage.capabilities.join(', '), width - 50)} · `,
    [`${stageStates[stage.state]}${when === '' ? '' : ` at ${when}`}`, stageTones[stage.state]],
  ];
  if (stage.state === 'waiting' || stage.state === 'notStarted') return [title];
  return [title, ...storyOf(report, stage).map((story) => stepLine(stage, story))];
}

function stepLine(stage: StageProgress, story: StageStepStory): Line {
  const why = [...new Set(whyOf(stage, story).filter((one) => one !== ''))].join('; ');
  return ['   ', [marks[story.state], markTones[story.state]], ` ${cell(stepNames[story.step], 14)}`, why];
}

/** Shares of users, what people decided, and what was measured; of a step that failed, why. */
function whyOf(stage: StageProgress, story: StageStepStory): string[] {
  const { step, state, verdict } = story;
  const shares = step === 'gray' || step === 'A/B' ? story.shares.map(percent).join(' → ') : '';
  const people = story.people.filter((one) => !stage.reason.includes(one.by)).map((one) => `${one.what} by ${one.by}`);
  if (state === 'failed' && stage.reason !== '') return [shares, stage.reason, ...people];
  if (step === 'full' && state === 'done') return ['all users', ...people];
  const measured = differencesOf(story);
  return [shares, ...people, ...(measured === '' ? (verdict?.reasons ?? []) : [measured])];
}

/** N(t) and P(t) at each t, as they came and as planned: side by side where that fits, else one below the other. */
function curve(report: ReleaseReport, width: number): Line[] {
  const points = curveOf(report);
  if (points.length === 0) return [];
  const row = (shown: typeof points, of: (point: CurveStep) => string): string =>
    shown.map((point) => cell(of(point), 7, 'right')).join('');
  const actual = (name: 'n' | 'p') => (point: CurveStep) =>
    point.actual === null ? '·' : name === 'n' ? count(point.actual.n) : figure(point.actual.p, 2);
  const planned = (name: 'n' | 'p') => (point: CurveStep) =>
    name === 'n' ? count(point.planned.n) : figure(point.planned.p, 2);
  const t = (point: CurveStep): string => String(point.t);
  if (22 + points.length * 14 <= width) {
    return [
      [` ${cell('t', 6)}`, [row(points, t), 'dim']],
      [` ${cell('N(t)', 6)}${row(points, actual('n'))}`, ['   planned   ', 'dim'], row(points, planned('n'))],
      [` ${cell('P(t)', 6)}${row(points, actual('p'))}`, ['   planned   ', 'dim'], row(points, planned('p'))],
    ];
  }
  const shown = points.slice(0, Math.floor((width - 15) / 7));
  return [
    [` ${cell('t', 13)}`, [row(shown, t), 'dim']],
    [` ${cell('N(t)', 13)}${row(shown, actual('n'))}`],
    [` ${cell('P(t)', 13)}${row(shown, actual('p'))}`],
    [[` ${cell('N(t) planned', 13)}${row(shown, planned('n'))}`, 'dim']],
    [[` ${cell('P(t) planned', 13)}${row(shown, planned('p'))}`, 'dim']],
  ];
}

function ending(report: ReleaseReport, width: number): Line[] {
  const said = feedbackSentence(report);
  const { iteration: found, learning, themes = [], themesAmong } = report;
  const about = themesSentence(themes, themesAmong);
  const undone = report.stages.some((stage) => stage.state === 'rolledBack');
  const standing = report.standing ?? null;
  const entries = [
    standing === null ? null : (['held', standingText(standing)] as const),
    undone ? (['exposed', exposureSentence(report)] as const) : null,
    said === null ? null : (['users', said] as const),
    learning === null || learning === undefined ? null : (['learning', releaseLearning(learning)] as const),
    about === null ? null : (['comments', about] as const),
    found === null ? null : (['iterate', found.reasons.join('; ')] as const),
    report.waiting === null
      ? null
      : ([
          'waits for',
          `${questionOf(report, report.waiting)} (${askedOf(report.waiting)}, by ${moment(report.waiting.until)} UTC, else ${whenSilent(report.waiting)})`,
        ] as const),
  ].filter((one) => one !== null);
  return entries.flatMap(([name, text]) =>
    wrap(text, width - 12).map((line, index): Line => [[` ${cell(index === 0 ? name : '', 10)} `, 'bold'], line]),
  );
}
