/** The live view in a real (pseudo) terminal, on a release that really runs: looked at, approved by keys, and followed to its end. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { columns } from '../../src/cli/lines.ts';
import { readRun } from '../../src/platform/run-file.ts';
import { startSystem, type System } from './system.ts';

const hasPython = spawnSync('python3', ['-c', 'import pty']).status === 0;

const plan = {
  model: 'mail',
  strategy: 'one-shot',
  train: { data: 'mail', epochs: 1, share: '5%', units: 16, embedding: 8, length: 20, vocabulary: 500 },
  capabilities: ['spam', 'html'],
  'internal test': { gate: 'accuracy >= 0.1', approval: { from: 'ann', within: '1 hour' } },
};

interface Watching {
  child: ChildProcess;
  all(): string;
  screen(): string[];
  type(text: string): void;
  until(words: string, withinMs?: number): Promise<void>;
  untilGone(words: string): Promise<void>;
  ended: Promise<number | null>;
}

function watch(args: string[], environment: NodeJS.ProcessEnv, [rows, width]: [number, number]): Watching {
  const runner = path.resolve('test/support/in-terminal.py');
  const gradus = [process.execPath, path.resolve('bin/gradus.mjs'), 'release', 'watch', ...args];
  const child = spawn('python3', [runner, String(rows), String(width), ...gradus], {
    env: { ...environment, TERM: 'xterm-256color' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let all = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (all += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const screen = (): string[] => stripVTControlCharacters(all.split('\u001b[H').at(-1) ?? '').split('\r\n');
  return {
    child,
    all: () => all,
    screen,
    type: (text) => void child.stdin.write(text),
    async until(words, withinMs = 30_000) {
      const deadline = Date.now() + withinMs;
      while (!screen().join('\n').includes(words)) {
        if (Date.now() > deadline) throw new Error(`no "${words}" in time:\n${screen().join('\n')}`);
        await sleep(50);
      }
    },
    async untilGone(words) {
      const deadline = Date.now() + 30_000;
      while (screen().join('\n').includes(words)) {
        if (Date.now() > deadline) throw new Error(`still "${words}":\n${screen().join('\n')}`);
        await sleep(50);
      }
    },
    ended,
  };
}

describe.skipIf(!hasPython)('release watch in a terminal', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  }, 200_000);
  afterAll(async () => system.stop());

  test('asks, refuses and approves by keys, survives the loss of servers, and ends with the release', async () => {
    const { environment } = system;
    await system.start('mail-1', plan);
    const seen = watch(['mail-1', '--by', 'eve'], environment, [30, 100]);
    await seen.until('waits for ann', 240_000);
    expect(seen.screen()).toHaveLength(30);
    expect(seen.screen().filter((line) => columns(line) > 100)).toEqual([]);

    seen.type('a');
    await seen.until('why:');
    seen.type('let me\r');
    await seen.until('Sure to approve?');
    seen.type('y');
    await seen.until('eve may not decide this');
    seen.type('q');
    expect(await seen.ended).toBe(0);
    expect(seen.all().split('\u001b[?1049l')[1]).toContain('mail-1 goes on');

    const other = watch(['--by', 'ann'], environment, [24, 80]);
    await other.until('waits for you');
    system.kill('postgres');
    const temporal = readRun(String(environment['GRADUS_HOME']))?.processes['temporal']?.pid ?? 0;
    process.kill(temporal, 'SIGSTOP');
    try {
      await other.until('Temporal does not answer');
      expect(other.screen().join('\n')).toContain('waits for you');
    } finally {
      process.kill(temporal, 'SIGCONT');
    }
    await other.untilGone('does not answer');
    other.type('alooks right\r');
    await other.until('Sure to approve?');
    other.type('y');
    expect(await other.ended).toBe(0);
    const left = other.all().split('\u001b[?1049l')[1];
    expect(left).toContain('released to all users');
    expect(left).toContain('gradus release report mail-1');
    expect(await system.rows(`select report->'decisions' as d from releases where id = 'mail-1'`)).toMatchObject([
      {
        d: expect.arrayContaining([
          expect.objectContaining({ by: 'ann', why: 'looks right', via: expect.stringMatching(/^cli, typed by /) }),
        ]),
      },
    ]);
  });
});
