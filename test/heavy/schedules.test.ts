/** Schedules on the real server, by the command line: made, looked at, triggered, paused, made up for, taken away. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { gradus } from '../support/gradus.ts';
import { startSystem, type System } from './system.ts';

const plan = path.join(tmpdir(), `gradus-learn-${process.pid}.yaml`);
const iterationsSchema = z.array(z.object({ number: z.number(), workflow: z.string(), outcome: z.string() }));
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

  it('is taken away', async () => {
    await done('schedule', 'delete', 'learn');
    expect((await cli('schedule', 'show', 'learn')).err).toContain('There is no schedule "learn"');
    expect(await iterations()).toHaveLength(4);
  });
});
