/** A release as the first message of its thread: where it stands, edited as it goes on. */
import { awaitedOf, type Operation } from '../domain/approval.ts';
import { doingNow } from '../domain/next-step.ts';
import { outOfReach } from '../domain/quorum.ts';
import type { ReleaseReport, StageProgress } from '../domain/report.ts';
import { fewOf, percent, standingText } from '../domain/words.ts';
import { button } from './buttons.ts';
import type { Written } from './request-message.ts';
import { clipped, escaped, link, section, small, time, type Block } from './text.ts';
import { stateWords, stepNames } from '../domain/report-words.ts';

const stateMarks: Record<ReleaseReport['state'], string> = {
  running: '●',
  paused: '❚❚',
  released: '✓',
  partlyReleased: '◐',
  rolledBack: '✗',
  failed: '✗',
  cancelled: '–',
};

const stageMarks: Record<StageProgress['state'], string> = {
  waiting: '○',
  running: '●',
  released: '✓',
  rolledBack: '✗',
  notStarted: '–',
};

function stateOf(report: ReleaseReport): string {
  const { state, standing = null, endedAt } = report;
  const isHeld = state === 'running' && standing !== null && endedAt === null;
  const mark = isHeld ? (standing.kind === 'queued' ? '○' : '❚❚') : stateMarks[state];
  return `${mark} ${escaped(clipped(stateWords(report), 300))}`;
}

/** How a release stands, in a line. */
export function lineOf(report: ReleaseReport): string {
  const { stages } = report;
  const stage = stages.find((one) => one.state === 'running');
  if (stage === undefined || report.state !== 'running') return stateOf(report);
  return `${stateOf(report)}: stage ${stage.number} of ${stages.length}, ${stage.step === null ? 'begins' : stepNames[stage.step]}, ${percent(stage.exposure)} of users`;
}

/** `page` is the release's page in Temporal's UI, where that is known; `may` says which buttons there are. */
export function releaseMessage(
  report: ReleaseReport,
  page: string | null,
  /** Of whoever alone reads it; left out where all do. */
  may: (operation: Operation) => boolean = () => true,
): Written {
  const { model, candidate, stable, reason, endedAt, stages, curve, waiting, standing = null } = report;
  const against = stable === null ? '' : ` against v${stable.number}`;
  const title = `${model} ${candidate === null ? '' : `v${candidate.number}${against}`}`.trim();
  const last = curve.at(-1);
  const reach = last === undefined ? '' : ` · N(t) = ${last.n}, P(t) = ${last.p.toFixed(2)}`;
  // Whom it waits for, or what has to come before it begins, is said beside it.
  const isTold = waiting !== null || standing?.kind === 'queued';
  const doing = isTold ? [] : [escaped(clipped(doingNow(report), 1000))];
  const asks = waiting === null ? [] : [`*Waits for ${escaped(awaitedOf(waiting))}*; see below.`];
  const never = report.plan === null ? [] : outOfReach(report.plan, report.startedBy);
  const warnings = never.map((text) => `:warning: ${escaped(text)}`);
  const blocks: Block[] = [
    section([`*${escaped(title)}* · ${escaped(report.strategy)} · ${link(page, report.id)}`]),
    section([
      `${stateOf(report)}${reach}`,
      ...(endedAt === null ? doing : []),
      ...(standing === null ? [] : [`*Stands still*: ${escaped(standingText(standing))}`]),
      ...(endedAt === null ? [...asks, ...warnings] : [escaped(reason)]),
    ]),
    ...(stages.length === 0 ? [] : [section(stages.map(stageLine))]),
  ];
  const elements = endedAt === null ? controls(report, may) : [];
  if (elements.length > 0) blocks.push({ type: 'actions', elements });
  const who = report.startedBy === null ? '' : ` by ${escaped(report.startedBy)}`;
  const ended = endedAt === null ? '' : ` · ended ${time(endedAt)}`;
  blocks.push(small(`started ${time(report.startedAt)}${who}${ended}`));
  return { text: clipped(`${title}: ${stateOf(report)}`, 3000), blocks };
}

function stageLine({ number, capabilities, state, step, exposure, reason }: StageProgress): string {
  const where =
    state === 'running' ? `: ${step === null ? 'begins' : stepNames[step]}, ${percent(exposure)} of users` : '';
  const why = state === 'rolledBack' ? `: ${reason}` : '';
  return `${stageMarks[state]} ${number} ${escaped(fewOf(capabilities))}${escaped(clipped(where + why, 300))}`;
}

/** What a roll back would do to users. */
export function afterRollback({ stable }: ReleaseReport): string {
  const users = stable === null ? 'lose it: nothing was stable before this version' : 'go back to stable';
  return `The users of the stage under way ${users}. Stages that are released stay released.`;
}

function controls(report: ReleaseReport, may: (operation: Operation) => boolean) {
  const of = { release: report.id };
  const text = afterRollback(report);
  const turn = report.state === 'paused' ? 'resume' : 'pause';
  return [
    ...(may(turn) ? [button(turn, of)] : []),
    ...(may('rollback') ? [button('rollback', of, { title: `Roll back ${report.model}?`, text })] : []),
  ];
}
