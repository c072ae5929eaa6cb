/** The live view of one release: a state and a size give the lines of a screen. */
import { stageSteps } from '../../domain/levels.ts';
import type { Step } from '../../domain/plan.ts';
import { clockStands } from '../../domain/reminders.ts';
import type { Decision, ReleaseReport, StepState, Waiting } from '../../domain/report.ts';
import type { TrainingProgress } from '../../domain/version.ts';
import { clip, columns, draw, wrap, type Line, type Piece, type Tone } from '../lines.ts';
import { curveLines, standingLines, trainingLine, waitingParts } from '../progress-text.ts';
import { decisionWords, duration, marks, momentOf, outcomes, stepNames, versionsOf } from '../words.ts';
import { fit, type Section } from './fit.ts';
import { footer, helpLines } from './footer.ts';
import { findingLines, findingsWithin, stageHead, stagesWithin } from './stage-lines.ts';
import type { Size, WatchState } from './state.ts';

const tones: Record<StepState, Tone> = {
  waiting: 'dim',
  running: 'accent',
  done: 'good',
  skipped: 'dim',
  failed: 'bad',
};

/** `size.rows` lines at most, none wider than `size.columns`. */
export function watchFrame(state: WatchState, size: Size, colour: boolean): string[] {
  const width = Math.max(20, size.columns);
  const foot = footer(state, width);
  const rows = Math.max(0, size.rows - foot.length);
  const body = state.mode.kind === 'help' ? helpLines(state, width).slice(0, rows) : fit(sections(state, width), rows);
  const lines = [...body, ...Array.from({ length: Math.max(0, rows - body.length) }, (): Line => []), ...foot];
  return draw(lines.slice(-Math.max(1, size.rows)), { colour, width: size.columns }).split('\n');
}

function sections(state: WatchState, width: number): Section[] {
  const { report, now, training } = state;
  // While it is paused, the clock of what it waits for stands still.
  const counted = report.state === 'paused' ? null : now;
  const running = report.stages.filter((stage) => stage.state === 'running');
  const head = [
    ...title(state, width),
    ...ended(report, width),
    ...standingLines(report, width - 1),
    ...away(state, width),
  ];
  return [
    { lines: head, least: head.length, rank: 1 },
    { lines: stepLines(report, width), least: 1, rank: 3 },
    { lines: trainingLines(training, width), least: 1, rank: 4 },
    {
      lines: stagesWithin(report, report.stages.length, width, now),
      least: Math.min(3, report.stages.length),
      rank: 5,
      shorten: (rows) => stagesWithin(report, rows, width, now),
    },
    ...running.map((stage): Section => {
      const top = stageHead(report, stage, width, counted);
      return {
        lines: [...top, ...findingLines(stage, width)],
        least: top.length + (stage.step === null ? 0 : Math.min(1, findingLines(stage, width).length)),
        rank: 6,
        shorten: (rows) => [...top, ...findingsWithin(stage, rows - top.length, width)],
      };
    }),
    ...(report.waiting === null
      ? []
      : [waitingSection(state, report.waiting, width, clockStands(report) ? null : now)]),
    {
      lines: decisionLines(report, width),
      least: 2,
      rank: 7,
      shorten: (rows) => [
        ...decisionLines(report, width).slice(0, 1),
        ...decisionLines(report, width)
          .slice(1)
          .slice(1 - rows),
      ],
    },
    { lines: curveLines(report, width), least: 2, rank: 8 },
    // An address that is cut leads nowhere.
    { lines: linkLines(state, width), least: linkLines(state, width).length, rank: 9 },
  ];
}

/** What is asked, of whom, and what is typed always stand; of the evidence as much as there is room for. */
function waitingSection(state: WatchState, waiting: Waiting, width: number, now: Date | null): Section {
  const { question, evidence, terms, commands } = waitingParts(
    state.report,
    waiting,
    width,
    now,
    commandName(state.by),
  );
  const fixed = [...question, ...terms, ...commands];
  return {
    lines: [...question, ...evidence, ...terms, ...commands],
    least: fixed.length,
    rank: 2,
    shorten: (rows) => [...question, ...evidence.slice(0, Math.max(0, rows - fixed.length)), ...terms, ...commands],
  };
}

/** What can be typed without quotes: a name with other characters is left to whoever types it. */
function commandName(by: string): string {
  return /^[\w.@+-]+$/.test(by) ? by : 'NAME';
}

