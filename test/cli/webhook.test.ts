/** `gradus webhook`: what it needs, and what it says of addresses that take what is sent and of those that do not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { markOf } from '../../src/platform/process-mark.ts';
import { removeRun, writeRun } from '../../src/platform/run-file.ts';
import { freshHome, gradus } from '../support/gradus.ts';
import { testServer, type TestServer } from '../support/postgres.ts';
import { answer, startReceiver, type Receiver } from '../support/receiver.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const { home, environment, remove } = freshHome();
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
  expect([unknown.code, unknown.err]).toEqual([2, expect.stringMatching(/is none of GRADUS_WEBHOOK_URLS/)]);
  receiver.always = answer(204);
  const taken = await run(['test', receiver.url, '--json'], { ...settings, GRADUS_WEBHOOK_SECRET: secret });
  expect(JSON.parse(taken.out)).toMatchObject({ results: [{ taken: true, why: null }] });
});

test('without settings it says which are missing', async () => {
  const { code, err } = await run(['test'], {});
  expect([code, err]).toEqual([2, expect.stringMatching(/GRADUS_WEBHOOK_URLS and GRADUS_WEBHOOK_SECRET are not set/)]);
});

describe('what is listed', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await testServer();
  });
  afterAll(() => server.end());

  const [a, b] = ['https://a.example/hook?token=t0ken', 'https://b.example/hook'];
  const list = (urls: string, ...args: string[]) =>
    run(['list', ...args], {
      DATABASE_URL: server.url,
      ...(urls === '' ? {} : { GRADUS_WEBHOOK_URLS: urls, GRADUS_WEBHOOK_SECRET: secret }),
    });
  /** As a `gradus up` that goes on notes what it tells. */
  const running = (webhooks: string[]): void => {
    const up = markOf(process.pid);
    if (up === null) throw new Error('this process has no mark');
    writeRun(home, { up, startedAt: '', addresses: null, processes: {}, webhooks });
  };

  test('is what the running system tells, whatever this shell has, and where the two differ', async () => {
    running([a]);
    const same = await list('', '--json');
    expect(JSON.parse(same.out), same.err).toMatchObject([{ url: 'https://a.example/hook', told: true, taken: 0 }]);
    const other = await list(b);
    expect(other.out).toContain(`As gradus up (process ${process.pid}) has it.`);
    expect(other.out).toMatch(/https:\/\/a\.example\/hook +0 +0 +0 +well/);
    expect(other.out).toMatch(/https:\/\/b\.example\/hook .*not told: .*start gradus up again/);
    expect(other.out).not.toContain('t0ken');
    const resumed = await run(['resume', 'https://a.example/hook'], { DATABASE_URL: server.url });
    expect([resumed.code, resumed.err]).toEqual([0, '']);
  });

  test('says so where nothing runs here: these are the settings of this shell', async () => {
    removeRun(home);
    const { out } = await list(b);
    expect(out).toContain('As the settings of this shell have it: no gradus up runs on');
    expect(JSON.parse((await list(b, '--json')).out)).toMatchObject([{ url: b, told: null }]);
  });

  test('names what runs where it tells nobody', async () => {
    running([]);
    const { code, err } = await list('');
    expect([code, err]).toEqual([2, expect.stringContaining(`gradus up (process ${process.pid}) tells nobody`)]);
  });
});
