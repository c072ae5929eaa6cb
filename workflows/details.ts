/** A release as Markdown for the page of Temporal's UI: where it stands, what it waits for, and what happens then. */
import { approvedSoFar, askedOf, whenSilent } from '../src/domain/approval.ts';
import { clock, comesNext, doingNow } from '../src/domain/next-step.ts';
import { outOfReach } from '../src/domain/quorum.ts';
import { steps } from '../src/domain/plan.ts';
import type { ReleaseReport, StageProgress, StepProgress, Waiting } from '../src/domain/report.ts';
import { questionOf } from '../src/domain/request-words.ts';
import { whyClockStands } from '../src/domain/request-clock.ts';
import { listed, percent, standingText } from '../src/domain/words.ts';

const nothingYet = { t: 0, n: 0, p: 0 };

/** `pageOf` is where the UI shows a workflow. */
export function detailsOf(report: ReleaseReport, pageOf: (workflow: string) => string): string {
  const next = comesNext(report);
  return [
    `**${plain(report.model || report.id)}: ${name(report.candidate)} replaces ${name(report.stable)}**`,
    '',
    `- **State: ${stateWords[report.state]}.** ${report.endedAt === null ? exposureOf(report) : ''}`,
    `- **Now:** ${plain(doingNow(report))}`,
    ...standing(report),
    ...(report.waiting === null ? [] : request(report, report.waiting)),
    ...(next === null ? [] : [`- **Next${report.waiting === null ? '' : ', when approved'}:** ${plain(next)}.`]),
    ...learning(report),
    ...neverEnough(report),
    ...(report.endedAt === null ? [`- **To act:** ${help(report)}`] : []),
    ...table(
      ['step', '', 'what came out'],
      report.steps.map((step) => [step.step, markOf(step, report), plain(isNow(step, report) ? '' : step.note)]),
    ),
    ...report.stages.filter(({ state }) => state === 'running').flatMap(guardrails),
    ...table(
      ['stage', 'capabilities', 'state', 'step', 'users', 'why'],
      report.stages.map((stage) => [
        stage.state === 'waiting'
          ? String(stage.number)
          : `[${stage.number}](${pageOf(`${report.id}/${stage.number}`)})`,
        plain(stage.capabilities.join(', ')),
        stageWords[stage.state],
        stage.step ?? '',
        percent(stage.exposure),
        plain(stage.state === 'running' ? '' : stage.reason),
      ]),
    ),
    ...table(
      ['t', 'N(t): capabilities released to all', 'P(t): share of all'],
      (report.curve.length === 0 ? [nothingYet] : report.curve).map(({ t, n, p }) => [
        String(t),
        String(n),
        p.toFixed(2),
      ]),
    ),
  ].join('\n');
}

/** What holds it from outside: a stop, a freeze, or others that have the model. */
function standing(report: ReleaseReport): string[] {
  if (report.standing === null || report.standing === undefined) return [];
  return [`- **Stands still:** ${plain(standingText(report.standing))}.`];
}

/** Approvals that nobody can give, because of who started it. */
function neverEnough({ plan, startedBy, endedAt }: ReleaseReport): string[] {
  if (plan === null || endedAt !== null) return [];
  return outOfReach(plan, startedBy).map((text) => `- **Out of reach:** ${plain(text)}.`);
}

/** Why a schedule started it. */
function learning(report: ReleaseReport): string[] {
  if (report.learning === null || report.learning === undefined) return [];
  const { number, reasons, lessons } = report.learning;
  const from =
    lessons === null ? '' : `, learns from ${lessons.count} texts whose label users said (${lessons.fresh} new)`;
  return [`- **Iteration ${number}**${from}: ${plain(reasons.join('; '))}`];
}

function request(report: ReleaseReport, waiting: Waiting): string[] {
  const { needs, held, until } = waiting;
  const stands = whyClockStands(report, waiting);
  const clockwork = held
    ? 'Held: its clock stands still until somebody decides or sends `moreTime`.'
    : stands === null
      ? `Until ${clock(until)}, else ${whenSilent(waiting)}.`
      : `${stands.slice(0, 1).toUpperCase()}${stands.slice(1)}.`;
  return [
    `- **Waits for ${plain(askedOf(waiting))}** (${plain(approvedSoFar(waiting))}): ${plain(questionOf(report, waiting))}`,
    ...waiting.evidence.map((line) => `- Evidence: ${plain(line)}`),
    `- ${clockwork}${needs.length > 1 ? ' Each group decides by itself.' : ''} When rejected, the users of this stage go back to stable.`,
  ];
}

/** What people and plans wrote is shown as it is, and makes no links or tables. */
function plain(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|#]/g, String.raw`\$&`);
}

/** What can be sent now; the UI's buttons have no words of their own for it. */
function help({ waiting, state }: ReleaseReport): string {
  const decide = waiting === null ? [] : ['approve', 'reject', 'hold', 'moreTime'];
  const names = [...decide, state === 'paused' ? 'resume' : 'pause', 'rollback'].map((one) => `\`${one}\``);
  return `More Actions, Send an Update: ${listed(names, 'or')}, with \`{"by": "your name", "why": "your reason"}\`.`;
}

function exposureOf({ stages }: ReleaseReport): string {
  const stage = stages.find(({ state }) => state === 'running');
  if (stage === undefined) return '';
  return `Stage ${stage.number} of ${stages.length}; ${percent(stage.exposure)} of all users have its candidate.`;
}

/** As they were when the stage last said so: at most 25 times a step, so that the history stays short. */
function guardrails({ step, verdicts }: StageProgress): string[] {
  const findings = (step === null ? undefined : verdicts[step]?.findings) ?? [];
  return table(
    ['condition', 'state', 'numbers when last told'],
    findings.map(({ capability, condition, state, reason }) => [
      plain(`${capability}: ${condition}`),
      state,
      plain(reason),
    ]),
  );
}

/** The UI leaves no room between cells. */
function table(head: string[], rows: string[][]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: string[]): string => `| ${cells.join('\u00a0\u00a0 | ')} |`;
  return ['', line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)];
}

/** A step that waits has not begun, unless it waits for people; stages go through their steps one after the other. */
function markOf({ step, state, startedAt }: StepProgress, { stages }: ReleaseReport): string {
  if (state === 'waiting') return startedAt === null ? '○ not yet' : '● waits for people';
  const stage = stages.find((one) => one.state === 'running');
  const at = steps.findIndex((one) => one === stage?.step);
  const here = steps.indexOf(step);
  if (state !== 'running' || stage === undefined || here === at) return `${marks[state]} ${state}`;
  const past = here < at ? stage.number : stage.number - 1;
  return `✓ ${past === 1 ? 'stage 1' : `stages 1 to ${past}`} of ${stages.length}`;
}

/** What is under way is told above, by the clock; its last note may be hours old. */
function isNow({ step, state }: StepProgress, { stages }: ReleaseReport): boolean {
  return state === 'running' && stages.some((stage) => stage.state === 'running' && stage.step === step);
}

const marks = { running: '●', done: '✓', skipped: '–', failed: '✗' } as const;

/** How a release stands, or how it ended. */
export const stateWords = {
  running: 'running',
  paused: 'paused',
  released: 'released to all users',
  partlyReleased: 'partly released',
  rolledBack: 'rolled back',
  failed: 'failed',
  cancelled: 'cancelled',
} as const;

const stageWords = {
  waiting: 'not yet',
  running: 'under way',
  released: 'released',
  rolledBack: 'rolled back',
  notStarted: 'not begun',
} as const;

function name(version: { number: number } | null): string {
  return version === null ? 'nothing' : `v${version.number}`;
}
