/** A reminder as a message: whom an open request still waits for, and once it is over, how it ended. */
import { awaitedOf, whenSilent } from '../domain/approval.ts';
import type { ReleaseReport, Waiting } from '../domain/report.ts';
import { whyClockStands } from '../domain/request-clock.ts';
import { questionOf } from '../domain/request-words.ts';
import { whomOf, type Naming } from './asked.ts';
import { reminded } from './keys.ts';
import { outcomeOf, type Written } from './request-message.ts';
import { clipped, escaped, section, small, time } from './text.ts';

/** In the thread of its release, for those who can still decide. */
export function reminderMessage(report: ReleaseReport, waiting: Waiting, naming: Naming): Written {
  const text = `Still waits for ${whomOf(waiting, naming)}: ${asked(report, waiting)}`;
  const clock = whyClockStands(report, waiting) ?? `by ${time(waiting.until)}, else ${whenSilent(waiting)}`;
  return {
    text: clipped(`${report.id} still waits for ${awaitedOf(waiting)}`, 3000),
    blocks: [section([text]), small(clock)],
  };
}

/** What a reminder of that key says from now on: another has come since, or its request is over. */
export function pastReminder(report: ReleaseReport, key: string, naming: Naming): Written | null {
  const about = reminded(key);
  if (about === null) return null;
  const { waiting, requests } = report;
  const isMeant = ({ id, since }: Waiting): boolean => id === about.id && (about.since ?? since) === since;
  if (waiting !== null && isMeant(waiting)) return reminderMessage(report, waiting, naming);
  const closed = requests.findLast(({ request }) => isMeant(request));
  const how =
    closed === undefined ? '– *Not asked any more*' : `${outcomeOf(closed)}: ${asked(report, closed.request)}`;
  const text = `Was reminded of. ${how}`;
  return { text: clipped(text, 3000), blocks: [section([text])] };
}

function asked(report: ReleaseReport, waiting: Waiting): string {
  return escaped(clipped(questionOf(report, waiting), 1500));
}
