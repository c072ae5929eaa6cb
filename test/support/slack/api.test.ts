/** The Slack of the tests, checked with Slack's own client: where they disagree, one of them is wrong. */
import { ErrorCode, type WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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

const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } });
const button = (more: object = {}) => ({
  type: 'button' as const,
  action_id: 'approve',
  text: { type: 'plain_text' as const, text: 'Approve' },
  ...more,
});

describe('tokens', () => {
  test('tells the app who it is', async () => {
    expect(await client.auth.test()).toMatchObject({ ok: true, user_id: 'U0GRADUS', bot_id: 'B0GRADUS' });
  });

  test('refuses no token, a wrong one and one of the wrong kind', async () => {
    await expect(clientOf(slack, '').auth.test()).rejects.toMatchObject(refusal('not_authed'));
    await expect(clientOf(slack, 'xoxb-stolen').auth.test()).rejects.toMatchObject(refusal('invalid_auth'));
    await expect(client.apps.connections.open({})).rejects.toMatchObject(refusal('not_allowed_token_type'));
    await expect(client.apiCall('chat.shout')).rejects.toMatchObject(refusal('unknown_method'));
  });

  test('takes a token from a form, but with JSON only from the header', async () => {
    const { botToken } = slackOptions();
    const form = await fetch(`${slack.apiUrl}auth.test`, {
      method: 'POST',
      body: new URLSearchParams({ token: botToken }),
    });
    expect(await form.json()).toMatchObject({ ok: true });
    const json = { method: 'POST', body: JSON.stringify({ token: botToken, channel, text: 'Hello' }) };
    const headers = { 'Content-Type': 'application/json; charset=utf-8' };
    const without = await fetch(`${slack.apiUrl}chat.postMessage`, { ...json, headers });
    expect(await without.json()).toEqual({ ok: false, error: 'not_authed' });
    const bearer = { ...headers, Authorization: `Bearer ${botToken}` };
    const withHeader = await fetch(`${slack.apiUrl}chat.postMessage`, { ...json, headers: bearer });
    expect(await withHeader.json()).toMatchObject({ ok: true, channel });
  });
});

describe('messages', () => {
  test('keeps what is posted, in its thread, with blocks that have names and defaults', async () => {
    const root = await client.chat.postMessage({ channel, text: 'A release' });
    const metadata = { event_type: 'release', event_payload: { id: 'r-1' } };
    const reply = await client.chat.postMessage({
      channel: '#releases',
      thread_ts: String(root.ts),
      text: 'Baking',
      blocks: [section('*Baking*'), { type: 'actions', block_id: 'gate', elements: [button()] }],
      metadata,
      unfurl_links: false,
    });
    expect(slack.messages(channel)).toMatchObject([
      { ts: root.ts, text: 'A release', user: 'U0GRADUS' },
      { ts: reply.ts, thread_ts: root.ts, metadata, unfurl_links: false, blocks: [{}, { block_id: 'gate' }] },
    ]);
    expect(reply.message?.blocks?.[0]?.block_id).toMatch(/\S+/);
    expect(Number(reply.ts)).toBeGreaterThan(Number(root.ts));
    expect(reply.ts).toMatch(/^\d{10}\.\d{6}$/);
  });

  test.each([
    ['a channel that is not', { channel: 'C0NOWHERE', text: 'Hello' }, 'channel_not_found'],
    ['a channel without the app', { channel: 'C0SECRET', text: 'Hello' }, 'not_in_channel'],
    ['nothing to say', { channel }, 'no_text'],
    ['too long a text', { channel, text: 'x'.repeat(40_001) }, 'msg_too_long'],
    ['a thread that is not', { channel, text: 'Hello', thread_ts: '1764000000.000100' }, 'thread_not_found'],
    ['no channel', { text: 'Hello' }, 'invalid_arguments'],
    ['blocks that are no list', { channel, blocks: '{' }, 'invalid_blocks_format'],
    [
      'blocks too long together',
      { channel, blocks: Array.from({ length: 5 }, () => section('x'.repeat(3000))) },
      'msg_blocks_too_long',
    ],
  ])('refuses %s', async (_what, message, error) => {
    await expect(client.apiCall('chat.postMessage', message)).rejects.toMatchObject(refusal(error));
    expect(slack.messages(channel)).toEqual([]);
  });

  test('says what is wrong with blocks, and where', async () => {
    const refused = client.apiCall('chat.postMessage', { channel, blocks: [section('x'.repeat(3001))] });
    const detail = 'must be less than 3001 characters [json-pointer:/blocks/0/text/text]';
    await expect(refused).rejects.toMatchObject({
      data: { error: 'invalid_blocks', errors: [detail], response_metadata: { messages: [`[ERROR] ${detail}`] } },
    });
  });

  test('leaves out, with a warning, metadata of a type that has a full stop', async () => {
    const metadata = { event_type: 'gradus.release', event_payload: {} };
    const posted = await client.chat.postMessage({ channel, text: 'x', metadata });
    expect(posted).toMatchObject({ ok: true, warning: 'invalid_metadata_schema' });
    expect(slack.messages(channel)[0]).not.toHaveProperty('metadata');
  });

  test('changes (a text alone takes the blocks away), links to and deletes the messages of the app alone', async () => {
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'Baking', blocks: [section('Baking')] });
    await client.chat.update({ channel, ts, text: 'Released' });
    expect(slack.messages(channel)).toMatchObject([{ ts, text: 'Released', blocks: [], edited: { user: 'U0GRADUS' } }]);
    const human = slack.say({ user: 'U0ADA', channel, text: 'Well done', threadTs: ts });
    const { permalink } = await client.chat.getPermalink({ channel, message_ts: human.ts });
    expect(permalink).toContain(`/archives/${channel}/p${human.ts.replace('.', '')}?thread_ts=${ts}`);
    await expect(client.chat.update({ channel, ts: human.ts, text: 'x' })).rejects.toMatchObject(
      refusal('cant_update_message'),
    );
    await expect(client.chat.update({ channel, ts: '1.000100', text: 'x' })).rejects.toMatchObject(
      refusal('message_not_found'),
    );
    await expect(client.chat.delete({ channel, ts: human.ts })).rejects.toMatchObject(refusal('cant_delete_message'));
    await client.chat.delete({ channel, ts });
    expect(slack.messages(channel)).toHaveLength(1);
  });

  test('shows a message to one person', async () => {
    await client.chat.postEphemeral({ channel, user: 'U0ADA', text: 'You may not' });
    expect(slack.ephemerals()).toMatchObject([{ channel, to: 'U0ADA', message: { text: 'You may not' } }]);
    expect(slack.messages(channel)).toEqual([]);
    const away = client.chat.postEphemeral({ channel, user: 'U0EVE', text: 'x' });
    await expect(away).rejects.toMatchObject(refusal('user_not_in_channel'));
  });

  test('posts to a person as to a channel', async () => {
    const { channel: direct = '' } = await client.chat.postMessage({ channel: 'U0ADA', text: 'For you' });
    expect(direct).toMatch(/^D/);
    expect(slack.messages('U0ADA')).toMatchObject([{ text: 'For you' }]);
    await client.chat.postMessage({ channel: direct, text: 'Again' });
    expect(await client.conversations.open({ users: 'U0ADA' })).toMatchObject({ no_op: true, channel: { id: direct } });
    await expect(client.conversations.open({ users: 'U0NOBODY' })).rejects.toThrow('user_not_found');
    expect(slack.messages(direct)).toHaveLength(2);
  });
});

