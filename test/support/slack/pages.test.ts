/** What Slack's own client reads page by page: what has been said, and who is there. */
import type { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSlackApi, type SlackApi } from './api.ts';
import { slackOptions } from './example-workspace.ts';
import { clientOf, refusal } from './official-client.ts';

const channel = 'C0RELEASES';
let slack: SlackApi;
let client: WebClient;

beforeEach(async () => {
  slack = await startSlackApi(slackOptions());
  client = clientOf(slack, slackOptions().botToken);
});

afterEach(() => slack.close());

test('gives history newest first, without replies, and metadata only when asked', async () => {
  const tses: string[] = [];
  for (const n of [1, 2, 3, 4, 5]) {
    const metadata = { event_type: 'n', event_payload: { n } };
    const { ts = '' } = await client.chat.postMessage({ channel, text: String(n), metadata });
    tses.push(ts);
  }
  await client.chat.postMessage({ channel, text: 'reply', thread_ts: tses[0] ?? '' });
  const seen: string[] = [];
  for await (const page of client.paginate('conversations.history', { channel, limit: 2 })) {
    expect(page).not.toHaveProperty('messages.0.metadata');
    seen.push(...textsOf(page));
  }
  expect(seen).toEqual(['5', '4', '3', '2', '1']);
  const withMetadata = await client.conversations.history({ channel, include_all_metadata: true, limit: 1 });
  expect(withMetadata.messages).toMatchObject([{ text: '5', metadata: { event_payload: { n: 5 } } }]);
  const since = await client.conversations.history({ channel, oldest: tses[2] ?? '' });
  expect(since.messages?.map(({ text }) => text)).toEqual(['5', '4']);
  await expect(client.conversations.history({ channel, cursor: 'bm8=' })).rejects.toMatchObject(
    refusal('invalid_cursor'),
  );
});

test('gives a thread oldest first, from its root', async () => {
  const { ts = '' } = await client.chat.postMessage({ channel, text: 'root' });
  for (const text of ['a', 'b', 'c']) await client.chat.postMessage({ channel, text, thread_ts: ts });
  const seen: string[] = [];
  for await (const page of client.paginate('conversations.replies', { channel, ts, limit: 2 }))
    seen.push(...textsOf(page));
  expect(seen).toEqual(['root', 'a', 'b', 'c']);
  const { messages } = await client.conversations.history({ channel });
  expect(messages).toMatchObject([{ text: 'root', reply_count: 3, thread_ts: ts }]);
  await expect(client.conversations.replies({ channel, ts: '1.000100' })).rejects.toMatchObject(
    refusal('thread_not_found'),
  );
});

test('knows people and channels', async () => {
  const names: unknown[] = [];
  for await (const page of client.paginate('users.list', { limit: 2 })) {
    if ('members' in page && Array.isArray(page.members)) names.push(page.members.length);
  }
  expect(names).toEqual([2, 2]);
  const { user } = await client.users.info({ user: 'U0ADA' });
  expect(user).toMatchObject({ name: 'ada', profile: { email: 'ada@example.com' }, is_bot: false });
  await expect(client.users.info({ user: 'U0NOBODY' })).rejects.toMatchObject(refusal('user_not_found'));
  const { user: found } = await client.users.lookupByEmail({ email: 'Ada@example.com' });
  expect(found?.id).toBe('U0ADA');
  await expect(client.users.lookupByEmail({ email: 'x@y.z' })).rejects.toMatchObject(refusal('users_not_found'));
  const { channel: secret } = await client.conversations.info({ channel: 'C0SECRET' });
  expect(secret).toMatchObject({ name: 'secret', is_member: false });
});

function textsOf(page: object): string[] {
  if (!('messages' in page) || !Array.isArray(page.messages)) return [];
  return page.messages.map((message: { text: string }) => message.text);
}
