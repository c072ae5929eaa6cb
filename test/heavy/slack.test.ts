/** Releases that people decide in Slack: the whole system against a Slack of our own, by signed presses alone. */
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { findParts } from '../../src/platform/parts.ts';
import { startSlackApi, type SlackApi } from '../support/slack/api.ts';
import { slackOptions } from '../support/slack/example-workspace.ts';
import type { Delivery, SignedRequest, Tampering } from '../support/slack/signed-request.ts';
import type { Message } from '../support/slack/workspace.ts';
import { gradus } from '../support/gradus.ts';
import { startSystem, until, type Handle, type System } from './system.ts';

const channel = 'C0RELEASES';
const ada = 'U0ADA';
const bob = 'U0BOB';
const eve = 'U0EVE';
const policy = {
  people: {
    ann: { roles: ['approver', 'operator'], slack: ada },
    bob: { roles: 'approver', slack: bob },
    eve: { roles: 'viewer', slack: eve },
    root: { roles: 'admin' },
  },
};

let slack: SlackApi;
let system: System;
let number = 0;

beforeAll(async () => {
  slack = await startSlackApi(slackOptions());
  const { botToken, signingSecret } = slackOptions();
  system = await startSystem({
    GRADUS_SLACK_BOT_TOKEN: botToken,
    GRADUS_SLACK_SIGNING_SECRET: signingSecret,
    GRADUS_SLACK_CHANNEL: channel,
    GRADUS_SLACK_API_URL: slack.apiUrl,
    GRADUS_SLACK_PORT: '0',
  });
  slack.pointTo(system.slack);
  const set = await gradus(['policy', 'set', '-'], system.environment, JSON.stringify(policy));
  if (set.code !== 0) throw new Error(set.err);
}, 300_000);
afterAll(async () => {
  await system.stop();
  await slack.close();
}, 60_000);

/** A version that exists after its first release, given to all users where people agree. */
function plan(more: object = {}): object {
  return {
    model: `slack-${number}`,
    train: { data: 'mail', share: 0.05, epochs: 1, units: 16, embedding: 16 },
    capabilities: ['spam'],
    strategy: 'one-shot',
    people: { team: ['ann', 'bob'] },
    'internal test': { gate: 'accuracy >= 0.1' },
    full: { approval: { from: 'team' } },
    ...more,
  };
}

async function start(more: object = {}): Promise<Handle> {
  number += 1;
  return system.start(`slack-${number}`, plan(more), 'root');
}

const waits = (report: ReleaseReport): boolean => report.waiting !== null;

/** The message in which `about` stands, once `holds` says so of it. */
async function message(about: string, holds: (one: Message) => boolean = () => true): Promise<Message> {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    const found = slack.messages(channel).find((one) => JSON.stringify(one.blocks).includes(about) && holds(one));
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error(`no message about ${about}: ${JSON.stringify(slack.messages(channel), null, 1)}`);
}

const hasButtons = (one: Message): boolean => one.blocks.some(({ type }) => type === 'actions');
/** The open request of a release. */
const asking = (id: string) => message(`\\"release\\":\\"${id}\\",\\"request\\"`, hasButtons);
/** The first message of its thread. */
const opening = (id: string) => message(`\\"release\\":\\"${id}\\"}`, hasButtons);

async function press(user: string, { ts }: Message, operation: string, tampering?: Tampering): Promise<Delivery> {
  return slack.press({ user, channel, ts, actionId: `gradus.${operation}` }, tampering);
}

async function waiting(more?: object): Promise<{ handle: Handle; request: Message }> {
  const handle = await start(more);
  await until(handle, 'waiting', waits);
  return { handle, request: await asking(handle.workflowId) };
}

/** What people were told privately, after the first so many. */
const privately = (after: number): string[] =>
  slack
    .ephemerals()
    .slice(after)
    .map(({ message: { text } }) => text);

const outcomes = ({ requests }: ReleaseReport): string[] => requests.map(({ outcome, by }) => `${outcome} by ${by}`);