test('takes files by the client’s three steps, into a thread', async () => {
  const { ts = '' } = await client.chat.postMessage({ channel, text: 'Evidence' });
  await client.filesUploadV2({
    channel_id: channel,
    thread_ts: ts,
    filename: 'gates.csv',
    content: 'p99Ms\n12\n',
    initial_comment: 'Gates',
  });
  // Shared a little later.
  await expect.poll(() => slack.messages(channel)).toHaveLength(2);
  expect(slack.messages(channel)[1]).toMatchObject({
    text: 'Gates',
    thread_ts: ts,
    files: [{ name: 'gates.csv', size: 9, content: 'p99Ms\n12\n' }],
  });
  const never = client.files.completeUploadExternal({ files: [{ id: 'F0NEVER', title: 'x' }], channel_id: channel });
  await expect(never).rejects.toMatchObject(refusal('file_not_found'));
});

describe('what goes wrong', () => {
  test('limits the rate, and the client waits and tries again', async () => {
    slack.limit('chat.postMessage', { times: 2, retryAfterSeconds: 0 });
    await client.chat.postMessage({ channel, text: 'Once' });
    expect(slack.calls('chat.postMessage').map(({ answer }) => answer)).toEqual(['ratelimited', 'ratelimited', 'ok']);
    expect(slack.messages(channel)).toHaveLength(1);
    slack.limit('chat.postMessage', { times: 1, retryAfterSeconds: 30 });
    const impatient = clientOf(slack, slackOptions().botToken, { rejectRateLimitedCalls: true });
    await expect(impatient.chat.postMessage({ channel, text: 'x' })).rejects.toMatchObject({ retryAfter: 30 });
  });

  test('fails, and the client tries again', async () => {
    slack.fail('chat.postMessage', { times: 1, status: 503 });
    await client.chat.postMessage({ channel, text: 'Once' });
    expect(slack.calls('chat.postMessage').map(({ answer }) => answer)).toEqual(['http 503', 'ok']);
  });

  test('loses an answer, and the client that tries again posts twice', async () => {
    slack.loseAnswer('chat.postMessage', 1);
    await client.chat.postMessage({ channel, text: 'Twice' });
    expect(slack.messages(channel).map(({ text }) => text)).toEqual(['Twice', 'Twice']);
  });

  test('goes down and comes up on the same port', async () => {
    await client.chat.postMessage({ channel, text: 'Before' });
    await slack.goDown();
    const once = clientOf(slack, slackOptions().botToken, { retryConfig: { retries: 0 } });
    await expect(once.chat.postMessage({ channel, text: 'x' })).rejects.toMatchObject({ code: ErrorCode.RequestError });
    await slack.comeUp();
    await once.chat.postMessage({ channel, text: 'After' });
    expect(slack.messages(channel).map(({ text }) => text)).toEqual(['Before', 'After']);
  });
});
