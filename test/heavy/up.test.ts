/** `gradus up` with its real processes: ready, refused twice, back after each is killed, and nothing left at the end. */
import type { ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRun, type Addresses } from '../../src/platform/run-file.ts';
import { allGone, freshHome, gradus, outcomeOf, processesOf, startGradus, untilPrinted } from '../support/gradus.ts';

const { home, environment, remove } = freshHome();
let up: ChildProcess;
let addresses: Addresses;

const startWithinMs = 180_000;

async function start(): Promise<void> {
  up = startGradus(['up'], environment);
  await untilPrinted(up, 'Ready:', startWithinMs);
  const run = readRun(home);
  if (run === null || run.addresses === null) throw new Error('run.json has no addresses');
  addresses = run.addresses;
}

function pidOf(name: string): number {
  const pid = readRun(home)?.processes[name]?.pid;
  if (pid === undefined) throw new Error(`run.json does not know ${name}`);
  return pid;
}

async function eventually<T>(withinMs: number, attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

async function query(sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: addresses.database, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

async function withTemporal<T>(use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: addresses.temporal, connectTimeout: 2_000 });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

const pollersSchema = z.object({ pollers: z.array(z.object({ identity: z.string() })).default([]) });

/** Who takes activities of a queue, as Temporal's UI is told. */
async function pollers(queue: string): Promise<string[]> {
  const base = `${addresses.temporalUi}/api/v1/namespaces/default/task-queues`;
  const response = await fetch(`${base}/${queue}?taskQueueType=TASK_QUEUE_TYPE_ACTIVITY`);
  return pollersSchema.parse(await response.json()).pollers.map(({ identity }) => identity);
}

beforeAll(start, startWithinMs);

afterAll(async () => {
  up.kill('SIGKILL');
  for (const { pid } of processesOf(home)) process.kill(pid, 'SIGKILL');
  await allGone(home, 10_000);
  remove();
});

describe('while it runs', () => {
  test('every part answers where run.json says', async () => {
    expect((await fetch(`${addresses.gateway}/healthz`)).status).toBe(200);
    expect((await fetch(addresses.temporalUi ?? '')).status).toBe(200);
    expect(await query('select count(*)::int as n from plans')).toEqual([{ n: 0 }]);
    // Temporal lists who polls a moment after they have begun.
    await expect.poll(() => pollers('gradus'), { timeout: 10_000 }).toHaveLength(1);
    await expect.poll(() => pollers('gradus-training'), { timeout: 10_000 }).toHaveLength(1);
  });

  test('only the owner can read what has a secret in it', () => {
    for (const file of ['secret', 'run.json']) expect(statSync(path.join(home, file)).mode & 0o777).toBe(0o600);
    expect(statSync(home).mode & 0o077).toBe(0);
  });

  test('a second one on the same data is refused, with the process and the address of the first', async () => {
    const second = await gradus(['up'], environment);
    expect(second.code).toBe(1);
    expect(second.err).toContain(`process ${up.pid}`);
    expect(second.err).toContain(addresses.gateway);
    expect((await fetch(`${addresses.gateway}/healthz`)).status).toBe(200);
  });

  test('commands find it by themselves', async () => {
    const saved = await gradus(
      ['plan', 'save', 'small', '-'],
      environment,
      'model: m\ndata: mail\ncapabilities: [spam]\n',
    );
    expect(saved).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse((await gradus(['plan', 'list', '--json'], environment)).out)).toEqual(['small']);
  });

  test('a killed PostgreSQL is back on its port with what was written', async () => {
    process.kill(pidOf('postgres'), 'SIGKILL');
    const rows = await eventually(30_000, () => query('select name from plans'));
    expect(rows).toEqual([{ name: 'small' }]);
  });

  test('a killed Temporal server is back on its port with its workflows', async () => {
    await withTemporal((client) =>
      client.workflow.start('nobody', { taskQueue: 'nobody-polls', workflowId: 'lasting' }),
    );
    process.kill(pidOf('temporal'), 'SIGKILL');
    const status = await eventually(30_000, () =>
      withTemporal(async (client) => (await client.workflow.getHandle('lasting').describe()).status.name),
    );
    expect(status).toBe('RUNNING');
    await withTemporal((client) => client.workflow.getHandle('lasting').terminate());
  });

  test('a killed gateway is back on its port', async () => {
    process.kill(pidOf('gateway'), 'SIGKILL');
    const response = await eventually(30_000, () => fetch(`${addresses.gateway}/healthz`));
    expect(response.status).toBe(200);
  });

  test('a killed worker and a killed trainer are back and take work', async () => {
    for (const name of ['worker', 'trainer']) {
      const before = pidOf(name);
      process.kill(before, 'SIGKILL');
      await eventually(30_000, async () => expect(pidOf(name)).not.toBe(before));
    }
    // Its plan names a version that nobody has: the workflow runs, and the start is told the reason.
    const plan = 'model: m\nversion: v9\ncapabilities: [spam]\n';
    const released = await gradus(['release', 'start', '-', '--wait', '--by', 'ann'], environment, plan);
    expect(released.err).toContain('m has no version v9');
    expect(released.code).toBe(2);
  });

  test('what is said to a release that has ended is refused in its words', async () => {
    const approved = await gradus(['release', 'approve', 'm-1', '--by', 'ann'], environment);
    expect(approved.code).toBe(2);
    expect(approved.err).toContain('no release "m-1" under way');
  });
});

