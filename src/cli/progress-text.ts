/** A release while it runs: where it stands, what it measures, and what it waits for, in a few lines. */
import { approvedSoFar, askedOf, awaitedOf, isFor, whenSilent } from '../domain/approval.ts';
import type { StageStep } from '../domain/plan.ts';
import type { ReleaseReport, StageProgress, Waiting } from '../domain/report.ts';
import { questionOf } from '../domain/request-words.ts';
import { whyClockStands } from '../domain/request-clock.ts';
import type { Finding } from '../domain/verdict.ts';
import type { TrainingProgress } from '../domain/version.ts';
import { clockStands } from '../domain/reminders.ts';
import { standingText } from '../domain/words.ts';
import { cell, clip, columns, draw, wrap, type Line, type Piece } from './lines.ts';
import { curveOf, storyOf, type StageStepStory } from './story.ts';
import {
  count,
  duration,
  figure,
  interval,
  marks,
  moment,
  outcomes,
  outcomeWords,
  percent,
  several,
  signed,
  stepNames,
  versionsOf,
} from './words.ts';

export interface ProgressTextOptions {
  colour?: boolean;
  /** Columns of the terminal; 100 by default. */
  width?: number;
  training?: TrainingProgress | null;
  /** Shown at the right of the title, e.g. the address of Temporal's page of this release. */
  link?: string;
  /** What the bake and the time that is left are counted to; left out, neither is shown. */
  now?: Date;
}

const tones = { waiting: 'dim', running: 'accent', done: 'good', skipped: 'dim', failed: 'bad' } as const;

export function progressText(report: ReleaseReport, options: ProgressTextOptions = {}): string {
  const width = Math.max(40, options.width ?? 100);
  const counted = clockStands(report) ? null : (options.now ?? null);
  const lines: Line[] = [
    ...title(report, options.link ?? null, width),
    ...standingLines(report, width),
    ...trainingLine(options.training ?? null),
    frame(report),
    ...report.stages.filter((stage) => stage.state === 'running').flatMap((stage) => current(report, stage, options)),
    ...ended(report, width),
    ...curveLines(report, width),
    ...(report.waiting === null ? [] : waitingLines(report, report.waiting, width, counted)),
  ];
  return draw(lines, { colour: options.colour ?? false, width });
}

function title(report: ReleaseReport, link: string | null, width: number): Line[] {
  const outcome = outcomes[report.state];
  const about = report.plan === null ? '' : ` · ${versionsOf(report)} · ${report.strategy}`;
  const state = report.state === 'running' ? '' : ` · ${outcomeWords(report)}`;
  const line: Line = [' release ', [report.id, 'bold'], [state, outcome.tone], about];
  if (link === null) return [line];
  const space = width - columns(` release ${report.id}${about}${state}`) - columns(link);
  const shown = [link, 'dim'] as const;
  return space > 2 ? [[...line, ' '.repeat(space), shown]] : [line, ['   ', shown]];
}

/** What holds it from outside. */
export function standingLines({ standing = null }: ReleaseReport, width: number): Line[] {
  if (standing === null) return [];
  return wrap(`stands still: ${standingText(standing)}`, width - 3).map((text): Line => ['   ', [text, 'warn']]);
}

/** ` epoch 7/10 ███████████░░░░░  1,240 examples/s   spam   0.93   12 s left` */
export function trainingLine(training: TrainingProgress | null, barWidth = 16): Line[] {
  if (training === null) return [];
  if (training.epoch === 0) return [[['   reading and preparing the data', 'dim']]];
  const full = Math.round(Math.min(1, Math.max(0, training.done)) * barWidth);
  const accuracy = training.validationAccuracy === null ? '' : `   accuracy ${figure(training.validationAccuracy)}`;
  return [
    [
      `   ${cell(training.capability, 14)} epoch ${training.epoch}/${training.epochs}  `,
      ['█'.repeat(full), 'accent'],
      ['░'.repeat(barWidth - full), 'dim'],
      `  ${count(Math.round(training.examplesPerSecond))} examples/s${accuracy}`,
      training.secondsLeft === null ? '' : `   ${duration(training.secondsLeft * 1000)} left`,
    ],
  ];
}

/** Training, splitting and iterating, and how many stages are through. */
function frame(report: ReleaseReport): Line {
  const outer = report.steps.filter((one) => one.step === 'train' || one.step === 'split' || one.step === 'iterate');
  const released = report.stages.filter((stage) => stage.state === 'released').length;
  const pieces: Piece[] = outer
    .filter((one) => one.step !== 'iterate' || one.state !== 'waiting')
    .flatMap((one): Piece[] => [`${one.step} `, [marks[one.state], tones[one.state]], '   ']);
  const stages =
    report.stages.length === 0 ? [] : [`${released} of ${several(report.stages.length, 'stage')} with all users`];
  return ['   ', ...pieces, ...stages];
}

function current(report: ReleaseReport, stage: StageProgress, options: ProgressTextOptions): Line[] {
  const name: Line = [
    '   ',
    [`stage ${stage.number} of ${report.stages.length}`, 'bold'],
    `: ${clip(stage.capabilities.join(', '), 60)}`,
  ];
  const lines = storyOf(report, stage).filter((story) => story.state !== 'skipped');
  return [name, ...lines.map((story) => stepLine(report, stage, story, options))];
}

function stepLine(
  report: ReleaseReport,
  stage: StageProgress,
  story: StageStepStory,
  options: ProgressTextOptions,
): Line {
  const start: Piece[] = [
    '     ',
    `${cell(stepNames[story.step], 14)} `,
    [marks[story.state], tones[story.state]],
    '  ',
  ];
  if (story.state === 'waiting') return start;
  const parts =
    story.state === 'running'
      ? [exposure(stage, story.step), bake(report, stage, story.step, options.now ?? null), ...measured(story, stage)]
      : [...people(story), story.verdict?.reasons[0] ?? ''];
  return [...start, parts.filter((part) => part !== '').join('   ')];
}

