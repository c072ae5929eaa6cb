/** What others are told of a release: each thing once, in order, under a name that stays the same. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { eventsOf, eventTypes, type ReleaseEvent } from '../../src/domain/events.ts';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { baking, justStarted, released, rolledBack, waiting } from '../fixtures/report-mail.ts';
import { at } from '../fixtures/report-parts.ts';

const soon = Date.parse(at(110));
const events = (report: ReleaseReport, nowMs = soon): ReleaseEvent[] =>
  eventsOf(report, 'http://temporal.example/r', nowMs).map(({ event }) => event);
const types = (report: ReleaseReport, nowMs?: number): string[] => events(report, nowMs).map(({ type }) => type);

test('a release that is not planned yet has nothing to say', () => {
  expect(types(justStarted)).toEqual([]);
});

test('a release tells its way in order, from its start to its end', () => {
  const all = events(released);
  expect(all.map(({ time }) => time)).toEqual(all.map(({ time }) => time).sort());
  expect(all[0]).toMatchObject({
    version: 1,
    type: 'release.started',
    time: at(0),
    release: { id: 'mail-assistant-2', model: 'mail-assistant', stable: 'v1', strategy: 'gradual' },
    data: { by: 'ann', capabilities: ['spam', 'html', 'topic', 'automated', 'platform', 'reply'] },
  });
  expect(all.at(-1)).toMatchObject({ type: 'release.ended', data: { state: 'released', n: 6, p: 1 } });
  expect(all.filter(({ type }) => type === 'release.stage.begun').map(({ time }) => time)).toEqual([
    at(43),
    at(89),
    at(142),
  ]);
  const shares = all.filter(({ type }) => type === 'release.exposure.changed').map(({ data }) => data);
  expect(shares.slice(0, 4)).toEqual([
    { stage: 1, step: 'internal test', capabilities: ['spam', 'html'], from: 0, to: 0, revision: 10 },
    { stage: 1, step: 'gray', capabilities: ['spam', 'html'], from: 0, to: 0.02, revision: 11 },
    { stage: 1, step: 'gray', capabilities: ['spam', 'html'], from: 0.02, to: 0.1, revision: 12 },
    { stage: 1, step: 'gray', capabilities: ['spam', 'html'], from: 0.1, to: 0.25, revision: 13 },
  ]);
  expect(shares).toHaveLength(18);
});

test('a rollback says of which stage and why, and comes before the end', () => {
  const all = events(rolledBack);
  const [back, end] = all.slice(-2);
  expect(back).toMatchObject({
    type: 'release.stage.rolled_back',
    time: at(73),
    data: { stage: 1, capabilities: ['spam', 'html'], reason: expect.stringContaining('satisfaction') },
  });
  expect(end).toMatchObject({ type: 'release.ended', data: { state: 'rolledBack', released: [], n: 0, p: 0 } });
});

describe('a request', () => {
  test('carries what somebody needs to decide, and what they have to send back', () => {
    const asked = events(waiting).at(-1);
    expect(asked).toMatchObject({
      type: 'release.decision.asked',
      time: at(104),
      data: {
        request: 'stage-2-internal-test-5f2c',
        evidence: 'e'.repeat(64),
        change: '2 % of users get topic and automated next',
        from: ['ann', 'bo', 'demo-approver'],
        approvedBy: [],
        until: at(104 + 2 * 86_400),
        otherwise: 'reject',
        measured: [expect.stringContaining('topic: accuracy 0.612'), expect.stringContaining('automated')],
      },
    });
  });

  test('keeps its name when it is decided, and the decision follows it', () => {
    if (waiting.waiting === null) throw new Error('nothing waits');
    const closed = { request: waiting.waiting, outcome: 'approved' as const, at: at(200), by: 'ann, bo', why: 'good' };
    const decided = { ...waiting, waiting: null, requests: [closed] };
    const [asked, made] = events(decided).slice(-2);
    expect(asked?.id).toBe(events(waiting).at(-1)?.id);
    expect(made).toMatchObject({
      type: 'release.decision.made',
      data: { request: waiting.waiting.id, outcome: 'approved', by: 'ann, bo', why: 'good' },
    });
  });

  test('is reminded of when half of its time is over and when nine tenths are, each under a name of its own', () => {
    const half = events(waiting, Date.parse(at(104 + 86_400))).at(-1);
    const late = events(waiting, Date.parse(at(104 + 1.8 * 86_400))).at(-1);
    expect(half).toMatchObject({ type: 'release.decision.reminded', time: at(104 + 86_400) });
    expect(late).toMatchObject({ type: 'release.decision.reminded', time: at(104 + 1.8 * 86_400) });
    expect(half?.id).not.toBe(late?.id);
  });
});

describe('an event says how the release was when it happened, whenever it is told', () => {
  const states = (report: ReleaseReport) => events(report).map(({ type, release }) => [type, release.state]);

  test('a release that was paused for a while was paused then, and only then', () => {
    const says = { stage: null, step: null, by: 'ann', why: '' };
    const decisions = [
      { ...says, at: at(60), what: 'paused' },
      { ...says, at: at(62), what: 'resumed' },
    ];
    const all = states({ ...rolledBack, decisions });
    const paused = all.filter(([, state]) => state === 'paused').map(([type]) => type);
    expect(paused).toEqual(['release.paused', 'release.exposure.changed']);
    expect(all.slice(-2)).toEqual([
      ['release.stage.rolled_back', 'running'],
      ['release.ended', 'rolledBack'],
    ]);
    // Told while it went on, the same was said.
    const before = states({ ...baking, decisions });
    expect(before).toEqual(all.slice(0, before.length));
  });

  test('its candidate is known when it was trained, or was named by the plan', () => {
    const candidates = (report: ReleaseReport) => events(report).map(({ release }) => release.candidate);
    const [first, ...rest] = candidates(released);
    expect(first).toBeNull();
    expect(new Set(rest)).toEqual(new Set(['v2']));
    if (released.plan === null) throw new Error('there is no plan');
    const named = (version: string): ReleaseReport['plan'] =>
      released.plan && { ...released.plan, candidate: { kind: 'version', version } };
    expect(candidates({ ...released, candidate: null, plan: named('v2') })[0]).toBe('v2');
    expect(candidates({ ...released, plan: named('4f1c') })[0]).toBeNull();
  });

  test('while it waits for its model, nobody knows what it will be compared with', () => {
    const standing = { kind: 'queued' as const, why: 'queued behind mail-1', until: null };
    const queued = { ...baking, candidate: null, stable: null, stages: [], exposures: [], steps: [], decisions: [] };
    const stables = (report: ReleaseReport) => events(report).map(({ type, release }) => [type, release.stable]);
    const waits = [['release.started', null], ['release.held', null]]; // prettier-ignore
    expect(stables({ ...queued, standing, standingSince: at(1) })).toEqual(waits);
    const later = stables({ ...baking, standing: null, queuedUntil: at(40) });
    expect(later.slice(0, 2)).toEqual([
      ['release.started', null],
      ['release.stage.begun', 'v1'],
    ]);
  });

  test('a request had no approvals yet, its first time, and the users of that moment', () => {
    if (waiting.waiting === null) throw new Error('nothing waits');
    const request = { ...waiting.waiting, otherwise: 'hold' as const };
    const long = { ...request, until: at(104 + 4 * 86_400), escalated: true, approvedBy: ['ann', 'bo'] };
    const closed = { request: long, outcome: 'approved' as const, at: at(300_000), by: 'ann, bo', why: '' };
    const asked = (report: ReleaseReport) => events(report).find(({ type }) => type === 'release.decision.asked')?.data;
    const first = asked({ ...waiting, waiting: { ...request, approvedBy: [] } });
    expect(first).toMatchObject({ until: at(104 + 2 * 86_400), otherwise: 'ask once more', approvedBy: [] });
    const full = waiting.stages.map((stage) => ({ ...stage, exposure: 1 }));
    expect(asked({ ...waiting, waiting: null, stages: full, requests: [closed] })).toEqual(first);
  });
});

test('a pause and its end are told', () => {
  const says = { stage: null, step: null, by: 'ann', why: 'lunch' };
  const decisions = [
    { ...says, at: at(60), what: 'paused' },
    { ...says, at: at(70), what: 'resumed' },
  ];
  const all = events({ ...baking, decisions });
  expect(all.filter(({ type }) => /paused|resumed/.test(type)).map(({ time, data }) => [time, data])).toEqual([
    [at(60), { by: 'ann', why: 'lunch' }],
    [at(70), { by: 'ann', why: 'lunch' }],
  ]);
});

test('what holds a release from outside is told once, and again when it is something else', () => {
  const frozen = { kind: 'frozen' as const, why: 'year end', until: at(90_000) };
  const told = (standing: ReleaseReport['standing'], nowMs?: number) =>
    events(standing === undefined ? baking : { ...baking, standing }, nowMs).filter(
      ({ type }) => type === 'release.held',
    );
  expect(told(undefined)).toEqual([]);
  expect(told(null)).toEqual([]);
  const [first] = told(frozen);
  expect(first).toMatchObject({ time: at(110), data: frozen });
  expect(told(frozen, soon + 60_000)[0]?.id).toBe(first?.id);
  expect(told({ ...frozen, until: at(180_000) })[0]?.id).not.toBe(first?.id);
});

/** As its stage was begun, asked about, held and rolled back; told again after a reset, `later` seconds later. */
function resetAfter(later: number): ReleaseReport {
  const [one] = rolledBack.stages;
  if (one === undefined || waiting.waiting === null) throw new Error('there is nothing to reset');
  return {
    ...rolledBack,
    endedAt: null,
    stages: [{ ...one, begunAt: at(43 + later), endedAt: at(73 + later) }],
    exposures: [],
    decisions: [],
    waiting: { ...waiting.waiting, stage: 1, since: at(50 + later), until: at(50 + later), withinMs: 20_000 },
    standing: { kind: 'stopped', why: 'an outage', until: null },
    standingSince: at(60 + later),
  };
}

