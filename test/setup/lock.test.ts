/** One set-up at a time: real processes that want the same lock, and one that is killed while it holds it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder = '';
let started: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'gradus-lock-'));
  started = [];
});
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Takes the lock, does what `code` says and lets go; resolves with its lines when it has written `until` or has ended. */
function holder(code: string, until?: string): { child: ChildProcess; lines: Promise<string[]> } {
  const modules = ['lock', 'processes'].map((name) => new URL(`../../scripts/setup/${name}.mjs`, import.meta.url).href);
  const whole = `
    import { setTimeout as sleep } from 'node:timers/promises';
    import { takeLock } from '${modules[0]}';
    import { run, watchChildren } from '${modules[1]}';
    const lock = await takeLock(${JSON.stringify(path.join(folder, 'deep', 'lock'))}, (pid) => console.log('waits for', pid));
    watchChildren((pids) => lock.setChildren(pids));
    ${code}
    await lock.release();
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', whole], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  const lines = new Promise<string[]>((resolve) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += String(chunk);
      if (until !== undefined && text.includes(until)) resolve(text.trim().split('\n'));
    });
    child.on('close', () => resolve(text.trim().split('\n')));
  });
  return { child, lines };
}

test('the second waits for the first, and says for whom', async () => {
  const first = holder(`console.log('in', Date.now()); await sleep(700); console.log('out', Date.now());`, 'in');
  await first.lines;
  const second = await holder(`console.log('in', Date.now());`).lines;
  expect(second[0]).toBe(`waits for ${first.child.pid}`);
  expect(existsSync(path.join(folder, 'deep', 'lock'))).toBe(false);
});

test('of many only one is in at a time', async () => {
  const code = `console.log(Date.now()); await sleep(50); console.log(Date.now());`;
  const all = await Promise.all(Array.from({ length: 5 }, () => holder(code).lines));
  const times = all.map((lines) => lines.filter((line) => /^\d+$/.test(line)).map(Number));
  times.sort((a, b) => Number(a[0]) - Number(b[0]));
  for (const [index, [begin]] of times.entries()) {
    expect(begin).toBeGreaterThanOrEqual(times[index - 1]?.[1] ?? 0);
  }
});

test('what a killed one left is taken over, after the program that it started was ended', async () => {
  const first = holder(
    `void run(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']).catch(() => {});
     watchChildren((pids) => { lock.setChildren(pids); setTimeout(() => console.log('child', pids[0]), 300); });
     await sleep(60000);`,
    'child',
  );
  const pid = Number((await first.lines)[0]?.split(' ')[1]);
  expect(() => process.kill(pid, 0)).not.toThrow();
  first.child.kill('SIGKILL');
  const since = Date.now();
  const second = await holder(`console.log('in');`).lines;
  expect(second.at(-1)).toBe('in');
  expect(Date.now() - since).toBeLessThan(15_000);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});