function exposure(stage: StageProgress, step: StageStep): string {
  if (step === 'internal test') return stage.exposure > 0 ? `${percent(stage.exposure)} of users` : '';
  return `${percent(stage.exposure)} of users`;
}

/** The narrowest thing that was measured, how many conditions hold, or why the step stands where it is. */
function measured(story: StageStepStory, stage: StageProgress): string[] {
  const findings = story.verdict?.findings ?? [];
  if (findings.length === 0) return story.verdict?.reasons.slice(0, 1) ?? [stage.reason];
  const holds = findings.filter((one) => one.state === 'holds').length;
  const telling = findings.find((one) => one.state === 'breached') ?? findings.find((one) => one.state === 'open');
  const shown = telling ?? findings.find((one) => one.difference !== null);
  const many = holds === 0 ? `none of ${findings.length} holds yet` : `${holds} of ${findings.length} hold`;
  return [many, shown === undefined ? '' : findingText(shown)];
}

function findingText(finding: Finding): string {
  const what = `${finding.capability}: ${finding.metric ?? finding.condition}`;
  if (finding.difference === null) return `${finding.capability}: ${finding.reason || finding.condition}`;
  return `${what} ${signed(finding.difference.value)} ${interval(finding.difference)}`;
}

function people(story: StageStepStory): string[] {
  return story.people.map((one) => `${one.what} by ${one.by}`);
}

/** How much of the bake time has passed since the exposure took effect. */
function bake(report: ReleaseReport, stage: StageProgress, step: StageStep, now: Date | null): string {
  const since = report.exposures.findLast((one) => one.stage === stage.number && one.step === step);
  if (step !== 'gray' || now === null || since === undefined || report.plan === null) return '';
  const held = now.getTime() - Date.parse(since.at);
  return `bake ${duration(Math.min(held, report.plan.gray.bakeMs))} of ${duration(report.plan.gray.bakeMs)}`;
}

/** Stages that did not end well: each with its reason. */
function ended(report: ReleaseReport, width: number): Line[] {
  return report.stages
    .filter((stage) => stage.state === 'rolledBack')
    .map((stage) => ['   ', [`stage ${stage.number} rolled back`, 'bad'], `: ${clip(stage.reason, width - 25)}`]);
}

/** `N(t) 0 → 2 → (4) → (6)`: in brackets what is planned and not reached yet. */
export function curveLines(report: ReleaseReport, width: number): Line[] {
  const points = curveOf(report);
  if (points.length === 0) return [];
  const chain = (first: string, of: (point: { n: number; p: number }) => string): Piece[] => [
    first,
    ...points.map(({ actual, planned }): Piece =>
      actual === null ? [` → (${of(planned)})`, 'dim'] : ` → ${of(actual)}`,
    ),
  ];
  const n = chain('0', (point) => count(point.n));
  const p = chain('0.00', (point) => figure(point.p, 2));
  const together = 30 + points.length * 17 <= width;
  return together
    ? [['   N(t) ', ...n, '      P(t) ', ...p]]
    : [
        ['   N(t) ', ...n],
        ['   P(t) ', ...p],
      ];
}

export interface WaitingParts {
  question: Line[];
  evidence: Line[];
  /** Who has to decide, and by when. */
  terms: Line[];
  /** What is typed. */
  commands: Line[];
}

/** `by` is who types the commands. */
/** As many as an approval has to name. */
const evidenceDigits = 8;

export function waitingParts(
  report: ReleaseReport,
  waiting: Waiting,
  width: number,
  now: Date | null,
  by = 'NAME',
): WaitingParts {
  const { id } = report;
  const left = now === null ? '' : ` (${duration(Date.parse(waiting.until) - now.getTime())} left)`;
  const need = `needs ${askedOf(waiting)}, ${approvedSoFar(waiting)}`;
  const clock =
    whyClockStands(report, waiting) ?? `by ${moment(waiting.until)} UTC${left}, else ${whenSilent(waiting)}`;
  const about = `request ${waiting.id}, evidence ${waiting.digest.slice(0, evidenceDigits)}`;
  return {
    question: questionLines(report, waiting, by, width),
    evidence: waiting.evidence
      .slice(0, 4)
      .flatMap((text) => wrap(text, width - 8).map((line): Line => ['     ', line])),
    terms: wrap(`${need}; ${clock}; ${about}`, width - 8).map((line): Line => ['     ', [line, 'dim']]),
    commands: [
      ['     ', [`gradus release approve ${id} --by ${by}`, 'dim']],
      ['     ', [`gradus release reject ${id} --by ${by} --why REASON`, 'dim']],
    ],
  };
}

/** Who is waited for, and what they are asked; `you` is only who is named and may still approve. */
function questionLines(report: ReleaseReport, waiting: Waiting, by: string, width: number): Line[] {
  const isYou = waiting.from.length > 0 && isFor(waiting, by);
  const label = `waits for ${isYou ? 'you' : awaitedOf(waiting)}: `;
  return wrap(label + questionOf(report, waiting), width - 6).map((text, index): Line => {
    if (index > 0) return ['     ', text];
    return text.startsWith(label) ? ['   ', [label, 'warn'], text.slice(label.length)] : ['   ', [text, 'warn']];
  });
}

function waitingLines(report: ReleaseReport, waiting: Waiting, width: number, now: Date | null): Line[] {
  const { question, evidence, terms, commands } = waitingParts(report, waiting, width, now);
  return [...question, ...evidence, ...terms, ...commands];
}