test('what happens again after a reset is told again, and once however often it is looked at', () => {
  const told = (report: ReleaseReport, nowMs: number) => events(report, nowMs).map(({ type, id }) => `${type} ${id}`);
  const first = told(resetAfter(0), soon);
  const second = told(resetAfter(3600), soon + 3_600_000);
  expect(second.filter((one) => first.includes(one)).map((one) => one.split(' ')[0])).toEqual(['release.started']);
  expect(told(resetAfter(3600), soon + 3_700_000)).toEqual(second);
  // It began a new run, or another worker tells it: the report is the same, and so are the names.
  expect(told({ ...resetAfter(0), reason: 'another run' }, soon)).toEqual(first);
});

test('a reminder after a reset is another one', () => {
  const reminder = (later: number) => {
    const { waiting: asked, ...report } = resetAfter(later);
    if (asked === null) throw new Error('nothing waits');
    const until = at(50 + later + 100);
    const open = { ...report, standing: null, waiting: { ...asked, until, withinMs: 100_000 } };
    return events(open, Date.parse(at(50 + later + 60))).find(({ type }) => type === 'release.decision.reminded')?.id;
  };
  expect(reminder(0)).toMatch(/^evt_/);
  expect(reminder(0)).toBe(reminder(0));
  expect(reminder(3600)).toMatch(/^evt_/);
  expect(reminder(3600)).not.toBe(reminder(0));
});