test("with servers of the operator's own, only ours are started", async () => {
  const other = freshHome();
  const own = { ...other.environment, DATABASE_URL: addresses.database, TEMPORAL_ADDRESS: addresses.temporal };
  const second = startGradus(['up'], own);
  try {
    await untilPrinted(second, 'Ready:', startWithinMs);
    const run = readRun(other.home);
    expect(Object.keys(run?.processes ?? {}).sort()).toEqual(['gateway', 'trainer', 'worker']);
    expect(run?.addresses).toMatchObject({ database: addresses.database, temporal: addresses.temporal });
    expect(await gradus(['plan', 'list'], own)).toMatchObject({ code: 0, out: 'small\n' });
    const ended = outcomeOf(second);
    second.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0 });
    expect(await allGone(other.home, 2_000)).toEqual([]);
    expect((await fetch(`${addresses.gateway}/healthz`)).status).toBe(200);
  } finally {
    second.kill('SIGKILL');
    await allGone(other.home, 20_000);
    other.remove();
  }
});

describe('a release by the command line', () => {
  const plan = `model: mail
strategy: one-shot
train: { data: mail, epochs: 1, share: 5%, units: 16, embedding: 8, length: 20, vocabulary: 500 }
capabilities: [spam, html]
internal test: { gate: accuracy >= 0.1, approval: { from: ann, within: 1 hour } }
`;

  test('is started, approved by who may, and carried to all users', async () => {
    const started = startGradus(['release', 'start', '-', '--wait', '--by', 'bob'], environment);
    started.stdin?.end(plan);
    const ended = outcomeOf(started);
    await untilPrinted(started, 'waits for ann', 240_000);
    const status = await gradus(['release', 'status'], environment);
    const seen = /evidence ([0-9a-f]{8})/.exec(status.out.replace(/\s+/g, ' '))?.[1] ?? '';
    const refused = await gradus(['release', 'approve', '--by', 'bob'], environment);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.err).toContain('bob may not decide this');
    const other = await gradus(['release', 'approve', '--by', 'ann', '--evidence', '00000000'], environment);
    expect([other.code, other.err]).toEqual([1, expect.stringContaining('the evidence is not what ann saw any more')]);
    const second = await gradus(['release', 'start', '-'], environment, plan);
    expect(second).toMatchObject({ code: 1 });
    expect(second.err).toContain('is being released by mail-1');
    const approved = await gradus(
      ['release', 'approve', '--by', 'ann', '--why', 'looks right', '--evidence', seen],
      environment,
    );
    expect(approved).toMatchObject({ code: 0, err: '' });
    const { code, out } = await ended;
    expect(code).toBe(0);
    expect(out).toContain('approved by ann: looks right');
    expect(out).toContain('N(0) = 2, P(0) = 1.00');
  });

  test('that was terminated can still be rolled back', async () => {
    const started = await gradus(['release', 'start', '-', '--by', 'bob'], environment, plan);
    expect(started).toMatchObject({ code: 0 });
    await withTemporal(async (client) => {
      await client.workflow.getHandle('mail-2').terminate();
      await client.workflow
        .getHandle('mail-2/1')
        .terminate()
        .catch(() => {});
    });
    const ended = await gradus(['release', 'rollback', 'mail-2', '--by', 'ann', '--why', 'stuck'], environment);
    // A worker looks every ten seconds for such releases, and may have looked in this one.
    if (ended.code === 1) expect(ended.err).toContain('rolled back by gradus: nothing carries it out any more');
    else expect(ended.out).toContain('mail-2: its workflow was terminated before; all its users go back to stable');
    const again = await gradus(['release', 'rollback', 'mail-2', '--by', 'ann'], environment);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('mail-2 has ended: failed') });
  });

  test('is watched when it has ended, listed, and reported', async () => {
    const watched = await gradus(['release', 'watch', 'mail-1'], environment);
    expect(watched).toMatchObject({ code: 0 });
    expect(watched.out).toContain('mail-1 released to all users');
    const listed: unknown = JSON.parse((await gradus(['release', 'list', '--json'], environment)).out);
    // What was refused at its start is no release.
    expect(listed).toMatchObject([
      { id: 'mail-2', state: 'failed' },
      { id: 'mail-1', state: 'released' },
    ]);
    const page = await gradus(['release', 'report', '--html'], environment);
    expect(page.out).toContain('<html');
  });

  test('gives applications answers, which they rate', async () => {
    const predicted = await gradus(['predict', 'spam', '--text', 'win money', '--user', 'u1', '--json'], environment);
    const answer = z.object({ id: z.string(), label: z.enum(['ham', 'spam']) }).parse(JSON.parse(predicted.out));
    const rated = await gradus(['feedback', answer.id, '--satisfaction', '1', '--label', 'spam'], environment);
    expect(rated).toMatchObject({ code: 0, err: '' });
    const rows = await eventually(10_000, async () => {
      const found = await query(`select correct_label from feedback`);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(rows).toEqual([{ correct_label: 'spam' }]);
  });
});

