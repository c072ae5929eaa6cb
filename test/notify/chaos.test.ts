/** Events through everything that goes wrong at once, with the real store: none is lost, and none changes on its way. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Notices } from '../../src/domain/outbox.ts';
import { createBell } from '../../src/notify/bell.ts';
import { sendAll } from '../../src/notify/sending.ts';
import { channelOf, post } from '../../src/notify/webhook.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { seeded } from '../statistics/seeded.ts';
import { testServer, type TestServer } from '../support/postgres.ts';
import { answer, startReceiver, type Receiver } from '../support/receiver.ts';

const key = Buffer.alloc(32, 7);
const shape = z.looseObject({ id: z.string() });
const many = 400;

let server: TestServer;
let store: Store;
let receiver: Receiver;

beforeAll(async () => {
  server = await testServer();
  store = await openStore(server.url);
  receiver = await startReceiver(`whsec_${key.toString('base64')}`);
}, 60_000);
afterAll(async () => {
  await receiver.close();
  await store.close();
  await server.end();
});

/** A sender that dies now and then between the answer and its note of it, as one that is killed. */
function mortal(notices: Notices, dies: () => boolean, die: () => void): Notices {
  return {
    ...notices,
    taken: async (channel, notice) => {
      if (!dies()) return notices.taken(channel, notice);
      die();
      // Nothing more is heard of it; its lease runs out.
      return undefined;
    },
  };
}

test(`of ${many} events, through an address that fails and senders that die, each arrives, with the same words each time`, async () => {
  const { uniform: random } = seeded(7);
  const channel = channelOf(receiver.url);
  receiver.always = (response) => {
    const luck = random();
    if (luck < 0.1) return answer(500)(response);
    if (luck < 0.13) return answer(429, { 'retry-after': '0' })(response);
    if (luck < 0.2) return void response.destroy();
    return answer(204)(response);
  };
  const bodies = Array.from({ length: many }, (_, i) => ({
    id: `evt_${i}`,
    type: 'release.started',
    time: '2026-01-05T14:03:22.000Z',
    data: { b: 'déjà vu', a: i },
  }));
  const ending = new AbortController();
  async function live(): Promise<void> {
    while (!ending.signal.aborted) {
      const death = new AbortController();
      const notices = mortal(
        store.notices,
        () => random() < 0.05,
        () => death.abort(),
      );
      await sendAll(
        {
          channel,
          name: 'chaos',
          notices,
          bell: createBell(),
          send: ({ body }, signal) => post({ url: receiver.url, keys: [key] }, shape.parse(body), signal),
          leaseMs: 400,
          say: () => undefined,
          pauses: { afterTry: (tries) => 10 * tries, giveUpAfterMs: 120_000, lookEveryMs: 10 },
        },
        AbortSignal.any([ending.signal, death.signal]),
      );
    }
  }
  const living = Promise.all([live(), live(), live()]);
  for (let i = 0; i < many; i += 50) {
    const some = bodies.slice(i, i + 50);
    // Noted twice, as after a crash of whoever notes.
    for (let again = 0; again < 2; again++) {
      await store.notices.note(
        channel,
        'r',
        some.map((body) => ({ key: body.id, body })),
      );
    }
  }
  const stands = { waiting: 0, taken: many, givenUp: 0 };
  await expect.poll(() => store.notices.standing(channel), { timeout: 50_000 }).toMatchObject(stands);
  ending.abort();
  await living;
  const arrived = new Map<string, Set<string>>();
  for (const { id, body } of receiver.received) arrived.set(id, (arrived.get(id) ?? new Set()).add(body));
  expect(arrived.size).toBe(many);
  expect([...arrived].filter(([, words]) => words.size !== 1)).toEqual([]);
  for (const body of bodies) expect([...(arrived.get(body.id) ?? [])]).toEqual([JSON.stringify(body)]);
  expect(receiver.received.length).toBeGreaterThan(many);
}, 60_000);
