/** Messages of a release in a channel, against a Slack of our own: each there once and up to date, whatever went wrong. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WebClient } from '@slack/web-api';
import { abandoned } from '../../src/domain/abandoned.ts';
import type { Delegation } from '../../src/domain/delegation.ts';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { deliver } from '../../src/slack/delivery.ts';
import { waiting } from '../fixtures/report-mail.ts';
import { fakeOutbox } from '../support/fake-records.ts';
import { startSlackApi, type SlackApi } from '../support/slack/api.ts';
import { slackOptions } from '../support/slack/example-workspace.ts';
import { clientOf } from '../support/slack/official-client.ts';

const channel = 'C0RELEASES';
const policy = {
  people: {
    ann: { roles: [], slack: 'U0ANN' },
    bo: { roles: [], slack: 'U0BOB' },
    cy: { roles: [], slack: 'U0CY' },
  },
};
let slack: SlackApi;
let client: WebClient;
let report: ReleaseReport;
let change: number;
let lines: string[];
let delegations: Delegation[];
let running: { stop: () => Promise<void> } | null;

beforeEach(async () => {
  slack = await startSlackApi(slackOptions());
  client = clientOf(slack, slackOptions().botToken, { retryConfig: { retries: 0 }, rejectRateLimitedCalls: true });
  report = structuredClone(waiting);
  [change, lines, delegations, running] = [1, [], [], null];
});
afterEach(async () => {
  await running?.stop();
  await slack.close();
});

const outboxOf = () => fakeOutbox(() => new Map([[report.id, change]]));

function begin(outbox = outboxOf()): void {
  const ending = new AbortController();
  const options = {
    client,
    channel,
    outbox,
    releases: { find: async () => report },
    policies: { current: async () => policy },
    delegations: { list: async () => delegations },
    pageOf: () => null,
    say: (line: string) => lines.push(line),
  };
  const ended = deliver(options, ending.signal);
  running = {
    stop: async () => {
      ending.abort();
      await ended;
    },
  };
}

const keys = (): string[] =>
  slack.messages(channel).map(({ metadata }) => {
    const payload = metadata?.['event_payload'];
    return typeof payload === 'object' && payload !== null && 'key' in payload ? String(payload.key) : '?';
  });
const decided = (): unknown[] =>
  report.decisions.map(({ at }) => expect.stringMatching(new RegExp(`^decision/${at}/[0-9a-f]{12}$`)));
const wanted = (): unknown[] => ['release', ...decided(), requestKey()];
const requestKey = (): string => `request/${report.waiting?.id ?? ''}/${report.waiting?.since ?? ''}`;

/** What the message says that was posted under a key. */
const said = (key: unknown): string => {
  const place = keys().indexOf(String(key));
  return JSON.stringify(slack.messages(channel)[place]?.blocks ?? null);
};

test('a release is one thread: its state first, then what was decided, then what is asked, for all to see', async () => {
  begin();
  await expect.poll(keys).toEqual(wanted());
  const [first, ...replies] = slack.messages(channel);
  expect(replies.every(({ thread_ts }) => thread_ts === first?.ts)).toBe(true);
  expect(replies.at(-1)?.subtype).toBe('thread_broadcast');
});

test('an edit changes its message, and nothing is edited that says the same', async () => {
  begin();
  await expect.poll(keys).toEqual(wanted());
  report.strategy = 'staged';
  change += 1;
  await expect.poll(() => slack.messages(channel)[0]?.edited).toBeDefined();
  expect(slack.calls('chat.update')).toHaveLength(1);
});

test('a request says that its clock stands while its release is paused, and by when again afterwards', async () => {
  begin();
  await expect.poll(keys).toEqual(wanted());
  expect(said(requestKey())).toContain('by <!date^');
  report.state = 'paused';
  change += 1;
  await expect.poll(() => said(requestKey())).toContain('paused: its clock stands until the release is resumed');
  expect(said(requestKey())).not.toContain('by <!date^');
  report.state = 'running';
  change += 1;
  await expect.poll(() => said(requestKey())).toContain('by <!date^');
});

