/** Freezes: against instants that Python's zoneinfo gives (also where clocks are put forward and back), and by properties. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frozenAt, type Freeze } from '../../src/domain/freeze.ts';
import { freezeWarnings } from '../../src/domain/freeze-warnings.ts';
import { parsePlan } from '../../src/domain/plan-input.ts';
import { parsePolicy } from '../../src/domain/policy.ts';
import { instantOf, wallMs } from '../../src/domain/zoned-time.ts';

const people = { root: { roles: 'admin' } };
const freezes = (...freeze: object[]): Freeze[] => parsePolicy({ people, freeze }).freeze ?? [];
const at = (iso: string): number => Date.parse(iso);
const frozen = (all: Freeze[], iso: string, model = 'mail'): string | null => {
  const found = frozenAt(all, model, at(iso));
  return found === null ? null : found.until === null ? 'for ever' : new Date(found.until).toISOString();
};

describe('the instant of a wall clock', () => {
  test.each([
    ['Asia/Shanghai', [2026, 12, 20, 0, 0], '2026-12-19T16:00Z', '2026-12-19T16:00Z'],
    ['Asia/Kolkata', [2026, 1, 1, 0, 0], '2025-12-31T18:30Z', '2025-12-31T18:30Z'],
    ['UTC', [2026, 1, 1, 24, 0], '2026-01-02T00:00Z', '2026-01-02T00:00Z'],
    // Put back: the same time twice.
    ['Europe/Berlin', [2026, 10, 25, 2, 30], '2026-10-25T00:30Z', '2026-10-25T01:30Z'],
    ['America/New_York', [2026, 11, 1, 1, 30], '2026-11-01T05:30Z', '2026-11-01T06:30Z'],
    ['Australia/Lord_Howe', [2026, 4, 5, 1, 45], '2026-04-04T14:45Z', '2026-04-04T15:15Z'],
    // Put forward: no such time, so the moment of the change.
    ['Europe/Berlin', [2026, 3, 29, 2, 30], '2026-03-29T01:00Z', '2026-03-29T01:00Z'],
    ['America/New_York', [2026, 3, 8, 2, 30], '2026-03-08T07:00Z', '2026-03-08T07:00Z'],
    // A midnight that is not there, and a whole day.
    ['America/Sao_Paulo', [2018, 11, 4, 0, 0], '2018-11-04T03:00Z', '2018-11-04T03:00Z'],
    ['Pacific/Apia', [2011, 12, 30, 12, 0], '2011-12-30T10:00Z', '2011-12-30T10:00Z'],
  ] as const)('in %s, %j', (zone, [year, month, day, hour, minute], first, last) => {
    const wall = { year, month, day, hour, minute };
    expect(new Date(instantOf(wall, zone, 'first')).toISOString()).toBe(new Date(first).toISOString());
    expect(new Date(instantOf(wall, zone, 'last')).toISOString()).toBe(new Date(last).toISOString());
  });

  const zones = ['Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Chatham', 'UTC'];
  const instant = fc.integer({ min: at('2015-01-01'), max: at('2035-01-01') }).map((ms) => ms - (ms % 60_000));

  test('is the one that was read off a clock, or shows the same', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), instant, (zone, ms) => {
        const shown = new Date(wallMs(ms, zone));
        const wall = {
          year: shown.getUTCFullYear(),
          month: shown.getUTCMonth() + 1,
          day: shown.getUTCDate(),
          hour: shown.getUTCHours(),
          minute: shown.getUTCMinutes(),
        };
        const [first, last] = [instantOf(wall, zone, 'first'), instantOf(wall, zone, 'last')];
        expect(first <= ms && ms <= last && [first, last].includes(ms)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('weekends are frozen on just those days that a calendar of the zone calls Saturday and Sunday', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), instant, (zone, ms) => {
        const all = freezes({ name: 'weekends', days: ['sat', 'sun'], zone });
        const day = new Intl.DateTimeFormat('en', { timeZone: zone, weekday: 'short' });
        const found = frozenAt(all, 'mail', ms);
        expect(found !== null).toBe(['Sat', 'Sun'].includes(day.format(ms)));
        if (found?.until === null || found === null) return;
        expect(day.format(found.until - 1) + day.format(found.until)).toBe('SunMon');
        expect(found.until - ms).toBeLessThanOrEqual(49 * 3_600_000);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a freeze', () => {
  test('by dates goes from the beginning of one day to the beginning of another, where the calendar hangs', () => {
    const all = freezes({ name: 'year end', from: '2026-12-20', until: '2027-01-04', zone: 'Asia/Shanghai' });
    expect(frozen(all, '2026-12-19T15:59:59.999Z')).toBeNull();
    expect(frozen(all, '2026-12-19T16:00:00Z')).toBe('2027-01-03T16:00:00.000Z');
    expect(frozen(all, '2027-01-03T15:59:59.999Z')).toBe('2027-01-03T16:00:00.000Z');
    expect(frozen(all, '2027-01-03T16:00:00Z')).toBeNull();
  });

  test('of the week goes over midnight and over the end of the week; an hour more where the clock is put back', () => {
    const all = freezes({ name: 'weekends', from: 'fri 18:00', until: 'mon 08:00', zone: 'Europe/Berlin' });
    expect(frozen(all, '2026-06-05T15:59:00Z')).toBeNull();
    expect(frozen(all, '2026-06-05T16:00:00Z')).toBe('2026-06-08T06:00:00.000Z');
    // Winter time begins on Sunday, 25 October.
    expect(frozen(all, '2026-10-23T16:00:00Z')).toBe('2026-10-26T07:00:00.000Z');
    const nights = freezes({ name: 'nights', days: ['fri', 'sat'], from: '22:00', until: '06:00', zone: 'UTC' });
    expect(frozen(nights, '2026-06-05T23:00:00Z')).toBe('2026-06-06T06:00:00.000Z');
    expect(frozen(nights, '2026-06-06T12:00:00Z')).toBeNull();
    expect(frozen(nights, '2026-06-07T05:59:00Z')).toBe('2026-06-07T06:00:00.000Z');
  });

  test('ends when the last of those that follow each other does, and is for the models that it names', () => {
    const all = freezes(
      { name: 'weekends', days: ['saturday', 'Sun'], zone: 'UTC' },
      { name: 'fair', from: '2026-06-08', until: '2026-06-10 12:00', zone: 'UTC', models: 'mail' },
    );
    expect(frozen(all, '2026-06-06T10:00:00Z')).toBe('2026-06-10T12:00:00.000Z');
    expect(frozen(all, '2026-06-06T10:00:00Z', 'photos')).toBe('2026-06-08T00:00:00.000Z');
    expect(frozenAt(all, 'mail', at('2026-06-09T10:00:00Z'))?.names).toEqual(['fair']);
  });

  test('that cannot be read is refused, with every problem named', () => {
    const bad = [
      { name: 'a', from: '2026-12-20', until: '2026-12-20', zone: 'Asia/Shanhai' },
      { name: 'a', days: ['sta'], from: '25:00' },
      { name: 'b', from: '2026-02-30', until: 'soon', zone: '+08:00' },
      { name: 'c', zone: 'UTC' },
      { name: 'd', days: [], zone: 'UTC' },
      { name: 'e', from: '2026-12-20T18:00:00Z', until: '12-24', zone: 'Asia/Beijing' },
    ];
    let problems: string[] = [];
    try {
      parsePolicy({ people, freeze: bad });
    } catch (error) {
      problems = String(error).split('\n');
    }
    for (const text of [
      'freeze.a: "Asia/Shanhai" is not a time zone (did you mean Asia/Shanghai?)',
      'freeze.a: until 2026-12-20 is not after from 2026-12-20',
      'freeze.a: a is there twice',
      'freeze.a: zone is missing',
      'freeze.a: days: "sta" is not a day',
      'freeze.a: from: "25:00" is not a time of day',
      'freeze.b: "+08:00" is not a time zone',
      'freeze.c: write from and until',
      'freeze.d: days is empty',
      'freeze.e: from: "2026-12-20T18:00:00Z" does not end with a time of day; it is what a clock in the freeze\'s zone shows',
      'freeze.e: until: "12-24" is not a date; no freeze is of every year, so write one for each; write 2026-12-20',
      'freeze.e: "Asia/Beijing" is not a time zone (did you mean Asia/Shanghai?)',
    ]) {
      expect(problems).toContainEqual(expect.stringContaining(text));
    }
    expect(() => freezes({ name: 'b', from: '2026-02-30', until: '2026-03-01', zone: 'UTC' })).toThrow(
      'there is no day 2026-02-30',
    );
    expect(() => freezes({ name: 'always', from: 'mon 00:00', until: 'mon 00:00', zone: 'UTC' })).toThrow(
      'leave no time in which a release of any model could go on',
    );
  });
});

test('a freeze that is over, or of a model that nobody knows, is told', () => {
  const all = freezes(
    { name: 'old', from: '2020-01-01', until: '2020-01-05', zone: 'UTC' },
    { name: 'fair', from: '2026-06-08', until: '2026-06-10', zone: 'UTC', models: ['mail', 'nosuch'] },
    { name: 'nights', days: ['mon'], zone: 'UTC', models: 'mial' },
  );
  const now = at('2026-06-09T00:00:00Z');
  expect(freezeWarnings(all, ['mail', 'photos'], now)).toEqual([
    'freeze.old: it is over already, and holds nothing any more',
    'freeze.fair: there is no model nosuch yet, so it holds none of that name',
    'freeze.nights: there is no model mial yet (did you mean mail?), so it holds none of that name',
  ]);
  expect(freezeWarnings(all, null, at('2020-01-04T23:00:00Z'))).toEqual([]);
});

test('people may have an apostrophe in their names', () => {
  const names = ["Fionn O'Brien", 'D’Arcy'];
  const policy = parsePolicy({
    people: { ...people, ...Object.fromEntries(names.map((name) => [name, { roles: 'approver' }])) },
  });
  expect(Object.keys(policy.people)).toEqual(expect.arrayContaining(names));
  const plan = parsePlan({
    model: 'm',
    data: 'mail',
    capabilities: ['spam'],
    people: { team: names },
    full: { approval: { from: [...names, 'team'] } },
  });
  expect(plan.full.approval?.from).toEqual([...names, 'team']);
  expect(() => parsePolicy({ people: { ...people, "o'": { roles: 'viewer' }, 'a/b': { roles: 'viewer' } } })).toThrow(
    /"o'" is not a usable name; use letters, digits, spaces and \. _ @ \+ -, beginning[^]*"a\/b" is not a usable name/,
  );
});
