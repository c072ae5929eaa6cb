/** Every process is killed once in the middle of a release, and users notice nothing. Needs all native parts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { simulateUsers } from '../../src/cli/simulated-users.ts';
import { datasetPlaces, readConfig } from '../../src/platform/config.ts';
import { openDataset } from '../../src/datasets/index.ts';
import { smallPlan, startSystem, until, type System } from './system.ts';

let system: System;

beforeAll(async () => {
  system = await startSystem();
}, 240_000);
afterAll(async () => system.stop(), 60_000);

const routeSchema = z.object({
  capability: z.string(),
  stable: z.string().nullable(),
  candidate: z.string().nullable(),
  exposure: z.object({
    gray: z.object({ share: z.number() }).nullable(),
    experiment: z.object({ share: z.number() }).nullable(),
  }),
  phase: z.string(),
});
const changeSchema = z.object({ revision: z.number(), routes: z.array(routeSchema) });

it('survives kill -9 of trainer, worker, gateway, PostgreSQL and Temporal in mid-release', async () => {
  const first = await system.start('mail-assistant-1', smallPlan(0.05, { strategy: 'one-shot' }));
  const stable = await first.result();
  expect(stable.state).toBe('released');

  const data = await openDataset('mail', datasetPlaces(readConfig(system.environment)));
  const ending = new AbortController();
  const users = simulateUsers({
    gateway: system.addresses.gateway,
    model: 'mail-assistant',
    examples: data.part('held-out'),
    capabilities: ['spam', 'html'],
    users: 2000,
    perSecond: 60,
    testers: [],
    seed: 5,
    signal: ending.signal,
  });

  const handle = await system.start('mail-assistant-2', smallPlan(0.3));
  const isAt = (stage: number, step: string) => (report: { stages: { number: number; step: string | null }[] }) =>
    report.stages.some((each) => each.number === stage && each.step === step);

  await until(handle, 'training', ({ steps }) => steps[0]?.state === 'running');
  await sleep(1500);
  system.kill('trainer');
  await until(handle, 'in the gray release of stage 1', isAt(1, 'gray'));
  system.kill('worker');
  await sleep(3000);
  system.kill('gateway');
  await until(handle, 'in the A/B test of stage 1', isAt(1, 'A/B'));
  system.kill('postgres');
  await until(handle, 'in the gray release of stage 2', isAt(2, 'gray'));
  system.kill('temporal');
  const report = await until(handle, 'at its end', ({ endedAt }) => endedAt !== null, 240_000);
  await sleep(2000);
  ending.abort();
  const stats = await users;

  expect(report.state, report.reason).toBe('released');
  expect(report.curve.map(({ n, p }) => [n, p])).toEqual([
    [1, 0.5],
    [2, 1],
  ]);

  // No step was repeated that users would notice: each exposure was set once, and none shrank.
  const changes = (await system.rows('select revision, routes from route_changes order by revision')).map((row) =>
    changeSchema.parse(row),
  );
  for (const capability of ['spam', 'html']) {
    const exposures = changes
      .flatMap(({ routes }) => routes.filter((route) => route.capability === capability && route.candidate !== null))
      .map(({ exposure, phase }) => ({ phase, gray: exposure.gray?.share ?? 0, ab: exposure.experiment?.share ?? 0 }));
    const stage = capability === 'spam' ? 1 : 2;
    expect(exposures).toEqual([
      { phase: `mail-assistant-2/${stage}/gray/0`, gray: 0.1, ab: 0 },
      { phase: `mail-assistant-2/${stage}/gray/1`, gray: 0.4, ab: 0 },
      { phase: `mail-assistant-2/${stage}/ab/0`, gray: 0.4, ab: 0.5 },
    ]);
  }
  expect(await system.rows('select number from versions order by number')).toEqual([{ number: 1 }, { number: 2 }]);

  // No user was taken back from the candidate, and every rating that was acknowledged is there, once.
  expect(stats.flips).toBe(0);
  expect(stats.rated).toBeGreaterThan(300);
  const deadline = Date.now() + 20_000;
  let written = 0;
  while (written < stats.rated && Date.now() < deadline) {
    const [row] = await system.rows('select count(*)::int as n, count(distinct id)::int as ids from feedback');
    written = z.object({ n: z.number() }).parse(row).n;
    await sleep(200);
  }
  expect(written).toBeGreaterThanOrEqual(stats.rated);
  expect(written).toBeLessThanOrEqual(stats.rated + stats.unacknowledged);
}, 600_000);
