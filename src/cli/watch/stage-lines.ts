/** The stages of a release in the live view: a line each, and all that is measured of one that is under way. */
import type { ReleaseReport, StageProgress } from '../../domain/report.ts';
import type { Finding } from '../../domain/verdict.ts';
import { cell, clip, columns, type Line, type Piece, type Tone } from '../lines.ts';
import { duration, interval, marks, percent, signed, stageStates, stepNames } from '../words.ts';
import { bar, someOf, sparkline } from './graphics.ts';

const stageMarks: Record<StageProgress['state'], readonly [string, Tone]> = {
  waiting: [marks.waiting, 'dim'],
  running: [marks.running, 'accent'],
  released: [marks.done, 'good'],
  rolledBack: [marks.failed, 'bad'],
  notStarted: [marks.skipped, 'dim'],
};

const stateWidth = 14;

/** ` ● 2 of 3  topic, automated    gray release   ███░░░░░░░  10 %   ▁▁▂▂` */
function stageLine(report: ReleaseReport, stage: StageProgress, width: number, until: Date): Line {
  const barWidth = width >= 100 ? 20 : width >= 60 ? 10 : 0;
  const sparkWidth = width >= 120 ? 24 : width >= 76 ? 10 : 0;
  const total = String(report.stages.length);
  const number = `${String(stage.number).padStart(total.length)} of ${total}`;
  const share = percent(stage.exposure).padStart(7);
  const points = report.exposures
    .filter((one) => one.stage === stage.number)
    .map((one) => ({ at: Date.parse(one.at), share: one.share }));
  const ended = report.endedAt === null ? until.getTime() : Date.parse(report.endedAt);
  const taken = 3 + columns(number) + 2 + 2 + stateWidth + 2 + barWidth + 7 + (sparkWidth === 0 ? 0 : sparkWidth + 2);
  const namesWidth = Math.max(8, width - taken - 1);
  const words = stage.state === 'running' && stage.step !== null ? stepNames[stage.step] : stageStates[stage.state];
  return [
    ' ',
    stageMarks[stage.state],
    ` ${number}  `,
    cell(someOf(stage.capabilities, namesWidth), namesWidth),
    '  ',
    [cell(words, stateWidth), stage.state === 'rolledBack' ? 'bad' : stage.state === 'running' ? 'bold' : 'dim'],
    '  ',
    ...(barWidth === 0 ? [] : bar(stage.exposure, barWidth)),
    share,
    sparkWidth === 0 ? '' : `  ${sparkline(points, ended, sparkWidth)}`,
  ];
}

/** All stages in `rows` lines: those around the one under way, and how many are left out at either side. */
export function stagesWithin(report: ReleaseReport, rows: number, width: number, until: Date): Line[] {
  const { stages } = report;
  const line = (stage: StageProgress): Line => stageLine(report, stage, width, until);
  if (stages.length <= rows) return stages.map(line);
  const running = stages.findIndex((stage) => stage.state === 'running');
  const last = stages.findLastIndex((stage) => stage.state === 'released' || stage.state === 'rolledBack');
  const centre = running >= 0 ? running : Math.max(0, last);
  if (rows <= 2) return stages.slice(centre, centre + rows).map(line);
  const inner = rows - 1;
  const start = Math.max(0, Math.min(centre - Math.floor((inner - 1) / 2), stages.length - inner));
  const before = start;
  const after = stages.length - start - inner;
  const left = [before > 0 ? `${before} before` : '', after > 0 ? `${after} after` : ''].filter((one) => one !== '');
  return [...stages.slice(start, start + inner).map(line), [[`   … ${left.join(' and ')}`, 'dim']]];
}

