import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { openStore, type Store } from '../../src/store/store.ts';
import { freePort, testServer, type TestServer } from '../support/postgres.ts';

const script = fileURLToPath(new URL('../support/gateway-child.mjs', import.meta.url));
let server: TestServer;
let store: Store;
let dataFolder: string;
let port: number;
let child: ChildProcess | null = null;

beforeAll(async () => {
  if (!existsSync(new URL('../../dist/src/gateway/gateway.js', import.meta.url))) {
    throw new Error('dist/ is missing: run `node scripts/build.mjs` first');
  }
  server = await testServer();
  store = await openStore(server.url);
  dataFolder = await mkdtemp(path.join(tmpdir(), 'gradus-gateway-'));
  port = await freePort();
}, 60_000);

afterAll(async () => {
  child?.kill('SIGKILL');
  await store.close();
  await server.end();
  await rm(dataFolder, { recursive: true });
});

async function startChild(): Promise<void> {
  const started = spawn(process.execPath, [script, server.url, dataFolder, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  await new Promise<void>((resolve, reject) => {
    started.stdout.once('data', () => resolve());
    started.once('exit', (code) => reject(new Error(`the gateway ended with ${code}`)));
  });
}

async function killChild(): Promise<void> {
  const dying = child;
  if (dying === null) return;
  const gone = new Promise((resolve) => dying.once('exit', resolve));
  dying.kill('SIGKILL');
  await gone;
}

const answerSchema = z.object({ id: z.string(), version: z.string() });

/** Sends until it is acknowledged, as a careful client does. */
async function insist(place: string, body: object): Promise<unknown> {
  for (;;) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}${place}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (response.ok) return await response.json();
    } catch {
      // The gateway is dead at the moment.
    }
    await sleep(20);
  }
}

test('no acknowledged feedback is lost or doubled by kill -9 of the gateway and of PostgreSQL, and no user flips', async () => {
  const model = 'mail';
  const capabilities = ['spam'];
  await store.routes.set({ model, capabilities, phase: '', to: { kind: 'full', candidate: 'old' } });
  const exposure = { groups: [], gray: { salt: 's', share: 0.5 }, experiment: null };
  const revision = await store.routes.set({
    model,
    capabilities,
    phase: 'r/1/gray/0',
    to: { kind: 'exposed', candidate: 'new', exposure },
  });
  await startChild();
  await expect.poll(() => store.routes.confirmations(revision), { timeout: 10_000 }).toMatchObject({ confirmed: 1 });

  const acknowledged: string[] = [];
  const versions = new Map<string, Set<string>>();
  let over = false;
  const client = async (number: number): Promise<void> => {
    for (let i = 0; !over; i++) {
      const user = `user ${number}/${i % 10}`;
      const answer = answerSchema.parse(await insist('/v1/predict', { model, capability: 'spam', user, text: 'x' }));
      versions.set(user, (versions.get(user) ?? new Set()).add(answer.version));
      const feedbackId = `${number}-${i}`;
      await insist('/v1/feedback', { id: answer.id, satisfaction: 1, feedbackId });
      acknowledged.push(feedbackId);
    }
  };
  const clients = Array.from({ length: 8 }, (_, number) => client(number));
  for (let round = 0; round < 3; round++) {
    await sleep(400);
    await killChild();
    await startChild();
  }
  await sleep(300);
  // PostgreSQL dies; the gateway goes on, is killed, starts without it, and goes on again.
  await server.kill();
  await sleep(400);
  const before = acknowledged.length;
  await killChild();
  await startChild();
  await sleep(400);
  expect(acknowledged.length).toBeGreaterThan(before);
  await server.start();
  await sleep(300);
  over = true;
  await Promise.all(clients);

  const rows = async (): Promise<string[]> => {
    const database = new pg.Client({ connectionString: server.url });
    await database.connect();
    const result = await database.query(`select split_part(id, '/', 2) as id from feedback order by id`);
    await database.end();
    return z
      .array(z.object({ id: z.string() }))
      .parse(result.rows)
      .map(({ id }) => id);
  };
  await expect.poll(async () => (await rows()).length, { timeout: 20_000 }).toBe(acknowledged.length);
  expect((await rows()).sort()).toEqual(acknowledged.sort());
  expect([...versions.values()].filter((each) => each.size > 1)).toEqual([]);
  expect(new Set([...versions.values()].flatMap((each) => [...each]))).toEqual(new Set(['old', 'new']));
});
