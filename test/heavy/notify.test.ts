/** Others are told of releases (webhooks, e-mail) by the whole system, while processes are killed and addresses fail. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { gradus } from '../support/gradus.ts';
import { startSmtp, type SmtpServer } from '../support/smtp.ts';
import { answer, startReceiver, type Received, type Receiver } from '../support/receiver.ts';
import { startSystem, until, type System } from './system.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

let good: Receiver;
let bad: Receiver;
let smtp: SmtpServer;
let system: System;
let number = 0;

beforeAll(async () => {
  good = await startReceiver(secret);
  bad = await startReceiver(secret);
  smtp = await startSmtp();
  system = await startSystem({
    GRADUS_WEBHOOK_URLS: `${good.url} ${bad.url}`,
    GRADUS_WEBHOOK_SECRET: secret,
    GRADUS_SMTP_URL: smtp.url,
    GRADUS_SMTP_FROM: 'gradus@models.example',
    GRADUS_MAIL_TO: 'team@models.example',
  });
}, 300_000);
afterAll(async () => {
  await system.stop();
  await good.close();
  await bad.close();
  await smtp.close();
}, 60_000);

async function start() {
  number += 1;
  const model = `told-${number}`;
  const plan = {
    model,
    train: { data: 'mail', share: 0.05, epochs: 1, units: 16, embedding: 16 },
    capabilities: ['spam'],
    strategy: 'one-shot',
    'internal test': { gate: 'accuracy >= 0.1' },
    full: { approval: { from: 'bob', within: '20 s', else: 'reject' } },
  };
  return system.start(model, plan);
}

const waits = (report: ReleaseReport): boolean => report.waiting !== null;
const typesOf = (receiver: Receiver, release: string): string[] =>
  receiver.received
    .filter(({ event }) => JSON.stringify(event['release']).includes(`"${release}"`))
    .map(({ event }) => event.type);
const subjects = (release: string): (string | undefined)[] =>
  smtp.arrived.map(({ mail }) => mail.subject).filter((subject) => subject?.includes(`${release} `));
const distinct = (receiver: Receiver, release: string): string[] => [...new Set(typesOf(receiver, release))];

it('every event arrives, though one address hangs and the process is killed in the midst of it', async () => {
  bad.always = () => undefined;
  const handle = await start();
  await until(handle, 'waiting', waits);
  await expect.poll(() => typesOf(good, handle.workflowId), { timeout: 30_000 }).toContain('release.decision.asked');
  await expect.poll(() => typesOf(bad, handle.workflowId), { timeout: 30_000 }).toContain('release.started');
  await expect.poll(() => subjects(handle.workflowId), { timeout: 30_000 }).toHaveLength(1);
  // Killed while the answer of the other address is open.
  system.kill('notify');
  bad.always = null;
  await gradus(['release', 'approve', handle.workflowId, '--by', 'bob'], system.environment);
  expect((await handle.result()).state).toBe('released');
  const all = [
    'release.started',
    'release.stage.begun',
    'release.decision.asked',
    'release.decision.made',
    'release.exposure.changed',
    'release.ended',
  ];
  await expect.poll(() => distinct(good, handle.workflowId).sort(), { timeout: 60_000 }).toEqual([...all].sort());
  await expect.poll(() => distinct(bad, handle.workflowId).sort(), { timeout: 90_000 }).toEqual([...all].sort());
  expect(good.received.length).toBe(new Set(good.received.map(({ id }) => id)).size);
  // What was under way when its process was killed comes again, under its id.
  const list = async (): Promise<unknown> =>
    JSON.parse((await gradus(['webhook', 'list', '--json'], system.environment)).out);
  const stands = { taken: all.length, waiting: 0, givenUp: 0, stopped: null };
  await expect.poll(list, { timeout: 60_000, interval: 2_000 }).toMatchObject([stands, stands]);
  expect(typesOf(bad, handle.workflowId).filter((type) => type === 'release.started').length).toBeGreaterThan(1);
  expect(new Set(bad.received.map(({ id }) => id)).size).toBe(all.length);
  await expect
    .poll(() => subjects(handle.workflowId), { timeout: 30_000 })
    .toEqual([expect.stringContaining('asks for a decision'), `${handle.workflowId} ended: all users have it`]);
});

it('a request that nobody answers is reminded of, and a rollback is told', async () => {
  bad.always = answer(410);
  const handle = await start();
  await until(handle, 'waiting', waits);
  const report = await handle.result();
  expect(report.state).toBe('rolledBack');
  await expect
    .poll(() => typesOf(good, handle.workflowId), { timeout: 30_000 })
    .toEqual([
      'release.started',
      'release.stage.begun',
      'release.decision.asked',
      'release.decision.reminded',
      'release.decision.reminded',
      'release.decision.made',
      'release.stage.rolled_back',
      'release.ended',
    ]);
  await expect
    .poll(() => subjects(handle.workflowId), { timeout: 30_000 })
    .toEqual([
      expect.stringMatching(/^told-2 asks for a decision/),
      expect.stringMatching(/^Reminder: told-2 asks for a decision/),
      expect.stringMatching(/^Reminder: told-2 asks for a decision/),
      'told-2 was rolled back: spam',
    ]);
  await sleep(1_500);
  expect(typesOf(bad, handle.workflowId)).toEqual(['release.started']);
  // Another shell knows nothing of these addresses, and the one who asks there is told all the same.
  const { GRADUS_WEBHOOK_URLS: _, GRADUS_WEBHOOK_SECRET: __, ...elsewhere } = system.environment;
  const listed = await gradus(['webhook', 'list'], elsewhere);
  expect(listed.out).toContain('stopped: the address answered HTTP 410 (gone)');
  bad.always = null;
  const resumed = await gradus(['webhook', 'resume', bad.url], elsewhere);
  expect(resumed.out).toMatch(/is sent to again; \d wait/);
  await expect.poll(() => distinct(bad, handle.workflowId).length, { timeout: 30_000 }).toBe(7);
});

it('a release that is reset and rolled back again tells of it again', async () => {
  const handle = await start();
  await until(handle, 'waiting', waits);
  await gradus(['release', 'reject', handle.workflowId, '--by', 'bob', '--why', 'not yet'], system.environment);
  expect((await handle.result()).state).toBe('rolledBack');
  const told = (type: string): Received[] =>
    good.received.filter(
      ({ event }) => event.type === type && JSON.stringify(event['release']).includes(`"${handle.workflowId}"`),
    );
  await expect.poll(() => told('release.ended'), { timeout: 30_000 }).toHaveLength(1);
  const again = await system.resetToStage(handle);
  await until(again, 'waiting again', waits);
  await gradus(['release', 'reject', handle.workflowId, '--by', 'bob', '--why', 'no'], system.environment);
  expect((await again.result()).state).toBe('rolledBack');
  await expect.poll(() => told('release.ended'), { timeout: 30_000 }).toHaveLength(2);
  for (const type of ['release.stage.begun', 'release.decision.asked', 'release.stage.rolled_back']) {
    expect(new Set(told(type).map(({ id }) => id)).size, type).toBe(2);
  }
  expect(told('release.started')).toHaveLength(1);
});