function title({ report, now }: WatchState, width: number): Line[] {
  const outcome = outcomes[report.state];
  const took = duration(
    (report.endedAt === null ? now.getTime() : Date.parse(report.endedAt)) - Date.parse(report.startedAt),
  );
  const clock = `${now.toISOString().slice(11, 19)} UTC`;
  const state = `${outcome.words.split(':')[0]}, ${took}`;
  const about = report.plan === null ? report.model : `${versionsOf(report)} · ${report.strategy}`;
  const right = `${state}   ${clock}`;
  const left = Math.max(8, width - columns(right) - 4);
  const id = clip(report.id, left);
  const rest = left - columns(id) - 3;
  const shown = rest > 8 ? `   ${clip(about, rest)}` : '';
  const space = ' '.repeat(Math.max(2, width - 2 - columns(id) - columns(shown) - columns(right)));
  return [[' ', [id, 'bold'], [shown, 'dim'], space, [state, outcome.tone], ['   ', 'dim'], [clock, 'dim']]];
}

/** Why it ended, or which stages did not end well. */
function ended(report: ReleaseReport, width: number): Line[] {
  if (report.endedAt !== null && report.reason !== '') {
    return wrap(report.reason, width - 2)
      .slice(0, 2)
      .map((text): Line => [' ', [text, outcomes[report.state].tone]]);
  }
  return report.stages
    .filter((stage) => stage.state === 'rolledBack')
    .slice(-2)
    .map((stage): Line => [' ', [clip(`stage ${stage.number} rolled back: ${stage.reason}`, width - 2), 'bad']]);
}

function away(state: WatchState, width: number): Line[] {
  return state.away.flatMap((text) => wrap(text, width - 4).map((line): Line => [' ! ', [line, 'warn']]));
}

/** In a narrow terminal the time that is left matters more than the accuracy so far. */
function trainingLines(training: TrainingProgress | null, width: number): Line[] {
  if (training === null || width >= 90) return trainingLine(training);
  return trainingLine({ ...training, validationAccuracy: null }, 8);
}

/** The seven steps; by their whole names where there is room. */
function stepLines(report: ReleaseReport, width: number): Line[] {
  const pieces = (gap: string, named: boolean): Piece[] =>
    stepStates(report).flatMap(({ step, state }): Piece[] => [
      gap,
      [`${named ? stepNames[step] : step} `, state === 'running' ? 'bold' : 'dim'],
      [marks[state], tones[state]],
    ]);
  const widthOf = (line: Piece[]): number =>
    line.reduce((sum, piece) => sum + columns(typeof piece === 'string' ? piece : piece[0]), 0);
  const long = pieces('   ', true).slice(1);
  if (widthOf(long) < width) return [[' ', ...long]];
  return [[' ', ...pieces(' ', false).slice(1)]];
}

/**
 * The release itself learns of a step from its verdicts: one that a stage is in is under way before that, and one that the
 * strategy leaves out does not come.
 */
function stepStates(report: ReleaseReport): { step: Step; state: StepState }[] {
  const inSteps = report.stages.filter((stage) => stage.state === 'running').map((stage) => stage.step);
  const outer: readonly Step[] = ['train', 'split', 'iterate'];
  const taken = report.plan === null ? null : [...outer, ...stageSteps(report.plan)];
  return report.steps.map(({ step, state }) => {
    if (inSteps.includes(step)) return { step, state: 'running' };
    return { step, state: state === 'waiting' && taken?.includes(step) === false ? 'skipped' : state };
  });
}

/** The newest decisions, newest last: who, what and why. */
function decisionLines(report: ReleaseReport, width: number): Line[] {
  const newest = report.decisions.slice(-8);
  if (newest.length === 0) return [];
  return [
    [' ', ['decided so far', 'bold']],
    ...newest.map((one): Line => {
      const start = `${momentOf(report, one.at)}  ${where(one)}`;
      const by = one.by === 'gradus' ? '' : ` by ${clip(one.by, 24)}`;
      const said = `${decisionWords(one, report)}${by}`;
      const why = one.why === '' ? '' : clip(`: ${one.why}`, Math.max(0, width - columns(start) - columns(said) - 4));
      return ['   ', [start, 'dim'], one.by === 'gradus' ? said : [said, 'bold'], [why, 'dim']];
    }),
  ];
}

function where({ stage, step }: Decision): string {
  if (stage === null) return step === null ? '' : `${stepNames[step]}: `;
  return `stage ${stage}${step === null ? '' : `, ${stepNames[step]}`}: `;
}

function linkLines({ report, link }: WatchState, width: number): Line[] {
  const pages =
    link === null ? [] : wrap(link, width - 10).map((part, index) => [index === 0 ? 'page' : '', part] as const);
  const rows = [...pages, ['report', `gradus release report ${report.id}`] as const];
  return rows.map(([name, text]): Line => [[` ${name.padEnd(8)}${text}`, 'dim']]);
}
