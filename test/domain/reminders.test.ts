/** Reminders of an open request: when they are due, and when there are none. */
import { expect, test } from 'vitest';
import { reminderAt } from '../../src/domain/reminders.ts';
import type { ReleaseReport, Waiting } from '../../src/domain/report.ts';
import { waiting as sample } from '../fixtures/report-mail.ts';
import { samplePlan } from '../fixtures/report-parts.ts';

const hour = 3_600_000;
const startMs = Date.parse('2026-03-01T08:00:00.000Z');
const iso = (hours: number): string => new Date(startMs + hours * hour).toISOString();

function asking(more: Partial<Waiting> = {}, report: Partial<ReleaseReport> = {}): ReleaseReport {
  if (sample.waiting === null) throw new Error('the sample waits for nobody');
  const waiting = { ...sample.waiting, id: 'r', since: iso(0), until: iso(10), withinMs: 10 * hour, ...more };
  return { ...sample, decisions: [], waiting, ...report };
}

/** Hours after which somebody who looks every minute is reminded, and under which keys. */
function reminded(report: ReleaseReport, hours = 20): [number, string][] {
  const seen = new Map<string, number>();
  for (let minute = 0; minute <= hours * 60; minute++) {
    const { due } = reminderAt(report, startMs + minute * 60_000);
    if (due !== null && !seen.has(due.key)) seen.set(due.key, minute / 60);
  }
  return [...seen].map(([key, at]) => [at, key]);
}

test('people are reminded at half and at nine tenths of their time', () => {
  expect(reminded(asking()).map(([at]) => at)).toEqual([5, 9]);
  expect(reminderAt(asking(), startMs)).toEqual({ due: null, nextMs: startMs + 5 * hour });
  expect(reminderAt(asking(), startMs + 9 * hour).nextMs).toBeNull();
});

test('or as often as the plan says', () => {
  const plan = samplePlan('mail-assistant', ['spam'], 1);
  plan.internalTest.approval = { from: [], count: 1, withinMs: 10 * hour, otherwise: 'hold', remindMs: 4 * hour };
  expect(reminded(asking({}, { plan })).map(([at]) => at)).toEqual([4, 8]);
});

test('nobody is reminded when nothing waits, the clock stands, or the time is over', () => {
  expect(reminded({ ...asking(), waiting: null })).toEqual([]);
  expect(reminded(asking({ held: true }))).toEqual([]);
  expect(reminded(asking({}, { state: 'paused' }))).toEqual([]);
  const stopped = { kind: 'stopped', why: 'all releases were stopped by ann: incident', until: null } as const;
  expect(reminded(asking({}, { standing: stopped }))).toEqual([]);
  expect(reminded(asking({}, { standing: { ...stopped, kind: 'frozen' } }))).toHaveLength(2);
  expect(reminderAt(asking(), startMs + 10 * hour)).toEqual({ due: null, nextMs: null });
});

test('more time, or being asked again, begins anew; time in which the clock stood does not', () => {
  const said = { at: iso(8), stage: 1, step: 'gray' as const, by: 'ann', why: '', request: 'r' };
  const before = reminded(asking());
  for (const what of ['gave 10 hours more', 'asked again']) {
    const longer = asking({ until: iso(20) }, { decisions: [{ ...said, what }] });
    const after = reminded(longer);
    expect(after.map(([at]) => at)).toEqual([15, 19]);
    expect(after.filter(([, key]) => before.some(([, old]) => old === key))).toEqual([]);
  }
  // Held from hour 6 to hour 9: the reminder of hour 5 is the same one as that of hour 8.
  const heldOnce = asking({ until: iso(13) }, { decisions: [{ ...said, what: 'held' }] });
  expect(reminded(heldOnce).map(([, key]) => key)).toEqual(before.map(([, key]) => key));
});
