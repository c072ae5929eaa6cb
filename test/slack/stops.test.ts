/** Stops of all releases in a channel, against a Slack of our own: told once each, wherever they were said. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StopAlls } from '../../src/domain/control.ts';
import type { Outbox } from '../../src/domain/outbox.ts';
import { tellStops } from '../../src/slack/stops.ts';
import { waiting } from '../fixtures/report-mail.ts';
import { fakeOutbox, fakeStopAlls } from '../support/fake-records.ts';
import { startSlackApi, type SlackApi } from '../support/slack/api.ts';
import { asText } from '../support/slack/as-text.ts';
import { slackOptions } from '../support/slack/example-workspace.ts';
import { clientOf } from '../support/slack/official-client.ts';

const channel = 'C0RELEASES';
let slack: SlackApi;
let stopAlls: StopAlls;
let outbox: Outbox;
let stop: () => Promise<void>;
let lines: string[];

beforeEach(async () => {
  slack = await startSlackApi(slackOptions());
  [stopAlls, outbox, lines, stop] = [fakeStopAlls(), fakeOutbox(() => new Map()), [], async () => undefined];
});
afterEach(async () => {
  await stop();
  await slack.close();
});

function begin(): void {
  const ending = new AbortController();
  const client = clientOf(slack, slackOptions().botToken, {
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
  const open = ['mail-1', 'mail-2', 'mail-3'].map((id) => ({ ...waiting, id }));
  const ended = tellStops(
    {
      client,
      channel,
      outbox,
      stopAlls,
      releases: { list: async () => open },
      afterEnd: async () => ({ goOn: ['mail-1'], held: [{ release: 'mail-2', why: 'paused by bob' }] }),
      say: (line) => lines.push(line),
    },
    ending.signal,
  );
  stop = async () => {
    ending.abort();
    await ended;
  };
}

const said = (): string[] => slack.messages(channel).map(({ blocks }) => asText(blocks));
const order = { id: 'press-1', by: 'ann', why: 'incident <4711>', rollBack: false };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('a stop is one message that says who, why and how many releases it is about; its end is another, seen in the channel', async () => {
  begin();
  await stopAlls.begin(order);
  await expect.poll(said, { timeout: 5_000 }).toHaveLength(1);
  expect(said()[0]).toBe(
    ':octagonal_sign: *All releases were stopped by ann*: incident &lt;4711&gt;\n' +
      '3 releases are under way: mail-1, mail-2 and mail-3.\n' +
      'Nobody more gets a candidate; guardrails stay watched. End it with: /gradus go-on WHY',
  );
  await stopAlls.end({ by: 'bob', why: 'repaired' });
  await expect.poll(said, { timeout: 5_000 }).toHaveLength(2);
  expect(said()[1]).toBe(
    ':arrow_forward: *bob let all releases go on*: repaired\nGoes on: mail-1. Not yet: mail-2 (paused by bob).',
  );
  const [first, second] = slack.messages(channel);
  expect([second?.subtype, second?.thread_ts]).toEqual(['thread_broadcast', first?.ts]);
  // Another process, or the same one again, says it no more.
  await stop();
  begin();
  await pause(1_500);
  expect(said()).toHaveLength(2);
}, 20_000);

test('two stops that end together are two messages and one end; a roll back says what becomes of users', async () => {
  await stopAlls.begin(order);
  await stopAlls.begin({ ...order, id: 'press-2', by: 'cem', rollBack: true });
  await stopAlls.end({ by: 'bob', why: '' });
  begin();
  await expect.poll(said, { timeout: 10_000 }).toHaveLength(3);
  await pause(1_500);
  expect(said()).toHaveLength(3);
  expect(said().filter((text) => text.includes('let all releases go on'))).toHaveLength(1);
  expect(said().find((text) => text.includes('by cem'))).toContain(
    'Users of every release under way go back to stable',
  );
}, 20_000);

test('is told once also where Slack is away or its answer is lost', async () => {
  slack.limit('chat.postMessage', { times: 1, retryAfterSeconds: 1 });
  slack.loseAnswer('chat.postMessage', 1);
  await stopAlls.begin(order);
  begin();
  await expect.poll(() => slack.calls('chat.postMessage').length, { timeout: 10_000 }).toBe(2);
  await expect
    .poll(async () => (await outbox.messages(`slack-stops:${channel}`, 'stop-all/1'))[0]?.ref, { timeout: 10_000 })
    .toBe(slack.messages(channel)[0]?.ts);
  expect(said()).toHaveLength(1);
  expect(lines[0]).toMatch(/^stops of all releases are not told in Slack yet/);
}, 25_000);

test('what was over long ago is no news for a channel that begins now', async () => {
  await stopAlls.begin(order);
  await stopAlls.end({ by: 'bob', why: '' });
  const all = await stopAlls.list();
  const long = '2026-01-01T00:00:00.000Z';
  const old = all.map((one) => ({ ...one, at: long, end: one.end && { ...one.end, at: long } }));
  stopAlls = { ...stopAlls, list: async () => old };
  begin();
  await pause(1_500);
  expect(said()).toEqual([]);
});