describe('a release', () => {
  it('is approved by a press: the buttons go, and the message says who and when', async () => {
    const { handle, request } = await waiting();
    const pressed = await press(ada, request, 'approve');
    expect([pressed.status, pressed.body]).toEqual([200, '']);
    const report = await handle.result();
    expect(report.state).toBe('released');
    expect(outcomes(report)).toEqual(['approved by ann']);
    expect(report.decisions.find(({ what }) => what === 'approved')).toMatchObject({ by: 'ann', via: 'slack' });
    const decided = await message('approved by ann', (one) => one.ts === request.ts && !hasButtons(one));
    expect(decided.thread_ts).toBeDefined();
    await message('released to all users', (one) => one.ts === request.thread_ts && !hasButtons(one));
  });

  it('is rejected with a reason, which is asked for', async () => {
    const { handle, request } = await waiting();
    const before = slack.openViews().length;
    await press(bob, request, 'reject');
    await expect.poll(() => slack.openViews().length).toBe(before + 1);
    const view = slack.openViews().at(-1)?.view.id ?? '';
    const empty = await slack.submit({ user: bob, viewId: view, values: { why: { why: ' ' } } });
    expect(empty.body).toContain('Say why');
    await slack.submit({ user: bob, viewId: view, values: { why: { why: 'worse on <long> mails' } } });
    const report = await handle.result();
    expect([report.state, report.reason]).toEqual(['rolledBack', 'rejected by bob: worse on <long> mails']);
    await message('rejected by bob: worse on &lt;long&gt; mails', (one) => one.ts === request.ts && !hasButtons(one));
  });

  it('is held, and its clock stands, until somebody decides; more time is the plan’s once more', async () => {
    const { handle, request } = await waiting({ full: { approval: { from: 'team', within: '20 s', else: 'reject' } } });
    await press(ada, request, 'hold');
    await message('held: it stays open', (one) => one.ts === request.ts);
    await sleep(21_000);
    const held = await until(handle, 'held', waits);
    expect(held.waiting?.held).toBe(true);
    await press(bob, request, 'moreTime');
    const extended = await until(handle, 'extended', (report) => report.waiting?.held === false);
    expect(Date.parse(extended.waiting?.until ?? '') - Date.parse(extended.waiting?.since ?? '')).toBeGreaterThan(
      59_000,
    );
    await press(bob, await asking(handle.workflowId), 'approve');
    expect(outcomes(await handle.result())).toEqual(['approved by bob']);
  });

  it('is paused, resumed and rolled back from its first message', async () => {
    const { handle } = await waiting();
    const first = await opening(handle.workflowId);
    await press(ada, first, 'pause');
    await until(handle, 'paused', ({ state }) => state === 'paused');
    await press(ada, await message('gradus.resume', (one) => one.ts === first.ts), 'resume');
    await until(handle, 'running', ({ state }) => state === 'running');
    await press(ada, await message('gradus.rollback', (one) => one.ts === first.ts), 'rollback');
    const report = await handle.result();
    expect([report.state, report.reason]).toEqual(['rolledBack', 'rolled back by ann: no reason given']);
    await message('withdrawn');
  });
});

