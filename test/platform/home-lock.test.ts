/** The lock of a data folder, and the marks by which processes are known again. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig } from '../../src/platform/config.ts';
import { guarded } from '../../src/platform/guard.ts';
import { lockHome } from '../../src/platform/home-lock.ts';
import { isAlive, markOf } from '../../src/platform/process-mark.ts';
import { readRun, writeRun } from '../../src/platform/run-file.ts';
import { deriveKey, readSecret } from '../../src/platform/secret.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'gradus-lock-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('a second one is refused until the first has let go', async () => {
  const unlock = await lockHome(home, 'up');
  await expect(lockHome(home, 'up')).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
  await unlock();
  const again = await lockHome(home, 'up');
  await again();
});

test('one that only reads is waited for', async () => {
  const unlock = await lockHome(home, 'reading');
  const second = lockHome(home, 'up');
  let free = false;
  setTimeout(() => {
    free = true;
    void unlock();
  }, 200);
  const later = await second;
  expect(free).toBe(true);
  await later();
});

test('the lock of a dead process, or of another one with its number, holds nobody up', async () => {
  const mark = markOf(process.pid);
  for (const holder of [{ pid: 999_999_999, began: 'x' }, { ...mark, began: 'long ago' }, 'torn']) {
    writeFileSync(path.join(home, 'up.lock'), JSON.stringify({ ...Object(holder), purpose: 'up' }));
    const unlock = await lockHome(home, 'up');
    expect(existsSync(path.join(home, 'up.lock'))).toBe(true);
    await unlock();
    expect(existsSync(path.join(home, 'up.lock'))).toBe(false);
  }
});

test('of many that try at once, one gets it', async () => {
  const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockHome(home, 'up')));
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('what a killed one has left is ended, and nothing else', async () => {
  const left = spawn('sleep', ['100'], { stdio: 'ignore' });
  const other = spawn('sleep', ['100'], { stdio: 'ignore' });
  const [leftMark, otherMark] = [markOf(left.pid ?? 0), markOf(other.pid ?? 0)];
  if (leftMark === null || otherMark === null) throw new Error('sleep did not start');
  const processes = { gateway: leftMark, worker: { ...otherMark, began: 'another time' } };
  writeRun(home, { up: { pid: 999_999_999, began: '' }, startedAt: '', addresses: null, processes });
  const unlock = await lockHome(home, 'up');
  expect(isAlive(leftMark)).toBe(false);
  expect(isAlive(otherMark)).toBe(true);
  expect(readRun(home)).toBeNull();
  other.kill();
  await unlock();
});

test('a guarded program keeps its number and ends with the pipe that we hold', async () => {
  const [command, args] = guarded('TERM', '/bin/sh', ['-c', `echo $$ > ${home}/pid; exec sleep 100`]);
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  await expect.poll(() => existsSync(path.join(home, 'pid'))).toBe(true);
  const mark = markOf(child.pid ?? 0);
  if (mark === null) throw new Error('it did not start');
  child.stdin.destroy();
  await expect.poll(() => isAlive(mark), { timeout: 5_000 }).toBe(false);
});

test('a guarded program that does not end when it is asked is killed', { timeout: 30_000 }, async () => {
  const stubborn = `trap "" TERM; echo x > ${home}/trapped; while :; do sleep 0.1; done`;
  const [command, args] = guarded('TERM', '/bin/sh', ['-c', stubborn]);
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  await expect.poll(() => existsSync(path.join(home, 'trapped'))).toBe(true);
  const mark = markOf(child.pid ?? 0);
  if (mark === null) throw new Error('it did not start');
  child.stdin.destroy();
  await expect.poll(() => isAlive(mark), { timeout: 25_000 }).toBe(false);
});

test('the secret is made once, for its owner alone, also when two ask at once', async () => {
  const config = readConfig({ GRADUS_HOME: home, TEMPORAL_CONFIG_FILE: path.join(home, 'none') }, home);
  const [one, two] = await Promise.all([readSecret(config), readSecret(config)]);
  expect(one).toBe(two);
  expect(one.length).toBeGreaterThanOrEqual(64);
  expect(statSync(path.join(home, 'secret')).mode & 0o777).toBe(0o600);
  expect(await readSecret({ ...config, secret: 'given' })).toBe('given');
  expect(deriveKey(one, 'a')).toHaveLength(32);
  expect(deriveKey(one, 'a').equals(deriveKey(one, 'b'))).toBe(false);
});