test('an approval that can never be had, because of who started the release, is said from its beginning', async () => {
  if (report.plan === null) throw new Error('there is no plan');
  const approval = { from: ['ann', 'bo'], count: 2, withinMs: 1000, otherwise: 'reject' as const };
  report = { ...report, startedBy: 'ann', plan: { ...report.plan, full: { approval } } };
  begin();
  await expect.poll(() => said('release')).toContain('full: 2 approvals of ann, bo can never be had: ann starts this');
  report = { ...report, startedBy: 'eve' };
  change += 1;
  await expect.poll(() => said('release')).not.toContain('can never be had');
});

test('where several have to approve, each says the how many-th they are', async () => {
  const open = report.waiting;
  if (open === null) throw new Error('nothing waits');
  const { id, stage, step, since } = open;
  report.decisions.push({ at: since, stage, step, what: 'approved', by: 'ann', why: 'fine', request: id });
  begin();
  await expect
    .poll(() => slack.messages(channel).map(({ text }) => text))
    .toContain('stage 2, internal test: approved as 1 of 2 (ann): fine');
});

/** The open request, as posted: an edit would ping nobody. */
const posted = (): string =>
  slack
    .calls('chat.postMessage')
    .map(({ arguments: said }) => JSON.stringify(said))
    .findLast((one) => one.includes('gradus.approve')) ?? '';

test('a request tells those whom it asks, and whoever stands in for one of them, in the message that is posted', async () => {
  const at = new Date(0).toISOString();
  const leave = { number: 1, until: '2099-01-01T00:00:00.000Z', why: 'on leave', by: 'root', at, endedAt: null };
  delegations = [{ ...leave, from: 'demo-approver', to: 'cy' }];
  begin();
  await expect.poll(posted).toContain('Asks <@U0BOB>, demo-approver or <@U0CY> (for demo-approver).');
  // Ann has approved already.
  expect(posted()).not.toContain('<@U0ANN>');
});

test('a request to anybody pings nobody, and says so; of many, ten are told and the others counted', async () => {
  Object.assign(report.waiting ?? {}, { from: [], approvedBy: [] });
  begin();
  await expect.poll(posted).toContain('Asks anybody who may approve; nobody is told by name.');
  await running?.stop();
  report.id = 'mail-assistant-9';
  const many = Array.from({ length: 30 }, (_, i) => `person-${i}`);
  Object.assign(report.waiting ?? {}, { from: [...many, 'bo'] });
  begin();
  await expect.poll(posted).toContain('Asks <@U0BOB>, person-0, person-1');
  expect(posted()).toContain('person-8 and 21 more.');
});

test('who is asked when nobody has decided is told in the message that says so', async () => {
  const open = report.waiting;
  if (open === null) throw new Error('nothing waits');
  Object.assign(open, { from: ['ann'], approvedBy: [], otherwise: 'hold', escalateTo: ['bo'] });
  begin();
  await expect.poll(posted).toContain('Asks <@U0ANN>.');
  open.escalated = true;
  const { id: request, stage, step, since: at } = open;
  report.decisions.push({ at, stage, step, what: 'asked again', by: 'gradus', why: 'nobody decided', request });
  change += 1;
  const again = (): string => JSON.stringify(slack.messages(channel).find(({ text }) => text.includes('asked again')));
  await expect.poll(again).toContain('Asks <@U0ANN> or <@U0BOB>.');
});

test('groups that have approved are told no more', async () => {
  const needs = [
    { group: 'ml', members: ['ann', 'demo-approver'], count: 1 },
    { group: 'safety', members: ['bo'], count: 1 },
  ];
  Object.assign(report.waiting ?? {}, { needs });
  begin();
  await expect.poll(posted).toContain('Asks <@U0BOB>.');
});

test('answers that are lost post nothing twice', async () => {
  slack.loseAnswer('chat.postMessage', 3);
  begin();
  await expect.poll(keys, { timeout: 15_000 }).toEqual(wanted());
  expect(slack.calls('chat.postMessage').filter(({ answer }) => answer === 'lost')).toHaveLength(3);
}, 20_000);

test('a limit is waited out as long as Slack says', async () => {
  slack.limit('chat.postMessage', { times: 1, retryAfterSeconds: 1 });
  begin();
  await expect.poll(keys, { timeout: 10_000 }).toEqual(wanted());
  const [refused, next] = slack.calls('chat.postMessage');
  expect((next?.atMs ?? 0) - (refused?.atMs ?? 0)).toBeGreaterThanOrEqual(1000);
  expect(lines[0]).toMatch(/^Slack does not take messages; they are kept/);
});

