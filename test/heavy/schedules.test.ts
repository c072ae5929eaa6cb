/** Schedules on the real server, by the command line: made, looked at, triggered, paused, made up for, taken away. */
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { gradus, outcomeOf, untilPrinted } from '../support/gradus.ts';
import { startSystem, type System } from './system.ts';

const plan = path.join(tmpdir(), `gradus-learn-${process.pid}.yaml`);
const iterationsSchema = z.array(z.object({ number: z.number(), workflow: z.string(), outcome: z.string() }));
const entrySchema = z.object({ subject: z.string(), what: z.string(), by: z.string(), via: z.string().optional() });
const hasPython = spawnSync('python3', ['--version']).status === 0;
let system: System;

beforeAll(async () => {
  system = await startSystem();
  writeFileSync(plan, 'model: learner\ndata: mail\ncapabilities: [spam]\niterate: { every: 2 hours }\n');
}, 300_000);
afterAll(async () => system.stop(), 60_000);

const cli = (...args: string[]) => gradus(args, system.environment);

async function done(...args: string[]): Promise<string> {
  const { code, out, err } = await cli(...args);
  expect(code, `${args.join(' ')}: ${err}`).toBe(0);
  return out;
}

async function iterations(): Promise<z.infer<typeof iterationsSchema>> {
  return iterationsSchema.parse(JSON.parse(await done('iteration', 'list', '--model', 'learner', '--json')));
}

async function untilThereAre(count: number): Promise<z.infer<typeof iterationsSchema>> {
  await expect.poll(async () => (await iterations()).length, { timeout: 60_000, interval: 500 }).toBe(count);
  return iterations();
}

