/** Bells: who waits is woken at once, and no ring is lost between two waits. */
import { expect, test } from 'vitest';
import { createBell } from '../../src/notify/bell.ts';

const never = new AbortController().signal;

async function took(work: Promise<void>): Promise<number> {
  const since = performance.now();
  await work;
  return performance.now() - since;
}

test('a ring ends a wait, also one that comes before it, and counts once', async () => {
  const bell = createBell();
  const waiting = took(bell.wait(5_000, never));
  setTimeout(bell.ring, 20);
  expect(await waiting).toBeLessThan(1_000);
  bell.ring();
  bell.ring();
  expect(await took(bell.wait(5_000, never))).toBeLessThan(1_000);
  expect(await took(bell.wait(60, never))).toBeGreaterThan(50);
});

test('a wait ends with its time, and with its signal', async () => {
  const bell = createBell();
  expect(await took(bell.wait(60, never))).toBeGreaterThan(50);
  const ending = new AbortController();
  const waiting = took(bell.wait(5_000, ending.signal));
  ending.abort();
  expect(await waiting).toBeLessThan(1_000);
  expect(await took(bell.wait(5_000, ending.signal))).toBeLessThan(1_000);
});
