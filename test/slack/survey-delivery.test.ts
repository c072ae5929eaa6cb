/** Surveys in direct messages, against a Slack of our own: whoever is asked is asked once, whatever goes wrong. */
import type { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Notices } from '../../src/domain/outbox.ts';
import { slackSurveys } from '../../src/domain/survey.ts';
import { askInSlack } from '../../src/slack/survey-delivery.ts';
import { fakeNotices } from '../support/fake-notices.ts';
import { startSlackApi, type SlackApi } from '../support/slack/api.ts';
import { slackOptions } from '../support/slack/example-workspace.ts';
import { clientOf } from '../support/slack/official-client.ts';

let slack: SlackApi;
let client: WebClient;
let notices: Notices;
let lines: string[];
let running: { stop: () => Promise<void> } | null;

beforeEach(async () => {
  slack = await startSlackApi(slackOptions());
  client = clientOf(slack, slackOptions().botToken, { retryConfig: { retries: 0 }, rejectRateLimitedCalls: true });
  [notices, lines, running] = [fakeNotices(), [], null];
});
afterEach(async () => {
  await running?.stop();
  await slack.close();
});

function begin(): void {
  const ending = new AbortController();
  const pauses = { afterTry: () => 50, giveUpAfterMs: 60_000, lookEveryMs: 50 };
  const ended = askInSlack({ client, notices, say: (line) => lines.push(line), pauses }, ending.signal);
  running = {
    stop: async () => {
      ending.abort();
      await ended;
    },
  };
}

async function note(survey: string, ...people: string[]): Promise<void> {
  const about = { model: 'mail', capability: 'spam' };
  const bodyOf = (person: string) => ({
    survey,
    user: `u-${person}`,
    slack: person,
    question: `How is ${survey}?`,
    about,
  });
  await notices.note(
    slackSurveys,
    `survey ${survey}`,
    people.map((person) => ({ key: `u-${person}`, body: bodyOf(person) })),
  );
}

const settled = async (): Promise<number> => {
  const { taken, givenUp } = await notices.standing(slackSurveys);
  return taken + givenUp;
};
const texts = (person: string): string[] => slack.messages(person).map(({ text }) => text);

test('nobody is asked twice where the answer of Slack is lost', async () => {
  slack.loseAnswer('chat.postMessage', 2);
  await note('one', 'U0ADA', 'U0EVE');
  begin();
  await expect.poll(settled, { timeout: 10_000 }).toBe(2);
  expect([texts('U0ADA'), texts('U0EVE')]).toEqual([['How is one?'], ['How is one?']]);
  expect(slack.calls('chat.postMessage')).toHaveLength(2);
});

test('nobody is asked twice where the process that asked was killed, however much was said since', async () => {
  await note('one', 'U0ADA');
  const killed = await notices.next(slackSurveys, 0);
  expect(killed?.tries).toBe(1);
  const metadata = { event_type: 'gradus_survey', event_payload: { survey: 'one', user: 'u-U0ADA' } };
  const { channel: direct = '' } = await client.chat.postMessage({
    channel: 'U0ADA',
    text: 'asked, then killed',
    metadata,
  });
  for (let i = 0; i < 250; i++) slack.say({ user: 'U0ADA', channel: direct, text: `talk ${i}` });
  begin();
  await expect.poll(settled).toBe(1);
  expect(slack.calls('chat.postMessage')).toHaveLength(1);
});

test('another survey in the same place is not taken for this one', async () => {
  await note('one', 'U0ADA');
  begin();
  await expect.poll(settled).toBe(1);
  slack.fail('chat.postMessage', { times: 1, status: 503 });
  await note('two', 'U0ADA');
  await expect.poll(settled).toBe(2);
  expect(texts('U0ADA')).toEqual(['How is one?', 'How is two?']);
});

test('an app without the scopes to look asks all the same, and says once what that means', async () => {
  slack.refuse('conversations.open', { times: 1, code: 'missing_scope' });
  slack.fail('chat.postMessage', { times: 2, status: 503 });
  await note('one', 'U0ADA', 'U0EVE');
  begin();
  await expect.poll(settled, { timeout: 10_000 }).toBe(2);
  expect([texts('U0ADA'), texts('U0EVE')]).toEqual([['How is one?'], ['How is one?']]);
  expect(lines.filter((line) => line.includes('im:write and im:history'))).toHaveLength(1);
  expect(slack.calls('conversations.open')).toHaveLength(1);
});

test('while Slack cannot say whether somebody was asked, they are not', async () => {
  slack.loseAnswer('chat.postMessage', 1);
  slack.fail('conversations.history', { times: 3, status: 503 });
  await note('one', 'U0ADA');
  begin();
  await expect.poll(settled, { timeout: 10_000 }).toBe(1);
  expect(texts('U0ADA')).toEqual(['How is one?']);
  expect(slack.calls('conversations.history')).toHaveLength(4);
});

test('an app whose messages tab is off is said to be so, and asks when it is on', async () => {
  slack.refuse('chat.postMessage', { times: 2, code: 'messages_tab_disabled' });
  await note('one', 'U0ADA');
  begin();
  await expect.poll(settled, { timeout: 10_000 }).toBe(1);
  expect(texts('U0ADA')).toEqual(['How is one?']);
  expect(lines[0]).toMatch(/messages_tab_disabled: turn on the messages tab/);
});

test('somebody who is not there any more is given up', async () => {
  await note('one', 'U0GONE');
  begin();
  await expect.poll(settled).toBe(1);
  expect(await notices.standing(slackSurveys)).toMatchObject({ givenUp: 1, problem: 'channel_not_found' });
});