describe('when it ends', () => {
  test('SIGTERM stops everything in a few seconds and leaves nothing', async () => {
    const began = Date.now();
    const end = outcomeOf(up);
    up.kill('SIGTERM');
    expect(await end).toMatchObject({ code: 0 });
    expect(Date.now() - began).toBeLessThan(20_000);
    expect(await allGone(home, 2_000)).toEqual([]);
  });

  test('the records are read with nothing running, and nothing is left', async () => {
    const report = await gradus(['release', 'report', 'mail-1', '--json'], environment);
    expect(report.code).toBe(0);
    expect(JSON.parse(report.out)).toMatchObject({ id: 'mail-1', state: 'released' });
    const both = await Promise.all([gradus(['plan', 'list'], environment), gradus(['release', 'list'], environment)]);
    expect(both.map(({ code, err }) => [code, err])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    expect(await allGone(home, 2_000)).toEqual([]);
  });

  test('kill -9 leaves nothing either, and the next one starts on the same data', async () => {
    await start();
    up.kill('SIGKILL');
    expect(await allGone(home, 20_000)).toEqual([]);
    await start();
    expect(await query('select name from plans')).toEqual([{ name: 'small' }]);
  });

  test('one that starts while the processes of a killed one still end waits for them', async () => {
    const before = addresses;
    up.kill('SIGKILL');
    await start();
    expect(addresses.database.replace(/:\d+\//, '/')).toBe(before.database.replace(/:\d+\//, '/'));
    const end = outcomeOf(up);
    up.kill('SIGINT');
    expect(await end).toMatchObject({ code: 0 });
    expect(await allGone(home, 2_000)).toEqual([]);
  });
});
