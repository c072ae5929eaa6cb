/** `gradus webhook`: what it needs, and what it says of addresses that take what is sent and of those that do not. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshHome, gradus } from '../support/gradus.ts';
import { answer, startReceiver, type Receiver } from '../support/receiver.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const { environment, remove } = freshHome();
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver(secret);
});
afterAll(async () => {
  await receiver.close();
  remove();
});

const run = (args: string[], more: NodeJS.ProcessEnv) => gradus(['webhook', ...args], { ...environment, ...more });

test('a test event is signed, and what was answered is said, without what lets somebody in', async () => {
  const urls = `${receiver.url}?token=t0ken http://127.0.0.1:1/x`;
  const { code, out, err } = await run(['test'], { GRADUS_WEBHOOK_URLS: urls, GRADUS_WEBHOOK_SECRET: secret });
  expect(err).toBe('');
  expect(code).toBe(1);
  const [event] = receiver.received;
  expect(event?.event).toMatchObject({ version: 1, type: 'gradus.test', release: null });
  expect(out).toContain(` ✓ ${receiver.url} took ${event?.id}`);
  expect(out).toMatch(/ ✗ http:\/\/127\.0\.0\.1:1\/x: .+/);
  expect(out).not.toContain('t0ken');
});

test('one address can be named as it is shown; another secret is refused by it', async () => {
  const settings = {
    GRADUS_WEBHOOK_URLS: `${receiver.url}?token=t0ken`,
    GRADUS_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 8).toString('base64')}`,
  };
  const refused = await run(['test', receiver.url], settings);
  expect([refused.code, refused.out]).toEqual([1, ` ✗ ${receiver.url}: HTTP 401\n`]);
  const unknown = await run(['test', 'http://127.0.0.1:2/x'], settings);
  expect([unknown.code, unknown.err]).toEqual([2, expect.stringMatching(/is not in GRADUS_WEBHOOK_URLS/)]);
  receiver.always = answer(204);
  const taken = await run(['test', receiver.url, '--json'], { ...settings, GRADUS_WEBHOOK_SECRET: secret });
  expect(JSON.parse(taken.out)).toMatchObject({ results: [{ taken: true, why: null }] });
});

test('without settings it says which are missing', async () => {
  const { code, err } = await run(['test'], {});
  expect([code, err]).toEqual([2, expect.stringMatching(/GRADUS_WEBHOOK_URLS and GRADUS_WEBHOOK_SECRET are not set/)]);
});
