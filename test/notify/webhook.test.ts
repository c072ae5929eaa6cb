/** Events on their way to real HTTP servers: each is taken, whatever those answer, and none holds up another. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { Notices } from '../../src/domain/outbox.ts';
import { createBell } from '../../src/notify/bell.ts';
import { sendAll, usualPauses, type Pauses } from '../../src/notify/sending.ts';
import { channelOf, post, shownUrl } from '../../src/notify/webhook.ts';
import { fakeNotices } from '../support/fake-notices.ts';
import { answer, startReceiver, type Receiver } from '../support/receiver.ts';

const sent = z.looseObject({ id: z.string() });
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const keys = [Buffer.alloc(32, 7)];
const quick: Pauses = { afterTry: (tries) => 40 * tries, giveUpAfterMs: 60_000, lookEveryMs: 10 };

let receiver: Receiver;
let notices: Notices;
let lines: string[];
let stops: (() => Promise<void>)[];

beforeEach(async () => {
  receiver = await startReceiver(secret);
  [notices, lines, stops] = [fakeNotices(), [], []];
});
afterEach(async () => {
  for (const stop of stops) await stop();
  await receiver.close();
});

const eventOf = (id: string) => ({ id, type: 'release.started', time: '2026-01-05T14:03:22.000Z', data: {} });
const note = (url: string, ...ids: string[]) =>
  notices.note(
    channelOf(url),
    'r',
    ids.map((id) => ({ key: id, body: eventOf(id) })),
  );

function send(url: string, pauses = quick, withinMs = 5_000): () => Promise<void> {
  const ending = new AbortController();
  const ended = sendAll(
    {
      channel: channelOf(url),
      name: shownUrl(url),
      notices,
      bell: createBell(),
      send: ({ body }, signal) => post({ url, keys, withinMs }, sent.parse(body), signal),
      leaseMs: 10_000,
      say: (line) => lines.push(line),
      pauses,
    },
    ending.signal,
  );
  const stop = async (): Promise<void> => {
    ending.abort();
    await ended;
  };
  stops.push(stop);
  return stop;
}

const ids = (from = receiver): string[] => from.received.map(({ id }) => id);

test('every event arrives signed, in order, once', async () => {
  await note(receiver.url, 'evt_1', 'evt_2', 'evt_3');
  send(receiver.url);
  await expect.poll(() => ids()).toEqual(['evt_1', 'evt_2', 'evt_3']);
  expect(receiver.received[0]?.event).toEqual(eventOf('evt_1'));
  await expect
    .poll(() => notices.standing(channelOf(receiver.url)))
    .toMatchObject({ waiting: 0, taken: 3, givenUp: 0 });
});

test('one that is not taken comes again under its id with growing pauses, and others pass it', async () => {
  receiver.answers.push(answer(500), answer(204), answer(302, { location: '/elsewhere' }), answer(404));
  await note(receiver.url, 'evt_1', 'evt_2');
  send(receiver.url);
  await expect.poll(() => ids()).toEqual(['evt_1', 'evt_2', 'evt_1', 'evt_1', 'evt_1']);
  const at = receiver.received.filter(({ id }) => id === 'evt_1').map(({ atMs }) => atMs);
  const pauses = at.slice(1).map((ms, i) => ms - (at[i] ?? 0));
  [40, 80, 120].forEach((least, i) => expect(pauses[i]).toBeGreaterThanOrEqual(least - 2));
  expect(new Set(receiver.received.filter(({ id }) => id === 'evt_1').map(({ body }) => body)).size).toBe(1);
  expect(lines).toEqual([
    expect.stringMatching(/does not take what is sent; it is kept and tried again: HTTP 500/),
    expect.stringMatching(/takes what is sent again/),
    expect.stringMatching(/HTTP 302: it points elsewhere/),
    expect.stringMatching(/takes what is sent again/),
  ]);
});

test('an address that says how long to wait gets nothing until then', async () => {
  receiver.answers.push(answer(429, { 'retry-after': '1' }));
  await note(receiver.url, 'evt_1', 'evt_2');
  send(receiver.url);
  await expect.poll(() => ids().slice(1).sort(), { timeout: 5_000 }).toEqual(['evt_1', 'evt_2']);
  const [refused, next] = receiver.received;
  expect((next?.atMs ?? 0) - (refused?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
});

test('an address that is gone gets nothing more until somebody resumes it', async () => {
  receiver.answers.push(answer(410));
  await note(receiver.url, 'evt_1', 'evt_2');
  send(receiver.url);
  await expect.poll(() => lines).toEqual([expect.stringMatching(/nothing is sent there any more: .*410/)]);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(ids()).toEqual(['evt_1']);
  await notices.resume(channelOf(receiver.url));
  await expect.poll(() => ids().slice(1).sort()).toEqual(['evt_1', 'evt_2']);
});

test('an address that hangs is given up on in time, and holds up no other', async () => {
  const slow = await startReceiver(secret);
  stops.push(slow.close);
  slow.always = () => undefined;
  await note(slow.url, 'evt_1', 'evt_2');
  await note(receiver.url, 'evt_1', 'evt_2');
  send(slow.url, quick, 300);
  send(receiver.url);
  await expect.poll(() => ids(), { timeout: 250 }).toEqual(['evt_1', 'evt_2']);
  await expect.poll(() => lines).toEqual([expect.stringMatching(/no answer within 0.3 s/)]);
  slow.always = null;
  await expect.poll(() => new Set(ids(slow)).size).toBe(2);
  await expect.poll(async () => (await notices.standing(channelOf(slow.url))).waiting).toBe(0);
});

test('nobody there: it is kept, and arrives when somebody is; cut off by our own end, it is sent by the next process', async () => {
  const { url } = receiver;
  await receiver.close();
  await note(url, 'evt_1');
  const stop = send(url);
  await expect.poll(() => lines).toEqual([expect.stringMatching(/ECONNREFUSED/)]);
  receiver = await startReceiver(secret, Number(new URL(url).port));
  receiver.always = () => undefined;
  await expect.poll(() => ids()).toEqual(['evt_1']);
  await stop();
  receiver.always = null;
  send(url);
  await expect.poll(() => ids()).toEqual(['evt_1', 'evt_1']);
});

test('after a day of refusals an event is given up, and that is said', async () => {
  receiver.always = answer(503);
  await note(receiver.url, 'evt_1');
  send(receiver.url, { ...quick, giveUpAfterMs: 200 });
  await expect.poll(() => lines.at(-1)).toMatch(/evt_1 is given up after \d+ tries in .*: HTTP 503/);
  const standing = await notices.standing(channelOf(receiver.url));
  expect(standing).toMatchObject({ waiting: 0, givenUp: 1, problem: expect.stringMatching(/HTTP 503 \(after/) });
});

test('pauses grow from seconds to two hours, and sum up to a day in some twenty tries', () => {
  const at = (tries: number): number => usualPauses.afterTry(tries);
  expect(at(1)).toBeGreaterThanOrEqual(4_000);
  expect(at(1)).toBeLessThanOrEqual(6_000);
  let [sum, tries] = [0, 0];
  while (sum < usualPauses.giveUpAfterMs) sum += at(++tries);
  expect(tries).toBeGreaterThan(14);
  expect(tries).toBeLessThan(30);
  expect(at(1000)).toBeLessThanOrEqual(2 * 3_600_000 * 1.2);
});