/** What is under way in a stage: its clock, and how its conditions stand. */
export function stageHead(report: ReleaseReport, stage: StageProgress, width: number, now: Date | null): Line[] {
  if (stage.step === null) return [];
  const findings = stage.verdicts[stage.step]?.findings ?? [];
  const of = (state: Finding['state']): number => findings.filter((one) => one.state === state).length;
  const clock = clockPieces(report, stage, now);
  const reason = stage.verdicts[stage.step]?.reasons[0] ?? stage.reason;
  const counted = [
    [of('breached'), 'breached', 'bad'],
    [of('open'), 'open', 'warn'],
    [of('holds'), 'hold', 'good'],
  ] as const;
  const counts = counted
    .filter(([many]) => many > 0)
    .flatMap(([many, word, tone], index): Piece[] => [index === 0 ? '   ' : ', ', [`${many} ${word}`, tone]]);
  return [
    [' ', [`stage ${stage.number}, ${stepNames[stage.step]}`, 'bold'], ...clock, ...counts],
    ...(reason === '' ? [] : [['   ', [clip(reason, width - 4), 'dim']] satisfies Line]),
  ];
}

/** The bake of a gray release, or how long an A/B test or an internal test may still wait for data. */
function clockPieces(report: ReleaseReport, stage: StageProgress, now: Date | null): Piece[] {
  const since = report.exposures.findLast((one) => one.stage === stage.number && one.step === stage.step);
  const { plan } = report;
  if (plan === null || since === undefined) return [];
  // While it is paused, its clock stands still.
  if (now === null) return [['   paused: its clock stands still', 'warn']];
  const held = now.getTime() - Date.parse(since.at);
  const left = (ms: number): string => duration(Math.max(0, ms - held));
  if (stage.step === 'gray') {
    const { bakeMs } = plan.gray;
    if (held >= bakeMs) return [`   baked ${duration(bakeMs)}; decides when enough is known`];
    return ['   bake ', ...bar(held / bakeMs, 10), ` ${left(bakeMs)} of ${duration(bakeMs)} left`];
  }
  if (stage.step === 'A/B') return [`   decides within ${left(plan.abTest.withinMs)}`];
  return [];
}

const order = { breached: 0, open: 1, holds: 2 } as const;
const findingMarks: Record<Finding['state'], readonly [string, Tone]> = {
  breached: ['✗', 'bad'],
  open: ['?', 'warn'],
  holds: ['✓', 'good'],
};

/** Each condition of the step under way, the worst first. */
export function findingLines(stage: StageProgress, width: number): Line[] {
  const findings = [...(stage.step === null ? [] : (stage.verdicts[stage.step]?.findings ?? []))];
  findings.sort((a, b) => order[a.state] - order[b.state]);
  const widest = (of: (one: Finding) => string, most: number): number =>
    Math.min(most, Math.max(0, ...findings.map((one) => columns(of(one)))));
  const name = widest((one) => one.capability, Math.floor(width / 4));
  const condition = widest((one) => one.condition, Math.floor(width * 0.38));
  return findings.map((one): Line => [
    '   ',
    findingMarks[one.state],
    ' ',
    cell(one.capability, name),
    '  ',
    cell(one.condition, condition),
    '  ',
    measured(one, width - name - condition - 9),
  ]);
}

/** Against stable with its interval, then both figures where there is room. */
function measured({ difference, reason, candidate, stable }: Finding, width: number): string {
  if (difference === null) return clip(reason, width);
  const against = `${signed(difference.value)} ${interval(difference)}`;
  const n = candidate === null ? '' : `, n = ${candidate.n}${stable === null ? '' : ` and ${stable.n}`}`;
  const more = reason === '' ? n : `  ${reason}${n}`;
  return columns(against) + columns(more) <= width ? `${against}${more}` : clip(against, width);
}

/** The findings in `rows` lines, with a line for those that are left out. */
export function findingsWithin(stage: StageProgress, rows: number, width: number): Line[] {
  const lines = findingLines(stage, width);
  if (lines.length <= rows) return lines;
  const findings = stage.step === null ? [] : (stage.verdicts[stage.step]?.findings ?? []);
  const shown = Math.max(0, rows - 1);
  const states = [...findings].map((one) => one.state).sort((a, b) => order[a] - order[b]);
  const rest = states.slice(shown);
  const count = (state: Finding['state'], word: string): string[] => {
    const many = rest.filter((one) => one === state).length;
    return many === 0 ? [] : [`${many} ${word}`];
  };
  const words = [...count('breached', 'breached'), ...count('open', 'open'), ...count('holds', 'hold')].join(', ');
  return [...lines.slice(0, shown), [[`     and ${rest.length} more: ${words}`, 'dim']]];
}
