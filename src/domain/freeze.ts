/** Freezes: times of a calendar in which no release starts a stage or gives more users its candidate. */
import { forEver } from './control.ts';
import { instantOf, wallMs, type WallTime } from './zoned-time.ts';

export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof weekdays)[number];

export interface TimeOfDay {
  hour: number;
  minute: number;
}

/** A weekly span of time: from a moment of the week to another one, which may be in the next. */
export interface WeekSpan {
  from: TimeOfDay & { day: Weekday };
  /** Days from that day to the end's, 0 to 7, and the time of day there. */
  days: number;
  until: TimeOfDay;
}

export interface Freeze {
  name: string;
  /** IANA name of the time zone, e.g. `Asia/Shanghai`. */
  zone: string;
  /** Left out: all. */
  models?: string[];
  when: { kind: 'dates'; from: WallTime; until: WallTime } | { kind: 'weekly'; spans: WeekSpan[] };
}

/** The freezes that hold at a moment, and when the last of those that follow each other is over. */
export interface Frozen {
  names: string[];
  /** Milliseconds since 1970; null: beyond the next three years. */
  until: number | null;
}

const dayMs = 86_400_000;
const longestMs = 3 * 366 * dayMs;

/** When a release asked whether it may go on. */
export interface Asked {
  /** The workflow's own time, in milliseconds since 1970. */
  at: number;
  /** Freezes that are over by then do not hold this release; left out: none was overridden. */
  overriddenUntil?: string;
}

/** The freezes that hold a release of the model now, or held it when it asked; null: none, or they were overridden. */
export function holding(freezes: readonly Freeze[], model: string, { at, overriddenUntil = '' }: Asked): Frozen | null {
  // After a long time without records, the time at which this was asked has gone by.
  const frozen = frozenAt(freezes, model, Math.max(at, Date.now()));
  if (frozen === null) return null;
  const until = frozen.until === null ? forEver : new Date(frozen.until).toISOString();
  return until <= overriddenUntil ? null : frozen;
}

/** Null where no freeze holds for the model at `at` (milliseconds since 1970). */
export function frozenAt(freezes: readonly Freeze[], model: string, at: number): Frozen | null {
  const own = freezes.filter(({ models }) => models === undefined || models.includes(model));
  const names = own.filter((freeze) => endOf(freeze, at) !== null).map(({ name }) => name);
  if (names.length === 0) return null;
  let until = at;
  for (;;) {
    const ends = own.map((freeze) => endOf(freeze, until)).filter((end) => end !== null);
    if (ends.length === 0) return { names, until };
    until = Math.max(...ends);
    if (until - at > longestMs) return { names, until: null };
  }
}

/** When a freeze that holds at `at` is over; null where it does not hold. */
function endOf({ zone, when }: Freeze, at: number): number | null {
  if (when.kind === 'dates') {
    const [from, until] = [instantOf(when.from, zone, 'first'), instantOf(when.until, zone, 'last')];
    return from <= at && at < until ? until : null;
  }
  const ends = when.spans
    .flatMap((span) => spansAround(span, zone, at))
    .filter(({ from, until }) => from <= at && at < until);
  return ends.length === 0 ? null : Math.max(...ends.map(({ until }) => until));
}

/** The times at which a weekly span may hold at `at`: it began on this day, or on one of the eight before, or on the next. */
function spansAround(span: WeekSpan, zone: string, at: number): { from: number; until: number }[] {
  const today = Math.floor(wallMs(at, zone) / dayMs);
  return Array.from({ length: 10 }, (_, i) => today + 1 - i)
    .filter((date) => weekdays[new Date(date * dayMs).getUTCDay()] === span.from.day)
    .map((date) => ({
      from: instantOf(wallOf(date, span.from), zone, 'first'),
      until: instantOf(wallOf(date + span.days, span.until), zone, 'last'),
    }));
}

/** `date` in days since 1970. */
function wallOf(date: number, { hour, minute }: TimeOfDay): WallTime {
  const midnight = new Date(date * dayMs);
  return {
    year: midnight.getUTCFullYear(),
    month: midnight.getUTCMonth() + 1,
    day: midnight.getUTCDate(),
    hour,
    minute,
  };
}
