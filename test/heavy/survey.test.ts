/** A survey on the whole system: applications are asked by webhook, people in Slack by a message, and what they say is kept. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { gradus } from '../support/gradus.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSlackApi, type SlackApi } from '../support/slack/api.ts';
import { slackOptions } from '../support/slack/example-workspace.ts';
import { startSystem, type System } from './system.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const model = 'asked';
const dataSchema = z.object({
  survey: z.string(),
  user: z.string(),
  questions: z.array(z.object({ field: z.string() })),
  feedback: z.object({ id: z.string(), feedbackId: z.string() }),
});
const surveysSchema = z.array(z.object({ id: z.string() }));
const answerSchema = z.object({ id: z.string() });

let receiver: Receiver;
let slack: SlackApi;
let system: System;

beforeAll(async () => {
  receiver = await startReceiver(secret);
  slack = await startSlackApi(slackOptions());
  const { botToken, signingSecret } = slackOptions();
  system = await startSystem({
    GRADUS_WEBHOOK_URLS: receiver.url,
    GRADUS_WEBHOOK_SECRET: secret,
    GRADUS_SLACK_BOT_TOKEN: botToken,
    GRADUS_SLACK_SIGNING_SECRET: signingSecret,
    GRADUS_SLACK_CHANNEL: 'C0RELEASES',
    GRADUS_SLACK_API_URL: slack.apiUrl,
    GRADUS_SLACK_PORT: '0',
  });
  slack.pointTo(system.slack);
  const policy = { people: { ann: { roles: 'admin', slack: 'U0ADA' }, eve: { roles: 'viewer', slack: 'U0EVE' } } };
  await done(['policy', 'set', '-'], JSON.stringify(policy));
  const handle = await system.start(
    'asked-1',
    {
      model,
      train: { data: 'mail', share: 0.05, epochs: 1, units: 16, embedding: 16 },
      capabilities: ['spam'],
      strategy: 'one-shot',
      'internal test': { gate: 'accuracy >= 0.1' },
    },
    'ann',
  );
  await handle.result();
}, 300_000);
afterAll(async () => {
  await system.stop();
  await slack.close();
  await receiver.close();
}, 60_000);

async function done(args: string[], input = ''): Promise<string> {
  const { code, out, err } = await gradus(args, system.environment, input);
  if (code !== 0) throw new Error(`${args.join(' ')}: ${err}`);
  return out;
}

async function post(place: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${system.addresses.gateway}${place}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answered: unknown = await response.json();
  if (!response.ok) throw new Error(JSON.stringify(answered));
  return answered;
}

it('asks a sample once, takes what they say as feedback on what they were answered, and shows what came back', async () => {
  const users = Array.from({ length: 8 }, (_, i) => `u-${i}`);
  for (const user of [...users, 'ann']) {
    answerSchema.parse(await post('/v1/predict', { model, capability: 'spam', user, text: 'You have won.' }));
  }
  const exposed = async () => (await system.rows(`select count(distinct user_hash) as n from answers`))[0]?.['n'];
  await expect.poll(exposed, { timeout: 30_000 }).toBe('9');

  const wrong = await gradus(['survey', 'send', model, '--sample', '0', '--again', 'x'], system.environment);
  expect(wrong.err).toMatch(/--sample: "0" is not a share[^]*--again: "x" is not a duration/);
  const viewer = await gradus(['survey', 'send', model, '--by', 'eve'], system.environment);
  expect(viewer.err).toMatch(
    /^eve may not do that: it is for the role operator, and eve has viewer\. Nobody was asked\./,
  );
  const sent = await done(['survey', 'send', model, '--sample', '100%', '--by', 'ann']);
  expect(sent).toMatch(/: 9 users of 9 will be asked, 1 of them in Slack\./);

  // Applications are asked by webhook, and can tell by the keys of users whom it is about.
  const asked = () => receiver.received.filter(({ event }) => event.type === 'survey.asked');
  await expect.poll(() => asked().length, { timeout: 30_000 }).toBe(8);
  const events = asked().map(({ event }) => dataSchema.parse(event.data));
  const keys = z
    .object({ keys: z.record(z.string(), z.string()) })
    .parse(await post('/v1/user-keys', { ids: users })).keys;
  expect(events.map(({ user }) => user).sort()).toEqual(Object.values(keys).sort());
  for (const { feedback } of events.slice(0, 2)) {
    await post('/v1/feedback', { ...feedback, satisfaction: 0.75, comment: 'too slow, call 555 123 4567' });
    await post('/v1/feedback', { ...feedback, satisfaction: 0, comment: 'again' });
  }

  // Whoever is in Slack is asked there, and nobody else can answer for them.
  const direct = () => slack.messages('U0ADA');
  await expect.poll(() => direct().length, { timeout: 30_000 }).toBe(1);
  const [message] = direct();
  if (message === undefined) throw new Error('no message');
  const press = (user: string, actionId: string) => slack.press({ user, channel: 'U0ADA', ts: message.ts, actionId });
  await press('U0EVE', 'gradus.rate.1');
  await expect
    .poll(() => slack.ephemerals().map(({ message: { text } }) => text))
    .toEqual([expect.stringMatching(/not for you/)]);
  await press('U0ADA', 'gradus.comment');
  await expect.poll(() => slack.openViews().length).toBe(1);
  const viewId = slack.openViews()[0]?.view.id ?? '';
  await slack.submit({ user: 'U0ADA', viewId, values: { comment: { comment: 'far too slow' } } });
  await press('U0ADA', 'gradus.rate.5');
  await expect.poll(() => JSON.stringify(direct())).toContain('Thank you: 5 of 5.');

  const shown = async () => done(['survey', 'show']);
  await expect.poll(shown, { timeout: 30_000, interval: 500 }).toContain('3 of 9 users answered; satisfied: 83.3 %');
  expect(await shown()).toMatch(/comments: slow.*\(3/);
  expect(await shown()).not.toContain('555');
  expect(await done(['survey', 'send', model, '--sample', '100%', '--by', 'ann'])).toMatch(
    /: 0 users of 9 will be asked\.\nNobody was drawn/,
  );
  // The newest that asked somebody is what one wants to see; the other says what it is.
  expect(await shown()).toMatch(/3 of 9 users answered[^]*1 newer survey asked nobody: gradus survey list/);
  const [vain] = surveysSchema.parse(JSON.parse(await done(['survey', 'list', '--json'])));
  expect(await done(['survey', 'show', vain?.id ?? ''])).toContain('It asked nobody');
  expect(await done(['survey', 'list'])).toMatch(/asked +2\d{3}-.* 9 +3 +83\.3 %/);
});
