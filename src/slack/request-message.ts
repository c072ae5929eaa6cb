/** A request for a decision as a message: with buttons while it is open, with who decided what afterwards. */
import { approvedSoFar, askedOf, whenSilent } from '../domain/approval.ts';
import type { ClosedRequest, ReleaseReport, Waiting } from '../domain/report.ts';
import { exposedAt } from '../domain/at-moment.ts';
import { leftOut, tellingFirst } from '../domain/most-telling.ts';
import { askingLine, type Naming } from './asked.ts';
import { button } from './buttons.ts';
import { whyClockStands } from '../domain/request-clock.ts';
import { howEnded } from '../domain/report-words.ts';
import { examined, questionOf, recommendation, whatChanges } from '../domain/request-words.ts';
import { clipped, escaped, section, small, time, type Block } from './text.ts';

export interface Written {
  /** For notifications, and for readers of screens. */
  text: string;
  blocks: Block[];
}

const marks = { holds: '✓', breached: '✗', open: '○' } as const;

/** `closed` says how the request ended; null while it is open. */
export function requestMessage(
  report: ReleaseReport,
  waiting: Waiting,
  closed: ClosedRequest | null,
  /** Left out where nobody is told: on somebody's home. */
  naming: Naming | null = null,
): Written {
  const stage = report.stages.find((one) => one.number === waiting.stage);
  const version = report.candidate === null ? '' : ` v${report.candidate.number}`;
  const title = `${report.model}${version} · stage ${waiting.stage} of ${report.stages.length} · ${clipped(questionOf(report, waiting), 1500)}`;
  const inOrder = tellingFirst(waiting.findings);
  const findings = inOrder.map(
    ({ capability, condition, state, reason }) =>
      `${marks[state]} *${escaped(capability)}* \`${escaped(condition)}\` ${escaped(reason)}`,
  );
  // A request that is over says what it was about, whatever users have by now.
  const then = closed === null ? report : exposedAt(report, waiting.since);
  const blocks: Block[] = [
    section([`*${escaped(title)}*`, escaped(whatChanges(then, waiting))]),
    ...(stage === undefined || stage.examinations.length === 0
      ? []
      : [section(examined(stage, waiting.findings).map(escaped))]),
    ...(findings.length === 0 ? [] : [section(findings, (shown) => leftOut(inOrder.slice(shown)))]),
  ];
  if (closed !== null) {
    return { text: clipped(`${title}: ${outcomeText(closed)}`, 3000), blocks: [...blocks, small(outcomeOf(closed))] };
  }
  const { what, why } = recommendation(report, waiting);
  const of = {
    release: report.id,
    request: waiting.id,
    ...(waiting.digest === '' ? {} : { evidence: waiting.digest }),
  };
  const advice = what === 'decide' ? `*No recommendation*: ${escaped(why)}` : `Recommended: *${what}*. ${escaped(why)}`;
  const clock = whyClockStands(report, waiting) ?? `by ${time(waiting.until)}, else ${whenSilent(waiting)}`;
  return {
    text: clipped(title, 3000),
    blocks: [
      ...blocks,
      section([advice]),
      ...(naming === null ? [] : [section([askingLine(waiting, naming)])]),
      {
        type: 'actions',
        elements: [
          button('approve', of),
          button('reject', of),
          ...(waiting.held ? [] : [button('hold', of)]),
          button('moreTime', of),
        ],
      },
      small(
        `${clock} · needs ${escaped(askedOf(waiting))} · ${escaped(approvedSoFar(waiting))} · evidence \`${waiting.digest.slice(0, 8) || 'none'}\``,
      ),
    ],
  };
}

/** A request of which only its id is known: the release's record holds it no more, so nobody can decide it. */
export function forgottenMessage(report: ReleaseReport, id: string): Written {
  const why =
    report.endedAt === null
      ? `${report.id} went back to before this was asked (it was reset, or started again)`
      : howEnded(report);
  const text = `Request ${id} is not open any more: ${why}`;
  return { text: clipped(text, 3000), blocks: [section([`– *Not asked any more.* ${escaped(clipped(text, 2500))}`])] };
}

function outcomeText({ outcome, by, why }: ClosedRequest): string {
  const who = outcome === 'withdrawn' ? 'withdrawn' : `${outcome} by ${by}`;
  return why === '' ? who : `${who}: ${why}`;
}

export function outcomeOf(closed: ClosedRequest): string {
  const mark = { approved: '✓', rejected: '✗', withdrawn: '–' }[closed.outcome];
  return `${mark} *${escaped(outcomeText(closed))}* · ${time(closed.at)} · evidence \`${closed.request.digest.slice(0, 8) || 'none'}\``;
}
