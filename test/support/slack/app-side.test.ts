/** The side of Slack that calls an app, checked with an app of Slack's own framework: over HTTP and in Socket Mode. */
import { HTTPReceiver, type App } from '@slack/bolt';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSlackApi, type SlackApi } from './api.ts';
import { slackOptions } from './example-workspace.ts';
import { quietLogger } from './official-client.ts';
import { gate, modal, smallApp } from './small-app.ts';

const channel = 'C0RELEASES';
const user = 'U0ADA';
let slack: SlackApi;
let app: App;
let seen: Record<string, unknown>[];

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries += 1) {
    if (tries === 200) throw new Error('It did not come to be within two seconds');
    await sleep(10);
  }
}

async function postGate(): Promise<string> {
  const { ts } = await app.client.chat.postMessage({ channel, text: 'Release r-1?', blocks: gate });
  return ts ?? '';
}

beforeEach(async () => {
  seen = [];
  slack = await startSlackApi(slackOptions());
});

const ways = {
  async http(): Promise<void> {
    const { signingSecret } = slackOptions();
    const receiver = new HTTPReceiver({ signingSecret, logger: quietLogger, bodyLimit: 100_000 });
    app = smallApp(slack, seen, { receiver });
    const server = await app.start({ port: 0, host: '127.0.0.1' });
    const address = 'address' in server ? server.address() : null;
    if (address === null || typeof address === 'string') throw new Error('The app has no port');
    slack.pointTo(`http://127.0.0.1:${address.port}/slack/events`);
  },
  async 'Socket Mode'(): Promise<void> {
    app = smallApp(slack, seen, { socketMode: true, appToken: slackOptions().appToken });
    await app.start();
    await slack.sockets.connected();
  },
};

afterEach(async () => {
  await app.stop();
  await slack.close();
});

describe.each(Object.entries(ways))('an app reached over %s', (_name, start) => {
  beforeEach(start);

  test('is told which button of which message was pressed, and can replace the message', async () => {
    const ts = await postGate();
    const { status } = await slack.press({ user, channel, ts, actionId: 'approve' });
    expect(status).toBe(200);
    await until(() => slack.messages(channel)[0]?.text === 'Approved');
    expect(slack.messages(channel)).toMatchObject([{ ts, text: 'Approved', blocks: [] }]);
    expect(seen).toMatchObject([
      {
        action: { type: 'button', action_id: 'approve', block_id: 'gate', value: 'r-1' },
        body: {
          user: { id: user, username: 'ada' },
          channel: { id: channel, name: 'releases' },
          container: { type: 'message', message_ts: ts },
          message: { ts, blocks: [{}, { block_id: 'gate' }] },
          state: { values: {} },
        },
      },
    ]);
  });

  test('opens a view with the trigger, keeps it on errors, and closes it after', async () => {
    const ts = await postGate();
    await slack.press({ user, channel, ts, actionId: 'reject' });
    await until(() => slack.openViews().length === 1);
    const viewId = slack.openViews()[0]?.view.id ?? '';
    const refused = await slack.submit({ user, viewId, values: { why: { reason: '' } } });
    expect(JSON.parse(refused.body)).toEqual({ response_action: 'errors', errors: { why: 'Say why' } });
    expect(slack.openViews()).toHaveLength(1);
    await slack.submit({ user, viewId, values: { why: { reason: 'Too slow' } } });
    expect(slack.openViews()).toEqual([]);
    expect(seen.at(-1)).toEqual({ reason: 'Too slow', metadata: 'release r-1' });
  });

  test('answers commands to who gave them, and the channel', async () => {
    const { tookMs } = await slack.command({ user, channel, command: '/gradus', text: 'status' });
    expect(tookMs).toBeLessThan(3000);
    expect(slack.ephemerals()).toMatchObject([{ to: user, message: { text: 'Looking at status' } }]);
    await until(() => slack.messages(channel).length === 1);
    expect(slack.messages(channel)).toMatchObject([{ text: 'ada asked for status', user: 'U0GRADUS' }]);
  });

  test('is told what was typed beside the button, but not what an ephemeral message said, and can replace that too', async () => {
    await app.client.chat.postEphemeral({ channel, user, text: 'Only you', blocks: gate });
    const ts = slack.ephemerals()[0]?.message.ts ?? '';
    await slack.press({ user, channel, ts, actionId: 'approve', values: { why: { reason: 'It is good' } } });
    await until(() => slack.ephemerals()[0]?.message.text === 'Approved');
    expect(slack.messages(channel)).toEqual([]);
    expect(seen[0]).toMatchObject({
      body: { container: { is_ephemeral: true }, state: { values: { why: { reason: { value: 'It is good' } } } } },
    });
    expect(seen[0]?.['body']).not.toHaveProperty('message');
  });

  test('is told again what it was told, by the same name', async () => {
    const first = await slack.openHome({ user });
    await slack.send(first.request);
    await until(() => seen.length === 2);
    expect(seen[0]).toEqual(seen[1]);
  });

  test('publishes a home, whose buttons can be pressed', async () => {
    await slack.openHome({ user });
    await until(() => slack.home(user) !== undefined);
    expect(seen[0]).toMatchObject({ eventId: expect.stringMatching(/^Ev/) });
    const viewId = slack.home(user)?.id ?? '';
    await slack.press({ user, viewId, actionId: 'reject' });
    await until(() => slack.openViews().length === 1);
  });
});