test('a process that was killed in the midst of it is followed by one that goes on', async () => {
  const outbox = outboxOf();
  await outbox.claim(`slack:${channel}`, report.id, 'release');
  const metadata = { event_type: 'gradus_message', event_payload: { release: report.id, key: 'release' } };
  for (let i = 0; i < 250; i++) slack.say({ user: 'U0ADA', channel, text: `talk ${i}` });
  await client.chat.postMessage({ channel, text: 'posted, and then killed', metadata });
  for (let i = 0; i < 250; i++) slack.say({ user: 'U0ADA', channel, text: `more talk ${i}` });
  begin(outbox);
  await expect.poll(() => keys().filter((key) => key !== '?')).toEqual(wanted());
});

test('a message that somebody deleted is left alone', async () => {
  begin();
  await expect.poll(keys).toEqual(wanted());
  const [first] = slack.messages(channel);
  await client.chat.delete({ channel, ts: first?.ts ?? '' });
  report.state = 'paused';
  change += 1;
  await expect.poll(() => lines).toContain('a message cannot be edited any more (message_not_found)');
});

test('who has not answered is reminded in the thread by name, once, and not after the request is closed', async () => {
  const hour = 3_600_000;
  const now = Date.now();
  const open = report.waiting;
  if (open === null) throw new Error('nothing waits');
  // Half of ten hours is over in a second.
  const until = new Date(now + 5 * hour + 1_000).toISOString();
  Object.assign(open, { since: new Date(now - 5 * hour + 1_000).toISOString(), until, withinMs: 10 * hour });
  begin();
  await expect.poll(keys).toEqual(wanted());
  // Nothing of the release changes meanwhile.
  await expect.poll(keys, { timeout: 5_000 }).toEqual([...wanted(), `reminder/${open.id}/0/1/${open.since}`]);
  const reminder = slack.messages(channel).at(-1);
  // Ann has approved already; demo-approver is not known in Slack.
  expect(JSON.stringify(reminder?.blocks)).toContain('Still waits for <@U0BOB> or demo-approver: Stage 2 (topic');
  expect([reminder?.subtype, reminder?.thread_ts]).toEqual([undefined, slack.messages(channel)[0]?.ts]);
  const at = new Date().toISOString();
  report.requests.push({ request: open, outcome: 'approved', at, by: 'ann, bo', why: '' });
  report.waiting = null;
  Object.assign(open, { until: new Date(now + 1_000).toISOString() });
  change += 1;
  await expect.poll(() => JSON.stringify(slack.messages(channel))).toContain('approved by ann, bo');
  expect(keys().filter((key) => key.startsWith('reminder/'))).toHaveLength(1);
  // Nobody reads that it still waits.
  const after = (): string => said(`reminder/${open.id}/0/1/${open.since}`);
  await expect.poll(after).toContain('Was reminded of. ✓ *approved by ann, bo*');
  expect(after()).not.toContain('Still waits');
  expect(slack.calls('chat.update').filter(({ arguments: { ts } }) => ts === reminder?.ts)).toHaveLength(1);
}, 20_000);

test('a reminder of what is held says so, and by when again when there is more time', async () => {
  const hour = 3_600_000;
  const now = Date.now();
  const open = report.waiting;
  if (open === null) throw new Error('nothing waits');
  const until = new Date(now + 4 * hour).toISOString();
  Object.assign(open, { since: new Date(now - 6 * hour).toISOString(), until, withinMs: 10 * hour });
  const key = `reminder/${open.id}/0/1/${open.since}`;
  begin();
  await expect.poll(keys).toContain(key);
  expect(said(key)).toContain('by <!date^');
  open.held = true;
  change += 1;
  await expect.poll(() => said(key)).toContain('held: it stays open until somebody decides');
  const more = {
    at: new Date().toISOString(),
    stage: open.stage,
    step: open.step,
    by: 'bo',
    why: '',
    request: open.id,
  };
  report.decisions.push({ ...more, what: 'held', by: 'ann' }, { ...more, what: 'gave 10 hours more' });
  Object.assign(open, { held: false, until: new Date(now + 14 * hour).toISOString() });
  change += 1;
  await expect.poll(() => said(key)).toContain(`by <!date^${Math.floor((now + 14 * hour) / 1000)}^`);
  await expect
    .poll(() => slack.messages(channel).map(({ text }) => text))
    .toContain('stage 2, internal test: gave 10 hours more, which ends the hold of ann (bo)');
}, 20_000);