describe('a press', () => {
  it('of somebody without the role, or unknown, gets a private answer and changes nothing', async () => {
    const { handle, request } = await waiting();
    const first = await opening(handle.workflowId);
    const said = slack.ephemerals().length;
    await press(eve, request, 'approve');
    await press(bob, first, 'rollback');
    await expect
      .poll(() => privately(said))
      .toEqual([
        expect.stringMatching(/eve may not decide this; it is for ann, bob/),
        expect.stringMatching(/bob may not do that: it is for the role operator/),
      ]);
    const report = await handle.query<ReleaseReport>('state');
    expect([report.waiting?.approvedBy, report.decisions.filter(({ by }) => by !== 'gradus')]).toEqual([[], []]);
    await press(ada, request, 'approve');
    await handle.result();
  });

  it('that is forged, late, altered, oversized, doubled or after the decision changes nothing; each one that counts does, once', async () => {
    const quorum = { full: { approval: { from: 'team', count: 2 } } };
    const { handle, request } = await waiting(quorum);
    const now = Math.trunc(Date.now() / 1000);
    const statuses = new Map<number, number>();
    const hostile: Tampering[] = [
      { secret: 'somebody-elses-secret' },
      { atSeconds: now - 400 },
      { body: (signed) => signed.replace('approve', 'rollback') },
      { padBytes: 400_000 },
      { body: '' },
    ];
    for (let i = 0; i < 500; i++) {
      const { status } = await press(ada, request, 'approve', hostile[i % hostile.length]);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(
      [...statuses.keys()].every((status) => status >= 400 || status === 0),
      JSON.stringify([...statuses]),
    ).toBe(true);
    expect((await handle.query<ReleaseReport>('state')).waiting?.approvedBy).toEqual([]);
    const late = await press(bob, request, 'approve', { secret: 'somebody-elses-secret' });
    const honest = await press(ada, request, 'approve');
    // The same request again and again, many at once: a replay within Slack's own five minutes.
    for (let i = 0; i < 10; i++) {
      const replays = await Promise.all(Array.from({ length: 50 }, () => slack.send(honest.request)));
      expect(new Set(replays.map(({ status }) => status))).toEqual(new Set([200]));
    }
    // Ann presses once more herself.
    await press(ada, request, 'approve');
    expect((await handle.query<ReleaseReport>('state')).waiting?.approvedBy).toEqual(['ann']);
    await press(bob, request, 'approve');
    const report = await handle.result();
    expect(outcomes(report)).toEqual(['approved by ann, bob']);
    expect(report.decisions.filter(({ via }) => via === 'slack')).toHaveLength(2);
    // After the decision: a press on a window that still shows the buttons, as Slack would sign it, and a replay.
    const said = slack.ephemerals().length;
    await slack.send(signedAgain(late.request));
    await slack.send(honest.request);
    await expect.poll(() => privately(said)).toEqual([expect.stringMatching(/is over: it was approved by ann, bob/)]);
  });
});

describe('a release that is ended or told anew from outside', () => {
  it('terminated, says so where it had asked, and whoever presses there all the same is told how it ended', async () => {
    const { handle, request } = await waiting();
    const first = await opening(handle.workflowId);
    const early = await press(ada, request, 'approve', { secret: 'somebody-elses-secret' });
    await handle.terminate('by an operator');
    await message('withdrawn: its workflow was terminated', (one) => isClosed(one, request));
    await message('failed', (one) => isClosed(one, first));
    // A window that still shows the buttons.
    const said = slack.ephemerals().length;
    await slack.send(signedAgain(early.request));
    const how = new RegExp(
      `is over: it was withdrawn at .*; ${handle.workflowId} has ended: failed \\(its workflow was`,
    );
    await expect.poll(() => privately(said)).toEqual([expect.stringMatching(how)]);
  });

  it('reset, keeps what was said, asks again in another message, and closes what it had asked', async () => {
    const { handle, request } = await waiting();
    const first = await opening(handle.workflowId);
    await press(ada, first, 'pause');
    await message('paused (ann)', (one) => one.thread_ts === first.ts);
    await press(ada, await message('gradus.resume', (one) => one.ts === first.ts), 'resume');
    await message('resumed (ann)', (one) => one.thread_ts === first.ts);
    const before = slack.messages(channel).filter(({ thread_ts }) => thread_ts === first.ts);
    const decided = before.filter(({ ts, text }) => ts !== request.ts && text.includes('(ann)'));
    const next = await system.resetToStage(handle);
    await message('not open any more', (one) => isClosed(one, request));
    const again = await message(
      `\\"release\\":\\"${handle.workflowId}\\",\\"request\\"`,
      (one) => hasButtons(one) && one.ts !== request.ts,
    );
    const now = slack.messages(channel);
    for (const { ts, text } of decided) expect(now.find((one) => one.ts === ts)?.text).toBe(text);
    expect(decided).toHaveLength(2);
    await press(bob, again, 'approve');
    expect(outcomes(await next.result())).toEqual(['approved by bob']);
    await message('approved by bob', (one) => isClosed(one, again));
    expect(doubled()).toEqual([]);
  });
});

it('a stop of all releases on the command line is told in the channel, and so is its end, once each', async () => {
  const say = async (...words: string[]): Promise<void> => {
    const said = await gradus(['stop-all', ...words, '--by', 'root'], system.environment);
    expect(said.code, said.err).toBe(0);
  };
  await say('--why', 'incident 4711');
  const begun = await message('All releases were stopped by root*: incident 4711');
  await say('--end', '--why', 'it is repaired');
  const ended = await message('root let all releases go on*: it is repaired');
  expect([begun.thread_ts, ended.thread_ts]).toEqual([undefined, begun.ts]);
  expect(doubled()).toEqual([]);
});

const isClosed = (one: Message, which: Message): boolean => one.ts === which.ts && !hasButtons(one);

describe('Slack away', () => {
  // For longer outages: SLACK_DOWN_MS=600000
  const downMs = Number(process.env['SLACK_DOWN_MS'] ?? 2_000);

  it(
    'holds nothing up: people press, or decide elsewhere, and later every message is there once',
    { timeout: downMs + 300_000 },
    async () => {
      const before = await waiting();
      await slack.goDown();
      const handle = await start();
      await until(handle, 'waiting', waits);
      await sleep(downMs);
      // What Slack still brings is obeyed at once, though nothing can be said of it yet.
      await press(ada, before.request, 'approve');
      expect(outcomes(await before.handle.result())).toEqual(['approved by ann']);
      const said = await gradus(['release', 'approve', handle.workflowId, '--by', 'bob'], system.environment);
      expect(said.code, said.err).toBe(0);
      expect((await handle.result()).state).toBe('released');
      await slack.comeUp();
      slack.limit('chat.postMessage', { times: 2, retryAfterSeconds: 1 });
      await message('approved by bob', (one) => !hasButtons(one));
      await message('approved by ann', (one) => one.ts === before.request.ts && !hasButtons(one));
      expect(doubled()).toEqual([]);
    },
  );

  it('losing its answers, or killed in the midst of a message, the process posts each once', async () => {
    slack.loseAnswer('chat.postMessage', 3);
    const { handle, request } = await waiting();
    slack.loseAnswer('chat.postMessage', 1);
    system.kill('slack');
    await until(handle, 'waiting', waits);
    await expect
      .poll(async () => (await press(ada, request, 'approve').catch(() => null))?.status, { timeout: 60_000 })
      .toBe(200);
    await handle.result();
    await message('approved by ann', (one) => one.ts === request.ts && !hasButtons(one));
    expect(doubled()).toEqual([]);
  });
});

/** With Slack's own signature, as of now. */
function signedAgain(request: SignedRequest): SignedRequest {
  const timestamp = String(Math.trunc(Date.now() / 1000));
  const digest = createHmac('sha256', slackOptions().signingSecret)
    .update(`v0:${timestamp}:${request.body}`)
    .digest('hex');
  const headers = { 'X-Slack-Request-Timestamp': timestamp, 'X-Slack-Signature': `v0=${digest}` };
  return { ...request, headers: { ...request.headers, ...headers } };
}

const bots = [
  { language: 'TypeScript', program: process.execPath, file: 'dist/examples/bot.js' },
  { language: 'Python', program: findParts().python, file: 'examples/bot.py' },
];

describe.each(bots)('a bot of one’s own in $language', ({ program, file }) => {
  // Where the set-up could not have Temporal's SDK for Python, which it must on CI.
  it.skipIf(program === null)(
    'approves by Signal what its rule allows, with nothing but a Temporal client',
    async () => {
      const { handle } = await waiting();
      const { temporal, namespace } = system.addresses;
      const bot = spawn(program ?? '', [file, 'bob'], {
        env: { ...process.env, TEMPORAL_ADDRESS: temporal, TEMPORAL_NAMESPACE: namespace },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        const report = await handle.result();
        expect(outcomes(report)).toEqual(['approved by bob']);
        expect(report.decisions.find(({ by }) => by === 'bob')).toMatchObject({ what: 'approved', via: 'bot' });
      } finally {
        bot.kill();
      }
    },
  );
});

/** Keys of messages, and names of pictures, that are there more than once. */
function doubled(): string[] {
  const keys = slack
    .messages(channel)
    .map(({ metadata, files = [] }) => JSON.stringify(metadata ?? files.map(({ name }) => name)));
  return keys.filter((key, i) => keys.indexOf(key) !== i);
}
