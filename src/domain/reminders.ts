/** When people are reminded of a request that nobody has answered: follows from the report and the clock alone. */
import type { Approval, Plan, Step } from './plan.ts';
import type { ReleaseReport, Waiting } from './report.ts';
import { whyClockStands } from './request-clock.ts';

export interface Reminder {
  /** The same for the same reminder of the same request. */
  key: string;
  /** Time at which it is due, in ms since 1970. */
  dueMs: number;
  waiting: Waiting;
}

/** Parts of a request's time after which people are reminded, where the plan says nothing else. */
const usualParts = [0.5, 0.9];
/** However often the plan reminds. */
const most = 100;

/** All reminders of the open request, in order: of the time that runs now, which begins anew when people get more. */
function remindersOf({ waiting, plan, decisions }: ReleaseReport): Reminder[] {
  if (waiting === null) return [];
  const { id, until, withinMs } = waiting;
  const endMs = Date.parse(until);
  const startMs = endMs - withinMs;
  const round = decisions.filter(({ request, what }) => request === id && isMoreTime(what)).length;
  const everyMs = plan === null ? undefined : approvalOf(plan, waiting.step)?.remindMs;
  const after =
    everyMs === undefined
      ? usualParts.map((part) => part * withinMs)
      : Array.from({ length: Math.min(most, Math.ceil(withinMs / everyMs) - 1) }, (_, i) => (i + 1) * everyMs);
  return after.map((ms, i) => ({ key: `reminder/${id}/${round}/${i + 1}`, dueMs: startMs + ms, waiting }));
}

/** Whether the time of the open request does not run: it is held, its release is paused, or all are stopped. */
export function clockStands(report: Pick<ReleaseReport, 'waiting' | 'state' | 'standing'>): boolean {
  return whyClockStands(report, report.waiting ?? { held: false }) !== null;
}

/** The latest reminder that is due, and when the next one is; there is none while its clock stands. */
export function reminderAt(report: ReleaseReport, nowMs: number): { due: Reminder | null; nextMs: number | null } {
  const { waiting } = report;
  if (waiting === null || clockStands(report) || Date.parse(waiting.until) <= nowMs) return { due: null, nextMs: null };
  const all = remindersOf(report);
  return {
    due: all.findLast(({ dueMs }) => dueMs <= nowMs) ?? null,
    nextMs: all.find(({ dueMs }) => dueMs > nowMs)?.dueMs ?? null,
  };
}

/** As the release records that a request's time began anew. */
export function isMoreTime(what: string): boolean {
  return what === 'asked again' || /^gave .+ more$/.test(what);
}

export function approvalOf({ internalTest, gray, abTest, full }: Plan, step: Step): Approval | null {
  switch (step) {
    case 'internal test':
      return internalTest.approval;
    case 'gray':
      return gray.approval;
    case 'A/B':
      return abTest.approval;
    case 'full':
      return full.approval;
    case 'train':
    case 'split':
    case 'iterate':
      return null;
  }
}
