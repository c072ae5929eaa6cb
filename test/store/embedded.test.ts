import { spawn } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startEmbedded } from '../../src/store/embedded.ts';
import { freePort, postgresBin, testServer, type TestServer } from '../support/postgres.ts';

vi.setConfig({ testTimeout: 60_000 });

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
}, 60_000);
afterAll(() => server.end());

async function query(text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test('asks for the password that is kept for its owner alone', async () => {
  expect((await stat(path.join(server.folder, 'password'))).mode & 0o777).toBe(0o600);
  const wrong = new pg.Client({ connectionString: server.url.replace(/:[0-9a-f]{48}@/, ':wrong@') });
  await expect(wrong.connect()).rejects.toThrow(/password authentication failed/);
  expect(await query('select 1 as one')).toEqual([{ one: 1 }]);
});

test('refuses a folder that a live server uses, and names its process', async () => {
  const options = { bin: postgresBin, dataFolder: server.folder, port: await freePort(), log: `${server.folder}.log` };
  await expect(startEmbedded(options)).rejects.toMatchObject({
    code: 'ALREADY_RUNNING',
    message: expect.stringContaining(String(server.pid)),
  });
});

test('says so when the port is taken', async () => {
  const options = {
    bin: postgresBin,
    dataFolder: `${server.folder}-2`,
    port: server.port,
    log: `${server.folder}.log`,
  };
  await expect(startEmbedded(options)).rejects.toMatchObject({ code: 'SETTING_INVALID' });
});

test('keeps what was committed through kill -9', async () => {
  await query('create table kept (n int)');
  await query('insert into kept values (7)');
  await server.kill();
  await server.start();
  expect(await query('select n from kept')).toEqual([{ n: 7 }]);
});

test('starts although the number of its dead server has come to mean another program', async () => {
  await server.kill();
  const other = spawn('sleep', ['60']);
  try {
    const lock = path.join(server.folder, 'data/postmaster.pid');
    const lines = (await readFile(lock, 'utf8')).split('\n');
    await writeFile(lock, [String(other.pid), ...lines.slice(1)].join('\n'));
    await server.start();
    expect(await query('select n from kept')).toEqual([{ n: 7 }]);
  } finally {
    other.kill();
  }
});

test('stops within a second while clients are connected', async () => {
  const client = new pg.Client({ connectionString: server.url });
  client.on('error', () => {});
  await client.connect();
  const before = Date.now();
  await server.stop();
  expect(Date.now() - before).toBeLessThan(1_000);
  await server.start();
});
