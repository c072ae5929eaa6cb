/** How figures, times and states are spelled, the same in the terminal and on the page. */
import type { StopAll } from '../domain/control.ts';
import { weekdays, type Freeze, type TimeOfDay, type WeekSpan } from '../domain/freeze.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { printable } from '../domain/words.ts';
import type { WallTime } from '../domain/zoned-time.ts';

export {
  decisionWords,
  outcomes,
  outcomeWords,
  stageStates,
  stepNames,
  verdictWords,
  versionsOf,
} from '../domain/report-words.ts';

/** `0.0001` → `0.01 %`; as many digits as a share needs, three at most. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

export function figure(value: number, digits = 3): string {
  return value.toFixed(digits).replace('-', '−');
}

export function signed(value: number, digits = 3): string {
  const text = figure(value, digits);
  return value > 0 || (value === 0 && !text.startsWith('−')) ? `+${text}` : text;
}

export function interval(estimate: { low: number; high: number }, digits = 3): string {
  return `[${signed(estimate.low, digits)}, ${signed(estimate.high, digits)}]`;
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `several(2, 'stage')` → `2 stages`. */
export function several(number: number, noun: string): string {
  if (number === 1) return `1 ${noun}`;
  return `${count(number)} ${/[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}

/** Two units at most: `4 s`, `3 min 10 s`, `2 h 5 min`, `6 days 4 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const two = (big: string, rest: number, unit: string): string => (rest === 0 ? big : `${big} ${rest} ${unit}`);
  if (days > 0) return two(several(days, 'day'), hours % 24, 'h');
  if (hours > 0) return two(`${hours} h`, minutes % 60, 'min');
  if (minutes > 0) return two(`${minutes} min`, seconds % 60, 's');
  return `${seconds} s`;
}

/** `2026-01-05 14:03:22`, in UTC. */
export function moment(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}

/** `stop 1, which ann began at 2026-01-05 14:03:22 UTC (incident)`. */
export function stopWords({ number, by, at, why }: StopAll): string {
  return printable(`stop ${number}, which ${by} began at ${moment(at)} UTC (${why})`);
}

/** Only the time for a release of a day, the whole date for a longer one. */
export function momentOf(report: ReleaseReport, iso: string): string {
  const spans = spanMs(report) > 20 * 3_600_000;
  return spans ? moment(iso).slice(0, 16) : moment(iso).slice(11);
}

/** The last time that a report speaks of: its end, or the newest thing that happened in it. */
export function lastMoment(report: ReleaseReport): string {
  const times = [report.startedAt, ...report.exposures, ...report.decisions, ...report.curve].map((one) =>
    typeof one === 'string' ? one : one.at,
  );
  const seen = [...times, ...report.steps.flatMap((one) => [one.startedAt, one.endedAt])].filter((one) => one !== null);
  return report.endedAt ?? seen.reduce((a, b) => (Date.parse(a) < Date.parse(b) ? b : a));
}

export function spanMs(report: ReleaseReport): number {
  return Date.parse(lastMoment(report)) - Date.parse(report.startedAt);
}

export const marks = { waiting: '○', running: '●', done: '✓', skipped: '–', failed: '✗' } as const;

/** `weekends: sat 00:00 to 24:00, sun 00:00 to 24:00 (Europe/Berlin)`. */
export function freezeText({ name, zone, models, when }: Freeze): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = ({ hour, minute }: TimeOfDay): string => `${two(hour)}:${two(minute)}`;
  const date = (wall: WallTime): string => `${wall.year}-${two(wall.month)}-${two(wall.day)} ${time(wall)}`;
  const span = ({ from, days, until }: WeekSpan): string => {
    const end = weekdays[(weekdays.indexOf(from.day) + days) % 7] ?? from.day;
    return `${from.day} ${time(from)} to ${days === 0 ? '' : `${end} `}${time(until)}`;
  };
  const times = when.kind === 'dates' ? `${date(when.from)} to ${date(when.until)}` : when.spans.map(span).join(', ');
  return `${name}: ${times} (${zone})${models === undefined ? '' : `, ${models.join(', ')} only`}`;
}