describe('requests over HTTP', () => {
  beforeEach(ways.http);

  test('are refused when forged, altered, old or too large, and taken when sent again', async () => {
    const ts = await postGate();
    const press = { user, channel, ts, actionId: 'approve' };
    const status = async (tampering: object): Promise<number> => (await slack.press(press, tampering)).status;
    expect(await status({ secret: 'a secret of somebody else' })).toBe(401);
    expect(await status({ body: (signed: string) => signed.replace('approve', 'reject') })).toBe(401);
    expect(await status({ atSeconds: Math.trunc(Date.now() / 1000) - 301 })).toBe(401);
    expect(await status({ padBytes: 200_000 })).toBe(413);
    expect(seen).toEqual([]);
    const first = await slack.press(press, { retryNum: 1 });
    expect(first.request.headers).toMatchObject({ 'X-Slack-Retry-Num': '1' });
    const again = await slack.send(first.request);
    expect([first.status, again.status]).toEqual([200, 200]);
    await until(() => seen.length === 2);
  });

  test('verify the address, and get no answer from an app that is not there', async () => {
    const { body } = await slack.verifyUrl('a challenge');
    expect(JSON.parse(body)).toEqual({ challenge: 'a challenge' });
    slack.pointTo('http://127.0.0.1:9/slack/events');
    expect(await slack.openHome({ user })).toMatchObject({ status: 0 });
  });
});

describe('what runs out', () => {
  beforeEach(ways.http);

  const hold = () =>
    new Promise<{ trigger_id: string; response_url: string }>((resolve) => {
      app.command('/hold', async ({ ack, command }) => {
        await ack();
        resolve(command);
      });
    });

  test('a trigger opens one view, within three seconds', async () => {
    const held = hold();
    await slack.command({ user, channel, command: '/hold', text: '' });
    const { trigger_id } = await held;
    await app.client.views.open({ trigger_id, view: modal });
    const twice = app.client.views.open({ trigger_id, view: modal });
    await expect(twice).rejects.toMatchObject({ data: { error: 'exchanged_trigger_id' } });
    await slack.press({ user, channel, ts: await postGate(), actionId: 'approve' });
    await until(() => seen.length === 1);
    const late = String(seen.map(({ body }) => Object(body).trigger_id).at(-1));
    slack.pass(4);
    const expired = app.client.views.open({ trigger_id: late, view: modal });
    await expect(expired).rejects.toMatchObject({ data: { error: 'expired_trigger_id' } });
    const { view } = slack.openViews()[0] ?? {};
    await app.client.views.update({ view_id: view?.id ?? '', hash: view?.hash ?? '', view: modal });
    const stale = app.client.views.update({ view_id: view?.id ?? '', hash: view?.hash ?? '', view: modal });
    await expect(stale).rejects.toMatchObject({ data: { error: 'hash_conflict' } });
  });

  test('a response URL takes five answers, within thirty minutes', async () => {
    const held = hold();
    await slack.command({ user, channel, command: '/hold', text: '' });
    const { response_url } = await held;
    const respond = (body: object) => fetch(response_url, { method: 'POST', body: JSON.stringify(body) });
    for (let n = 1; n <= 5; n += 1) expect((await respond({ text: String(n) })).status).toBe(200);
    expect((await respond({ text: '6' })).status).toBe(404);
    expect(slack.ephemerals()).toHaveLength(5);
    slack.pass(31 * 60);
    expect(await (await respond({ text: '7' })).json()).toEqual({ ok: false, error: 'expired_url' });
  });
});

test('an app in Socket Mode closes its connection when told to, and is not reached until it is back', async () => {
  await ways['Socket Mode']();
  expect(slack.sockets.connections()).toBe(1);
  slack.sockets.disconnect('refresh_requested');
  await until(() => slack.sockets.connections() === 0);
  expect(await slack.openHome({ user })).toMatchObject({ status: 0 });
});