describe('gradus schedule', () => {
  it('names every problem of what it is given, and makes nothing', async () => {
    const wrong = ['--every', '3', '--overlap', 'never', '--jitter', 'soon'];
    const { code, err } = await cli('schedule', 'create', 'a b', plan, ...wrong);
    expect(code).toBe(2);
    for (const problem of ['the name: "a b"', '--every: "3" has no unit', '--overlap: "never"', '--jitter: "soon"']) {
      expect(err).toContain(problem);
    }
    const cron = await cli('schedule', 'create', 'learn', plan, '--cron', '61 * * * *');
    expect([cron.code, cron.err]).toEqual([
      2,
      expect.stringContaining('"61 * * * *" in UTC is not a time that it knows (Minute is not in range [0-59])'),
    ]);
    const late = await cli('schedule', 'create', 'learn', plan, '--catch-up', '1 second');
    expect([late.code, late.err]).toEqual([2, expect.stringContaining('is less than the 10 seconds')]);
    expect(await done('schedule', 'list')).toContain('There is no schedule yet');
    const unknown = await cli('schedule', 'trigger', 'learn');
    expect(unknown.err).toContain('There is no schedule "learn"');
  });

  it('looks when it is told to, and says what came of it', async () => {
    expect(await done('schedule', 'create', 'learn', plan, '--by', 'ann')).toContain('learn looks every 2 hours');
    expect((await cli('schedule', 'create', 'learn', plan)).err).toContain('There is a schedule learn already');
    await done('schedule', 'trigger', 'learn');
    const [first] = await untilThereAre(1);
    expect(first?.workflow).toMatch(/^learn-/);
    expect(first?.outcome).toMatch(/^nothing to learn yet: corrections 0 < 200/);
    const shown = await done('schedule', 'show', 'learn');
    expect(shown).toMatch(/learn: learner, every 2 hours\n.*made by ann; while one is under way: skip/);
    expect(shown).toContain(first?.workflow);
    expect(shown).toContain('put off by chance: no; made up for when missed: looks of the last 1 day');
    expect(await done('iteration', 'show')).toContain('iteration 1 of learner: nothing to learn yet');
  });

  it('stands still while it is paused, and makes up for a time that is over', async () => {
    await done('schedule', 'pause', 'learn', '--by', 'ann', '--why', 'labels are being cleaned');
    expect(await done('schedule', 'list')).toMatch(/learn +learner +every 2 hours +paused/);
    expect(await done('schedule', 'show', 'learn')).toContain('paused by ann: labels are being cleaned');
    expect(await done('schedule', 'resume', 'learn', '--by', 'bob')).toMatch(/learn looks next at 2\d\d\d-/);

    const wrong = await cli('schedule', 'backfill', 'learn', '--from', 'yesterday', '--until', '2026-01-01T00:00Z');
    expect(wrong.err).toContain('--from: not a time');
    // Six hours, every two hours: three looks, wherever the first one falls.
    const until = new Date(Date.now() - 3_600_000);
    const from = new Date(until.getTime() - 6 * 3_600_000 + 1000);
    await done('schedule', 'backfill', 'learn', '--from', from.toISOString(), '--until', until.toISOString());
    const all = await untilThereAre(4);
    expect(new Set(all.map(({ workflow }) => workflow)).size).toBe(4);
  });

  it('counts first what it would make up for, and makes many looks only where that is said', async () => {
    const long = ['--from', '2020-01-01T00:00Z', '--until', '2026-01-01T00:00Z'];
    const refused = await cli('schedule', 'backfill', 'learn', ...long);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('learn had at least 1,000 looks due')]);
    // Three days, every two hours.
    const days = await cli(
      'schedule',
      'backfill',
      'learn',
      '--from',
      '2026-01-01T00:00Z',
      '--until',
      '2026-01-04T00:00Z',
    );
    expect(days.err).toContain('learn had 36 looks due in that time');
    expect(await iterations()).toHaveLength(4);
  });

  it('refuses a look that could only fail because the model is being released', async () => {
    const other = path.join(tmpdir(), `gradus-other-${process.pid}.yaml`);
    writeFileSync(other, 'model: learner\ndata: mail\ncapabilities: [spam]\nfull: { approval: { from: ann } }\n');
    await done('release', 'start', other);
    const refused = await cli('schedule', 'trigger', 'learn');
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('learner is being released by learner-1')]);
    await done('release', 'rollback', 'learner-1', '--why', 'it was only a test');
    await expect
      .poll(async () => (await cli('release', 'list', '--open', '--json')).out.trim(), { timeout: 60_000 })
      .toBe('[]');
    expect(await iterations()).toHaveLength(4);
  });

  it('is for operators alone, and who did what or was refused is in the audit log', async () => {
    const policy = path.join(tmpdir(), `gradus-policy-${process.pid}.yaml`);
    writeFileSync(policy, 'people: { root: { roles: admin }, ann: { roles: operator }, li: { roles: viewer } }\n');
    await done('policy', 'set', policy, '--by', 'root');
    const period = ['--from', '2026-01-01T00:00Z', '--until', '2026-01-02T00:00Z'];
    for (const [command, ...more] of [['pause'], ['resume'], ['trigger'], ['delete'], ['backfill', ...period]]) {
      const viewer = await cli('schedule', command ?? '', 'learn', ...more, '--by', 'li');
      expect([viewer.code, viewer.err]).toEqual([1, expect.stringContaining('li may not do that')]);
      const stranger = await cli('schedule', command ?? '', 'learn', ...more, '--by', 'nobody');
      expect([stranger.code, stranger.err]).toEqual([1, expect.stringContaining('nobody is not in the policy')]);
    }
    expect(await done('schedule', 'list')).not.toContain('paused');
    await done('schedule', 'pause', 'learn', '--by', 'ann');
    expect((await cli('release', 'start', plan, '--by', 'li')).code).toBe(1);
    expect((await cli('release', 'approve', 'learner-1', '--by', 'li')).code).toBe(1);
    const entries = (await done('audit', 'export'))
      .trim()
      .split('\n')
      .map((line) => entrySchema.parse(JSON.parse(line)));
    const ofSchedule = entries.filter(({ subject }) => subject === 'schedule learn');
    expect(ofSchedule.at(-1)).toMatchObject({ what: 'paused the schedule', by: 'ann' });
    expect(ofSchedule.at(-1)?.via).toBe(`cli, typed by ${userInfo().username}@${hostname()}`);
    expect(ofSchedule.filter(({ by }) => by === 'li').map(({ what }) => what)).toEqual(
      ['pause', 'resume', 'trigger', 'delete', 'backfill'].map((operation) => `${operation} was refused`),
    );
    expect(ofSchedule[0]).toMatchObject({ what: 'made the schedule', by: 'ann' });
    const of = (subject: string) => entries.flatMap((one) => (one.subject === subject ? [[one.what, one.by]] : []));
    expect(of('release of learner')).toEqual([['start was refused', 'li']]);
    const me = userInfo().username;
    const [asked, started] = [
      ['asked for the release', me],
      ['started the release', me],
    ];
    expect(of('learner-1')).toEqual(expect.arrayContaining([asked, started, ['asked to roll back', me]]));
    expect(of('learner-1').slice(-2)).toEqual([
      ['ended: rolled back: no user has this model', 'gradus'],
      ['approve was refused', 'li'],
    ]);
    expect(await done('audit', 'verify')).toContain('all as they were written');
  });

  it.skipIf(!hasPython)('asks in a terminal before it is taken away, and stays where that is not wanted', async () => {
    const ask = path.resolve('test/support/in-terminal.py');
    const args = [process.execPath, path.resolve('bin/gradus.mjs'), 'schedule', 'delete', 'learn', '--by', 'ann'];
    const child = spawn('python3', [ask, '24', '100', ...args], { env: system.environment });
    const ended = outcomeOf(child);
    await untilPrinted(child, 'Delete it? (yes/no)', 30_000);
    child.stdin.write('no\n');
    const { code, out } = await ended;
    expect([code, out]).toEqual([130, expect.stringContaining('learn stays as it was')]);
    expect(await done('schedule', 'list')).toContain('learn');
  });

  it('is taken away', async () => {
    await done('schedule', 'delete', 'learn', '--by', 'ann');
    expect((await cli('schedule', 'show', 'learn')).err).toContain('There is no schedule "learn"');
    expect(await iterations()).toHaveLength(4);
  });
});
