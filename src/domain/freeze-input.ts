/** Reads freezes as people write them in a policy, and names every problem of them. */
import { z } from 'zod';
import { frozenAt, weekdays, type Freeze, type TimeOfDay, type Weekday, type WeekSpan } from './freeze.ts';
import { nameProblem } from './plan-leaves.ts';
import { didYouMean, listed } from './words.ts';
import { isZone, type WallTime } from './zoned-time.ts';

const oneOrMore = z.union([z.string(), z.array(z.string())]);
export const writtenFreeze = z.strictObject({
  name: z.string(),
  zone: z.string().optional(),
  models: oneOrMore.optional(),
  days: oneOrMore.optional(),
  from: z.string().optional(),
  until: z.string().optional(),
});
type Written = z.output<typeof writtenFreeze>;

/** Freezes that can be read; what is wrong with the others is added to `problems`. */
export function readFreezes(written: readonly Written[], problems: string[]): Freeze[] {
  const names = new Set<string>();
  const freezes = written.flatMap((one, i) => {
    const own: string[] = [];
    const problem = nameProblem(one.name);
    if (problem !== null) own.push(problem);
    else if (names.has(one.name)) own.push(`${one.name} is there twice; give each freeze a name of its own`);
    names.add(one.name);
    const freeze = readFreeze(one, own);
    problems.push(...own.map((text) => `freeze.${problem === null ? one.name : i}: ${text}`));
    return own.length > 0 || freeze === null ? [] : [freeze];
  });
  const now = Date.now();
  const models = new Set(['', ...freezes.flatMap((freeze) => freeze.models ?? [])]);
  const weekly = freezes.filter(({ when }) => when.kind === 'weekly');
  for (const model of models) {
    if (frozenAt(weekly, model, now)?.until !== null) continue;
    const whose = model === '' ? 'any model' : model;
    problems.push(`freeze: the weekly ones leave no time in which a release of ${whose} could go on`);
    break;
  }
  return freezes;
}

function readFreeze({ name, zone, models, days, from, until }: Written, problems: string[]): Freeze | null {
  if (zone === undefined) problems.push('zone is missing; write e.g. zone: Asia/Shanghai, or zone: UTC');
  else if (!isZone(zone))
    problems.push(`"${zone}" is not a time zone${zoneHint(zone)}; write one such as Asia/Shanghai or UTC`);
  const when = readWhen(days, from, until, problems);
  if (when === null || zone === undefined) return null;
  return { name, zone, ...(models === undefined ? {} : { models: [models].flat() }), when };
}

function readWhen(
  days: Written['days'],
  from: string | undefined,
  until: string | undefined,
  problems: string[],
): Freeze['when'] | null {
  if (days !== undefined) return weeklyByDays([days].flat(), from, until, problems);
  if (from === undefined || until === undefined) {
    problems.push('write from and until (dates, or e.g. fri 18:00 and mon 08:00), or days: [sat, sun]');
    return null;
  }
  if (/^[A-Za-z]/.test(from.trim()) || /^[A-Za-z]/.test(until.trim())) return weekly(from, until, problems);
  const [begin, end] = [readDate(from, 'from', problems), readDate(until, 'until', problems)];
  if (begin === null || end === null) return null;
  if (asUtc(begin) >= asUtc(end)) {
    problems.push(`until ${until} is not after from ${from}; until is when releases go on`);
    return null;
  }
  return { kind: 'dates', from: begin, until: end };
}

/** `days: [fri], from: '18:00', until: '08:00'`: on each of these days, until that time of the same day or of the next. */
function weeklyByDays(
  written: string[],
  from: string | undefined,
  until: string | undefined,
  problems: string[],
): Freeze['when'] | null {
  const before = problems.length;
  const days = written.map((text) => readDay(text, 'days', problems));
  const begin = from === undefined ? { hour: 0, minute: 0 } : readTime(from, 'from', problems);
  const end = until === undefined ? { hour: 24, minute: 0 } : readTime(until, 'until', problems);
  if (written.length === 0) problems.push('days is empty; name some, e.g. [sat, sun]');
  if (problems.length > before || begin === null || end === null) return null;
  const next = minutes(end) <= minutes(begin) ? 1 : 0;
  const spans = days
    .filter((day) => day !== null)
    .map((day): WeekSpan => ({ from: { day, ...begin }, days: next, until: end }));
  return { kind: 'weekly', spans };
}

/** `from: fri 18:00, until: mon 08:00`. */
function weekly(from: string, until: string, problems: string[]): Freeze['when'] | null {
  const [begin, end] = [readMoment(from, 'from', problems), readMoment(until, 'until', problems)];
  if (begin === null || end === null) return null;
  const apart = (weekdays.indexOf(end.day) - weekdays.indexOf(begin.day) + 7) % 7;
  const days = apart === 0 && minutes(end) <= minutes(begin) ? 7 : apart;
  return { kind: 'weekly', spans: [{ from: begin, days, until: { hour: end.hour, minute: end.minute } }] };
}