/** `temporal workflow reset` to before the stage was asked about: from there its new run tells what happens again, later. */
function reset(): void {
  const again = { at: new Date().toISOString(), stage: null, step: null, by: 'bo', why: 'on we go' };
  const decisions = [...report.decisions.slice(0, -2), { ...again, what: 'resumed' }];
  report = { ...report, decisions, waiting: null, requests: [] };
  change += 1;
}

test('what a reset takes back stays as it was said, and what is decided anew is another message', async () => {
  begin();
  await expect.poll(keys).toEqual(wanted());
  const before = slack.messages(channel).map(({ ts, text }) => [ts, text]);
  const request = requestKey();
  const old = keys();
  reset();
  await expect.poll(() => keys().length).toBe(old.length + 1);
  expect(slack.messages(channel).at(-1)?.text).toBe('resumed (bo): on we go');
  const isDecision = (_: unknown, i: number): boolean => old[i]?.startsWith('decision/') === true;
  const now = slack.messages(channel).map(({ ts, text }) => [ts, text]);
  expect(now.slice(0, old.length).filter(isDecision)).toEqual(before.filter(isDecision));
  // Nobody can press what is not asked any more.
  await expect.poll(() => said(request)).not.toContain('gradus.approve');
  expect(said(request)).toContain('not open any more');
  expect(said(request)).toContain(report.id);
});

test('what is asked again after a reset is asked in a message of its own, with a reminder of its own', async () => {
  const open = report.waiting;
  if (open === null) throw new Error('nothing waits');
  begin();
  await expect.poll(keys).toEqual(wanted());
  const first = requestKey();
  reset();
  const since = new Date(Date.now() + 1).toISOString();
  report.waiting = { ...open, since, until: new Date(Date.now() + 86_400_000).toISOString(), approvedBy: [] };
  change += 1;
  await expect.poll(() => said(requestKey())).toContain('gradus.approve');
  expect(requestKey()).not.toBe(first);
  await expect.poll(() => said(first)).not.toContain('gradus.approve');
  expect(slack.messages(channel).at(-1)?.subtype).toBe('thread_broadcast');
});

test('a release whose workflow was terminated says so where it had asked, with all that was asked', async () => {
  begin();
  await expect.poll(keys).toEqual(wanted());
  const request = requestKey();
  report = abandoned(report, 'its workflow ended (terminated?)', new Date().toISOString());
  change += 1;
  await expect.poll(() => said(request)).not.toContain('gradus.approve');
  expect(said(request)).toContain('withdrawn: its workflow ended (terminated?)');
  expect(said(request)).toContain('accuracy');
  expect(slack.messages(channel)).toHaveLength(wanted().length);
});

test('what an earlier Gradus posted is known again: nothing is posted twice', async () => {
  const outbox = outboxOf();
  const open = report.waiting;
  if (open === null) throw new Error('nothing waits');
  const earlier = ['release', ...report.decisions.map((_, i) => `decision/${i}`), `request/${open.id}`];
  let thread: string | null = null;
  for (const key of earlier) {
    const metadata = { event_type: 'gradus_message', event_payload: { release: report.id, key } };
    const more = thread === null ? {} : { thread_ts: thread };
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'as it was', metadata, ...more });
    thread ??= ts;
    await outbox.posted(`slack:${channel}`, report.id, { key, ref: ts, digest: 'another' });
  }
  begin(outbox);
  await expect.poll(() => slack.calls('chat.update').length).toBe(earlier.length);
  expect(keys()).toEqual(earlier);
  // And from then on it goes by the new names.
  reset();
  await expect.poll(() => keys().length).toBe(earlier.length + 1);
  await expect.poll(() => said(`request/${open.id}`)).not.toContain('gradus.approve');
});
