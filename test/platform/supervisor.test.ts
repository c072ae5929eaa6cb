/** One supervised process, a real one: it comes back when it ends, and is given up only after many tries. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { GradusError } from '../../src/domain/errors.ts';
import { endOf, stopChild, type Launched } from '../../src/platform/launched.ts';
import { supervise, type SupervisorEvent } from '../../src/platform/supervisor.ts';

/** Ready at once, or as soon as its script prints something. */
function launch(script: string, readyWhenPrinted = false): Launched {
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = endOf(child);
  const printed = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  return {
    pid: child.pid ?? 0,
    ready: readyWhenPrinted ? printed : Promise.resolve(),
    exited,
    stop: () => stopChild(child, exited, 300),
  };
}

function watch(launcher: () => Promise<Launched>, readyWithinMs = 10_000) {
  const events: SupervisorEvent[] = [];
  const supervised = supervise({
    launch: launcher,
    readyWithinMs,
    firstTries: 3,
    notify: (event) => events.push(event),
  });
  return { events, supervised, kinds: () => events.map(({ kind }) => kind) };
}

test('starts it again when it is killed, and says how it ended', async () => {
  const { supervised, events } = watch(async () => launch('exec sleep 100'));
  await supervised.ready;
  const first = supervised.pid();
  process.kill(first ?? 0, 'SIGKILL');
  await expect.poll(() => events.filter(({ kind }) => kind === 'ready').length).toBe(2);
  expect(supervised.pid()).not.toBe(first);
  expect(events).toContainEqual({ kind: 'died', reason: 'killed by SIGKILL', pauseMs: 0 });
  expect(events.at(-1)).toMatchObject({ kind: 'ready', again: true });
  await supervised.stop();
  expect(supervised.pid()).toBeNull();
});

test('waits longer each time while it ends at once', async () => {
  let starts = 0;
  const { supervised, events } = watch(async () => launch(++starts > 4 ? 'exec sleep 100' : 'exit 7'));
  await expect.poll(() => starts, { timeout: 5_000 }).toBe(5);
  const pauses = events.flatMap((event) => (event.kind === 'died' ? [event.pauseMs] : []));
  expect(pauses).toEqual([0, 100, 200, 400]);
  await supervised.stop();
});

test('gives up one that never becomes ready, with its last reason', async () => {
  const { supervised, kinds } = watch(async () => launch('exit 3', true));
  await expect(supervised.ready).rejects.toThrow('exit code 3');
  expect(kinds().filter((kind) => kind === 'starting')).toHaveLength(3);
  expect(kinds().at(-1)).toBe('gaveUp');
});

test('does not try again what a person has to change', async () => {
  let starts = 0;
  const { supervised } = watch(async () => {
    starts++;
    throw new GradusError('SETTING_INVALID', 'port 1 is taken');
  });
  await expect(supervised.ready).rejects.toMatchObject({ code: 'SETTING_INVALID' });
  expect(starts).toBe(1);
});

test('ends one that hangs while it starts', async () => {
  const { supervised } = watch(async () => launch('trap "" TERM; while :; do sleep 0.1; done', true), 100);
  await expect(supervised.ready).rejects.toThrow('not ready within 0.1 s');
});

test('stops at every moment: before the launch is through, and in a pause', async () => {
  const slow = watch(async () => {
    await sleep(200);
    return launch('exec sleep 100');
  });
  await slow.supervised.stop();
  expect(slow.supervised.pid()).toBeNull();
  await expect(slow.supervised.ready).rejects.toMatchObject({ code: 'NOT_RUNNING' });

  let starts = 0;
  const pausing = watch(async () => launch(starts++ === 0 ? 'sleep 0.3' : 'exit 1'));
  await expect.poll(() => starts).toBeGreaterThan(3);
  await pausing.supervised.stop();
  const then = starts;
  await sleep(1_000);
  expect(starts).toBe(then);
});
