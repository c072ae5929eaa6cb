/** All messages of a release, as they should be now: the release itself, what was asked of people, and what was decided. */
import { createHash } from 'node:crypto';
import { awaitedOf, isFor, whenSilent } from '../domain/approval.ts';
import { reminderAt, type Reminder } from '../domain/reminders.ts';
import type { Decision, ReleaseReport } from '../domain/report.ts';
import { listed } from '../domain/words.ts';
import { releaseMessage } from './release-message.ts';
import { requestMessage, type Written } from './request-message.ts';
import { clipped, escaped, section, small, time } from './text.ts';

/** People who are told by name at once. */
const mostMentioned = 20;

export interface Wanted extends Written {
  /** The same for the same message at any time. */
  key: string;
  /** Of what it says. */
  digest: string;
}

/** How a release is shown. */
export interface Showing {
  /** Its page in Temporal's UI. */
  page?: string | null;
  nowMs: number;
  /** A person's name as Slack tells them of it; left out: the name. */
  mention?: (name: string) => string;
}

/** The first one opens the thread, the others are replies, in this order. */
export function messagesOf(report: ReleaseReport, { page = null, nowMs, mention = escaped }: Showing): Wanted[] {
  const opened = [
    ...report.requests.map((closed) => ({ waiting: closed.request, closed })),
    ...(report.waiting === null ? [] : [{ waiting: report.waiting, closed: null }]),
  ];
  const replies = [
    ...report.decisions.map((decision, i) => ({
      at: decision.at,
      wanted: wanted(`decision/${i}`, decisionMessage(decision)),
    })),
    ...opened.map(({ waiting, closed }) => ({
      at: waiting.since,
      wanted: wanted(`request/${waiting.id}`, requestMessage(report, waiting, closed)),
    })),
  ];
  const { due } = reminderAt(report, nowMs);
  if (due !== null) {
    replies.push({
      at: new Date(due.dueMs).toISOString(),
      wanted: wanted(due.key, reminderMessage(report, due, mention)),
    });
  }
  const inOrder = replies.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).map((reply) => reply.wanted);
  return [wanted('release', releaseMessage(report, page)), ...inOrder];
}

/** In the thread of its release, for those who can still decide. */
function reminderMessage({ id }: ReleaseReport, { waiting }: Reminder, mention: (name: string) => string): Written {
  const { from, escalated, escalateTo } = waiting;
  const whom = [...from, ...(escalated ? escalateTo : [])]
    .filter((name) => isFor(waiting, name))
    .slice(0, mostMentioned);
  const text = `Still waits for ${listed(whom.map(mention), 'or') || escaped(awaitedOf(waiting))}: ${escaped(clipped(waiting.question, 1500))}`;
  const blocks = [section([text]), small(`by ${time(waiting.until)}, else ${whenSilent(waiting)}`)];
  return { text: clipped(`${id} still waits for ${listed(whom, 'or') || awaitedOf(waiting)}`, 3000), blocks };
}

function decisionMessage({ what, by, why, stage, step }: Decision): Written {
  const where = stage === null ? '' : `stage ${stage}, ${step ?? ''}: `;
  const words = what === 'rollBack' ? 'roll back' : what;
  const text = clipped(`${where}${words} (${by})${why === '' ? '' : `: ${why}`}`, 2500);
  return { text: escaped(text), blocks: [section([escaped(text)])] };
}

function wanted(key: string, { text, blocks }: Written): Wanted {
  const digest = createHash('sha256').update(JSON.stringify({ text, blocks })).digest('hex');
  return { key, text, blocks, digest };
}