test('what began before Gradus noted when keeps its name', () => {
  const names = (report: ReleaseReport) => eventsOf(report, null, soon).map(({ key }) => key);
  expect(names(rolledBack)).toEqual(expect.arrayContaining(['stage/1', 'rolledBack/1']));
  const held = { ...baking, standing: { kind: 'frozen' as const, why: 'year end', until: null } };
  expect(names(held).filter((key) => /^held\/frozen\/[0-9a-f]{16}$/.test(key))).toHaveLength(1);
});

test('names are distinct, the same however often they are made, and every type occurs', () => {
  const ids = events(released).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(events({ ...released, state: 'paused' }).map(({ id }) => id)).toEqual(ids);
  expect(ids.every((id) => /^evt_[0-9a-f]{32}$/.test(id))).toBe(true);
  const other = events({ ...released, id: 'mail-assistant-9' }).map(({ id }) => id);
  expect(other.filter((id) => ids.includes(id))).toEqual([]);
  expect(new Set(eventTypes).size).toBe(eventTypes.length);
});

/** The JSON of each type in docs/webhooks.md, by the type's name. */
function documented(): Map<string, unknown> {
  const text = readFileSync('docs/webhooks.md', 'utf8');
  const parts = [
    ...text.matchAll(/^`(release\.[a-z_.]+)`(?:, (?:and )?`(release\.[a-z_.]+)`)?[^]*?```json\n([^]*?)```/gm),
  ];
  return new Map(
    parts.flatMap(([, one = '', other, json = '']) =>
      [one, ...(other ? [other] : [])].map((type) => [type, JSON.parse(json)] as const),
    ),
  );
}

test('every type is documented with the JSON that it has', () => {
  const docs = documented();
  expect(new Set(docs.keys())).toEqual(new Set(eventTypes));
  if (waiting.waiting === null) throw new Error('nothing waits');
  const closed = { request: waiting.waiting, outcome: 'approved' as const, at: at(200), by: 'ann', why: '' };
  const says = { stage: null, step: null, by: 'ann', why: '' };
  const decisions = ['paused', 'resumed'].map((what, i) => ({ ...says, at: at(60 + i), what }));
  const standing = { kind: 'frozen' as const, why: 'year end', until: null };
  const all = [
    ...events(rolledBack),
    ...events({ ...waiting, requests: [closed], decisions, standing }, Date.parse(at(104 + 86_400))),
  ];
  for (const type of eventTypes) {
    const event = all.find((one) => one.type === type);
    expect(Object.keys(event?.data ?? {}), type).toEqual(Object.keys(docs.get(type) ?? {}));
  }
});
