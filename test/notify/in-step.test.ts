/** A place that is kept in step with the releases: told of each change, again after failures, and when people are to be reminded. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { keepInStep } from '../../src/notify/in-step.ts';
import { waiting } from '../fixtures/report-mail.ts';
import { fakeOutbox } from '../support/fake-records.ts';

let changes: Map<string, number>;
let brought: string[];
let failures: string[];
let poison: string | null;
let stop: () => Promise<void>;

beforeEach(() => {
  [changes, brought, failures, poison, stop] = [new Map(), [], [], null, async () => undefined];
});
afterEach(() => stop());

function begin(reportOf: (id: string) => ReleaseReport = (id) => ({ ...waiting, id, waiting: null })): void {
  const ending = new AbortController();
  const ended = keepInStep(
    {
      channel: 'test',
      outbox: fakeOutbox(() => changes),
      releases: { find: async (id) => reportOf(id) },
      bring: async ({ id }) => {
        if (id === poison) throw new Error(`${id} cannot be told`);
        brought.push(id);
      },
      failed: (error) => void failures.push(error instanceof Error ? error.message : 'well again'),
      lookEveryMs: 10,
    },
    ending.signal,
  );
  stop = async () => {
    ending.abort();
    await ended;
  };
}

test('a release that always fails holds up no other, and is told of once until it goes well', async () => {
  changes.set('r-1', 1).set('r-2', 2).set('r-3', 3);
  poison = 'r-1';
  begin();
  await expect.poll(() => brought).toEqual(['r-2', 'r-3']);
  changes.set('r-2', 4);
  await expect.poll(() => brought).toEqual(['r-2', 'r-3', 'r-2']);
  expect(failures).toEqual(['r-1 cannot be told']);
  poison = null;
  await expect.poll(() => brought, { timeout: 6_000 }).toContain('r-1');
  await expect.poll(() => failures).toEqual(['r-1 cannot be told', 'well again']);
}, 20_000);

test('a release that waits is looked at again when a reminder is due, though nothing of it has changed', async () => {
  const open = structuredClone(waiting.waiting);
  if (open === null) throw new Error('nothing waits');
  const now = Date.now();
  Object.assign(open, {
    withinMs: 2_000,
    since: new Date(now).toISOString(),
    until: new Date(now + 2_000).toISOString(),
  });
  changes.set('r-1', 1);
  begin((id) => ({ ...waiting, id, waiting: open }));
  // Once as it has changed, or as it is open; then at half of its time, and at nine tenths.
  await expect.poll(() => brought.length, { timeout: 500 }).toBeGreaterThanOrEqual(1);
  const before = brought.length;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, now + 2_400 - Date.now())));
  expect(brought.length - before).toBe(2);
});