function readMoment(text: string, key: string, problems: string[]): (TimeOfDay & { day: Weekday }) | null {
  const [word = '', time = '00:00', ...rest] = text.trim().split(/\s+/);
  const day = readDay(word, key, problems);
  const at = readTime(time, key, problems);
  if (rest.length > 0) problems.push(`${key}: "${text}" is more than a day and a time such as fri 18:00`);
  return day === null || at === null || rest.length > 0 ? null : { day, ...at };
}

function readDay(text: string, key: string, problems: string[]): Weekday | null {
  const plain = text.trim().toLowerCase();
  const long = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
  const found = weekdays.find((day, i) => plain === day || plain === long[i]);
  if (found !== undefined) return found;
  problems.push(`${key}: "${text}" is not a day${didYouMean(plain, long)}; write ${listed(weekdays, 'or')}`);
  return null;
}

function readTime(text: string, key: string, problems: string[]): TimeOfDay | null {
  const time = timeOf(text);
  if (time === null) problems.push(`${key}: "${text}" is not a time of day; write e.g. 18:00`);
  return time;
}

function timeOf(text: string): TimeOfDay | null {
  const match = /^(\d{1,2}):(\d\d)$/.exec(text.trim());
  const [hour, minute] = [Number(match?.[1]), Number(match?.[2])];
  return match !== null && minute < 60 && (hour < 24 || (hour === 24 && minute === 0)) ? { hour, minute } : null;
}

/** The forms that are taken, and why not the one that was written. */
function hintOf(text: string): string {
  const forms = 'write 2026-12-20 (its beginning) or 2026-12-20 18:00, or for each week fri 18:00, or days';
  if (/^\d{1,2}-\d{1,2}(\s|$)/.test(text.trim())) return `no freeze is of every year, so write one for each; ${forms}`;
  if (/\d:\d\d(:\d|.*(Z|[+-]\d\d:?\d\d)$)/.test(text))
    return `it is what a clock in the freeze's zone shows, without seconds and offset; ${forms}`;
  return forms;
}

/** `2026-12-20` (its beginning) or `2026-12-20 18:00`. */
function readDate(text: string, key: string, problems: string[]): WallTime | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ]+(\S+))?$/.exec(text.trim());
  if (match === null) {
    problems.push(`${key}: "${text}" is not a date; ${hintOf(text)}`);
    return null;
  }
  const time = match[4] === undefined ? { hour: 0, minute: 0 } : timeOf(match[4]);
  if (time === null) {
    problems.push(`${key}: "${text}" does not end with a time of day; ${hintOf(text)}`);
    return null;
  }
  const wall = { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]), ...time };
  const midnight = new Date(Date.UTC(wall.year, wall.month - 1, wall.day));
  if (midnight.getUTCMonth() + 1 !== wall.month || midnight.getUTCDate() !== wall.day) {
    problems.push(`${key}: there is no day ${text.slice(0, 10)}`);
    return null;
  }
  return wall;
}

/** Big cities that people write, and that the database has under another name. */
const cities: Record<string, string> = {
  beijing: 'Asia/Shanghai',
  peking: 'Asia/Shanghai',
  shenzhen: 'Asia/Shanghai',
  guangzhou: 'Asia/Shanghai',
  mumbai: 'Asia/Kolkata',
  delhi: 'Asia/Kolkata',
  bangalore: 'Asia/Kolkata',
  osaka: 'Asia/Tokyo',
  hanoi: 'Asia/Ho_Chi_Minh',
  munich: 'Europe/Berlin',
  frankfurt: 'Europe/Berlin',
  geneva: 'Europe/Zurich',
  barcelona: 'Europe/Madrid',
  milan: 'Europe/Rome',
  boston: 'America/New_York',
  washington: 'America/New_York',
  seattle: 'America/Los_Angeles',
  sanfrancisco: 'America/Los_Angeles',
};

function zoneHint(zone: string): string {
  const city = zone
    .slice(zone.lastIndexOf('/') + 1)
    .toLowerCase()
    .replaceAll(/[ _-]/g, '');
  const known = new Map(Object.entries(cities)).get(city);
  if (known !== undefined) return ` (did you mean ${known}?)`;
  return didYouMean(zone, Intl.supportedValuesOf('timeZone'));
}

function asUtc({ year, month, day, hour, minute }: WallTime): number {
  return Date.UTC(year, month - 1, day, hour, minute);
}

function minutes({ hour, minute }: TimeOfDay): number {
  return 60 * hour + minute;
}
