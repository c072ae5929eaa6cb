/** All messages of a release, as they should be now: the release itself, what was asked of people, and what was decided. */
import { createHash } from 'node:crypto';
import type { Sent } from '../domain/outbox.ts';
import { reminderAt } from '../domain/reminders.ts';
import type { Decision, ReleaseReport } from '../domain/report.ts';
import { decisionWords } from '../domain/report-words.ts';
import { askingLine, byName, type Naming } from './asked.ts';
import { releaseMessage } from './release-message.ts';
import { decisionKeys, isRequest, openingKey, reminderKey, requestKey, requestOf, type Key } from './keys.ts';
import { forgottenMessage, requestMessage, type Written } from './request-message.ts';
import { pastReminder, reminderMessage } from './reminder-message.ts';
import { clipped, escaped, section } from './text.ts';

export interface Wanted extends Written, Key {
  /** Of what it says. */
  digest: string;
}

/** How a release is shown. */
export interface Showing {
  /** Its page in Temporal's UI. */
  page?: string | null;
  nowMs: number;
  /** How people are told of it; left out: nobody is told. */
  naming?: Naming;
}

/** The first one opens the thread, the others are replies, in this order. */
export function messagesOf(report: ReleaseReport, { page = null, nowMs, naming = byName }: Showing): Wanted[] {
  const opened = [
    ...report.requests.map((closed) => ({ waiting: closed.request, closed })),
    ...(report.waiting === null ? [] : [{ waiting: report.waiting, closed: null }]),
  ];
  const replies = [
    ...decisionKeys(report.decisions).flatMap((key, i) => {
      const decision = report.decisions[i];
      return decision === undefined
        ? []
        : [{ at: decision.at, wanted: wanted(key, decisionMessage(decision, report, naming)) }];
    }),
    ...opened.map(({ waiting, closed }) => ({
      at: waiting.since,
      wanted: wanted(requestKey(waiting), requestMessage(report, waiting, closed, naming)),
    })),
  ];
  const { due } = reminderAt(report, nowMs);
  if (due !== null) {
    replies.push({
      at: new Date(due.dueMs).toISOString(),
      wanted: wanted(reminderKey(due.key, due.waiting), reminderMessage(report, due.waiting, naming)),
    });
  }
  const inOrder = replies.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).map((reply) => reply.wanted);
  return [wanted(openingKey, releaseMessage(report, page)), ...inOrder];
}

/**
 * Requests that are in the channel and that the release's record does not know, with what they say from now on; `known`
 * are the messages that it does know. A reset takes requests back, or the release was started again under its name.
 */
export function forgotten(report: ReleaseReport, sent: readonly Sent[], known: readonly string[]): [Sent, Wanted][] {
  const own = unknown(sent, known).filter(({ key }) => isRequest(key));
  return own.flatMap((one): [Sent, Wanted][] => {
    const ways = [report, { ...report, endedAt: null }].map((way) =>
      wanted({ key: one.key, formerly: null }, forgottenMessage(way, requestOf(one.key))),
    );
    const [now] = ways;
    // What was said of it stays, also when the release has ended since.
    return now === undefined || ways.some(({ digest }) => digest === one.digest) ? [] : [[one, now]];
  });
}

/** Reminders that are there and are not the last one of what is open, with what they say from now on. */
export function pastReminders(
  report: ReleaseReport,
  sent: readonly Sent[],
  known: readonly string[],
  naming: Naming,
): [Sent, Wanted][] {
  return unknown(sent, known).flatMap((one): [Sent, Wanted][] => {
    const written = pastReminder(report, one.key, naming);
    if (written === null) return [];
    const now = wanted({ key: one.key, formerly: null }, written);
    return now.digest === one.digest ? [] : [[one, now]];
  });
}

/** What is there and not among the known ones: the newest name of each counts, which is the longest. */
function unknown(sent: readonly Sent[], known: readonly string[]): Sent[] {
  const left = sent.filter(({ ref }) => ref !== null && !known.includes(ref));
  return left.filter((one) => !left.some(({ key, ref }) => ref === one.ref && key.startsWith(`${one.key}/`)));
}

function decisionMessage(decision: Decision, report: ReleaseReport, naming: Naming): Written {
  const { by, why, stage, step, what, request } = decision;
  const where = stage === null ? '' : `stage ${stage}, ${step ?? ''}: `;
  const text = clipped(`${where}${decisionWords(decision, report)} (${by})${why === '' ? '' : `: ${why}`}`, 2500);
  // Whoever is asked later than the others hears of it here.
  const asks = what === 'asked again' && by === 'gradus' && report.waiting?.id === request ? report.waiting : null;
  return {
    text: escaped(text),
    blocks: [section([escaped(text), ...(asks === null ? [] : [askingLine(asks, naming)])])],
  };
}

function wanted(key: Key, { text, blocks }: Written): Wanted {
  const digest = createHash('sha256').update(JSON.stringify({ text, blocks })).digest('hex');
  return { ...key, text, blocks, digest };
}
