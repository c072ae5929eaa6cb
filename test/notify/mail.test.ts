/** E-mail through a real SMTP server: what is in it, who gets it, and that each arrives whatever the server does. */
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Delegations } from '../../src/domain/delegation.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { abandoned } from '../../src/domain/abandoned.ts';
import { concerns, readersOf, tellByMail } from '../../src/notify/by-mail.ts';
import { channelOf } from '../../src/notify/mail.ts';
import type { Pauses } from '../../src/notify/sending.ts';
import { baking, released, rolledBack, waiting } from '../fixtures/report-mail.ts';
import { fakeNotices } from '../support/fake-notices.ts';
import { fakeDelegations, fakeOutbox } from '../support/fake-records.ts';
import { startSmtp, type Arrived, type SmtpServer } from '../support/smtp.ts';

const quick: Pauses = { afterTry: (tries) => 50 * tries, giveUpAfterMs: 60_000, lookEveryMs: 10 };
const from = 'Gradus <gradus@models.example>';
const day = 86_400_000;

let smtp: SmtpServer;
let reports: Map<string, ReleaseReport>;
let change: number;
let policy: Policy;
let notices: ReturnType<typeof fakeNotices>;
let lines: string[];
let delegations: Delegations;
let stops: (() => Promise<void>)[];

beforeEach(async () => {
  smtp = await startSmtp();
  delegations = fakeDelegations();
  [reports, change, policy, notices, lines, stops] = [new Map(), 0, { people: {} }, fakeNotices(), [], []];
});
afterEach(async () => {
  for (const stop of stops) await stop();
  await smtp.close();
});

/** A release that asks now, for two days. */
function asking(more: Partial<ReleaseReport> = {}): ReleaseReport {
  const report = structuredClone({ ...waiting, ...more });
  const now = Date.now();
  const open = report.waiting;
  if (open !== null)
    Object.assign(open, { since: new Date(now).toISOString(), until: new Date(now + 2 * day).toISOString() });
  return report;
}

function says(report: ReleaseReport): void {
  reports.set(report.id, report);
  change += 1;
}

function begin(to: string[], url = smtp.url, pauses = quick): () => Promise<void> {
  const ending = new AbortController();
  const around = {
    outbox: fakeOutbox(() => new Map([...reports.keys()].map((id) => [id, change]))),
    notices,
    releases: { find: async (id: string) => reports.get(id) ?? null },
    policies: { current: async () => policy, signedIn: async () => [] },
    delegations,
    pageOf: (id: string) => `http://temporal.example/${id}`,
    say: (line: string) => void lines.push(line),
    pauses,
  };
  const ended = tellByMail({ url, from, to }, around, ending.signal);
  const stop = async (): Promise<void> => {
    ending.abort();
    await ended;
  };
  stops.push(stop);
  return stop;
}

async function arrived(count: number, timeout = 10_000): Promise<Arrived[]> {
  await expect.poll(() => smtp.arrived.length, { timeout }).toBe(count);
  return smtp.arrived;
}

const header = ({ mail }: Arrived, name: string): string | undefined =>
  mail.headers.find(({ key }) => key === name)?.value;

describe('what is written', () => {
  test('a request says what changes for whom, the numbers, and what to type', async () => {
    says(asking());
    begin(['team@models.example']);
    const [one] = await arrived(1);
    expect(one?.to).toEqual(['team@models.example']);
    expect(one?.mail.from?.address).toBe('gradus@models.example');
    expect(one?.mail.subject).toMatch(/^mail-assistant-2 asks for a decision: Stage 2 \(topic, automated\)/);
    const text = one?.mail.text ?? '';
    for (const words of [
      'mail-assistant v2 against v1, stage 2 of 3, waits for bo or demo-approver',
      'What changes: 2 % of users get topic and automated next',
      'Until: ',
      'Needs: 2 approvals of ann, bo, demo-approver; approved by ann so far',
      '- topic: accuracy 0.612 (stable 0.401, +0.211 [+0.163, +0.259]), n = 753',
      'gradus release approve mail-assistant-2 --request stage-2-internal-test-5f2c --by NAME',
      'http://temporal.example/mail-assistant-2',
    ]) {
      expect(text).toContain(words);
    }
    expect(one?.mail.html).toContain('<code>gradus release approve mail-assistant-2');
    expect(one && header(one, 'auto-submitted')).toBe('auto-generated');
  });

  test('who gets everything and is in the policy is told to type their own name', async () => {
    policy = { people: { ann: { roles: ['viewer'], slack: null, email: 'Ann@models.example' } } };
    says(asking());
    begin(['ann@models.example', 'team@models.example']);
    const mails = await arrived(2);
    const typed = new Map(mails.map(({ to, mail }) => [to[0], /--by (\S+)/.exec(mail.text ?? '')?.[1]]));
    expect(typed.get('ann@models.example')).toBe('ann');
    expect(typed.get('team@models.example')).toBe('NAME');
  });

  test('what people wrote is text in HTML, and never a second header', async () => {
    const report = asking();
    if (report.waiting !== null) report.waiting.question = 'go on with <b>x</b> & co?\r\nBcc: eve@evil.example';
    says(report);
    begin(['team@models.example']);
    const [one] = await arrived(1);
    expect(one?.mail.html).toContain('go on with &lt;b&gt;x&lt;/b&gt; &amp; co?');
    expect(one?.mail.subject).toBe(
      'mail-assistant-2 asks for a decision: go on with <b>x</b> & co? Bcc: eve@evil.example',
    );
    expect(one && header(one, 'bcc')).toBeUndefined();
    expect(one?.to).toEqual(['team@models.example']);
  });

  test('what is to be typed is one word to a shell, whatever a release or a person is called', async () => {
    const id = `x'; touch /tmp/nothing #`;
    policy = { people: { 'ann lee': { roles: ['approver'], slack: null, email: 'ann@models.example' } } };
    const report = asking({ id });
    if (report.waiting !== null) report.waiting.from = [];
    says(report);
    begin([]);
    const [one] = await arrived(1);
    const typed = /gradus (release approve .*)/.exec(one?.mail.text ?? '')?.[1] ?? '';
    const { stdout } = spawnSync('/bin/sh', ['-c', `printf '%s\\n' ${typed}`], { encoding: 'utf8' });
    expect(stdout.split('\n').slice(0, 7)).toEqual([
      'release',
      'approve',
      id,
      '--request',
      'stage-2-internal-test-5f2c',
      '--by',
      'ann lee',
    ]);
  });

  test('all mails of a release are one thread', async () => {
    says(asking());
    begin(['team@models.example']);
    await arrived(1);
    says({ ...rolledBack, id: 'mail-assistant-2' });
    says({ ...released, id: 'mail-assistant-4' });
    const [first, second, third] = await arrived(3);
    if (first === undefined || second === undefined || third === undefined) throw new Error('too few');
    const thread = header(first, 'references');
    expect(thread).toMatch(/^<release\.[0-9a-f]+@models\.example>$/);
    expect(header(first, 'in-reply-to')).toBe(thread);
    const bySubject = new Map(smtp.arrived.map((one) => [one.mail.subject, header(one, 'references')]));
    expect(bySubject.get('mail-assistant-2 was rolled back: spam and html')).toBe(thread);
    expect(bySubject.get('mail-assistant-4 ended: all users have it')).not.toBe(thread);
    expect(new Set(smtp.arrived.map(({ mail }) => mail.messageId)).size).toBe(3);
  });
});

describe('who gets it', () => {
  const people: Policy['people'] = {
    ann: { roles: ['approver'], slack: null, email: 'ann@models.example' },
    bo: { roles: ['approver'], slack: null, email: 'bo@models.example' },
    eve: { roles: ['viewer'], slack: null, email: 'eve@models.example' },
    root: { roles: ['admin'], slack: null },
  };

  test('everybody of the settings; of the policy those who may still decide', async () => {
    policy = { people };
    says(asking());
    begin(['team@models.example']);
    const all = await arrived(2);
    // Ann has approved already.
    expect(all.flatMap(({ to }) => to).sort()).toEqual(['bo@models.example', 'team@models.example']);
    const forBo = all.find(({ to }) => to.includes('bo@models.example'))?.mail.text;
    expect(forBo).toContain('--request stage-2-internal-test-5f2c --by bo --why');
  });

  test('who is added to the policy hears of what is open', async () => {
    says(asking());
    begin(['team@models.example']);
    await arrived(1);
    policy = { people };
    expect((await arrived(2, 10_000))[1]?.to).toEqual(['bo@models.example']);
  }, 20_000);

  test('who stands in for somebody who may still decide is asked, from then on when they begin to, and told how it went', async () => {
    policy = { people };
    says(asking());
    begin([]);
    expect((await arrived(1))[0]?.to).toEqual(['bo@models.example']);
    await delegations.add({ from: 'bo', to: 'eve', until: '2099-01-01', why: 'on leave', by: 'bo' });
    const [, forEve] = await arrived(2);
    expect(forEve?.to).toEqual(['eve@models.example']);
    expect(forEve?.mail.subject).toMatch(/^mail-assistant-2 asks for a decision/);
    expect(forEve?.mail.text).toContain('--by eve --why');
    expect(forEve?.mail.text).toContain('You: stand in for bo');
    says(abandoned(asking(), 'its workflow ended (terminated?)', new Date().toISOString()));
    const ends = (await arrived(5)).slice(2);
    expect(ends.flatMap(({ to }) => to).sort()).toEqual([
      'ann@models.example',
      'bo@models.example',
      'eve@models.example',
    ]);
    expect(ends[0]?.mail.subject).toBe('mail-assistant-2 ended: it failed');
  }, 20_000);

  test('nobody stands in for whom the policy lets decide nothing, nor for whoever started it', () => {
    const open = { ...waiting, waiting: waiting.waiting && { ...waiting.waiting, notBy: 'ann', approvedBy: [] } };
    const standIn = (givers: string[]) => concerns(open, { name: 'eve', everything: false, may: false, givers }, true);
    expect([standIn(['bo']), standIn(['ann']), standIn(['root']), standIn([])]).toEqual([true, false, false, false]);
  });

  test('how it went is for those who started it, were asked, or decided', () => {
    const closed = waiting.waiting;
    if (closed === null) throw new Error('nothing waits');
    const request = { request: closed, outcome: 'approved' as const, at: '', by: 'bo', why: '' };
    const report = { ...released, startedBy: 'ann', requests: [request] };
    expect(
      ['ann', 'bo', 'eve', null].filter((name) =>
        concerns(report, { name, everything: name === null, may: true, givers: [] }, false),
      ),
    ).toEqual(['ann', 'bo', null]);
  });

  test('what anybody may decide is asked of those who may', () => {
    const anybody = { ...waiting, waiting: waiting.waiting && { ...waiting.waiting, from: [], needs: [] } };
    expect(concerns(anybody, { name: 'bo', everything: false, may: true, givers: [] }, true)).toBe(true);
    expect(concerns(anybody, { name: 'eve', everything: false, may: false, givers: [] }, true)).toBe(false);
  });

  test('an address of both gets everything, once', () => {
    const settings = { url: '', from, to: ['Bo@models.example'] };
    expect(readersOf(settings, { people })).toEqual([
      { address: 'Bo@models.example', name: 'bo', everything: true, may: true, givers: [] },
      { address: 'ann@models.example', name: 'ann', everything: false, may: true, givers: [] },
      { address: 'eve@models.example', name: 'eve', everything: false, may: false, givers: [] },
    ]);
  });
});

describe('a server', () => {
  test('that is away gets it when it is back; what is decided meanwhile is not asked any more', async () => {
    const port = Number(new URL(smtp.url).port);
    const { url } = smtp;
    await smtp.close();
    says(asking());
    says(asking({ id: 'mail-assistant-7' }));
    begin(['team@models.example'], url);
    await expect
      .poll(() => lines, { timeout: 5_000 })
      .toEqual([expect.stringMatching(/does not take what is sent.*ECONNREFUSED/)]);
    says({ ...baking, id: 'mail-assistant-7' });
    smtp = await startSmtp(port);
    const [one] = await arrived(1);
    expect(one?.mail.subject).toContain('mail-assistant-2');
    await expect.poll(async () => (await notices.standing(channelOf('team@models.example'))).waiting).toBe(0);
    expect(smtp.arrived).toHaveLength(1);
  });

  test('that was away for long hears the newest word about a request, once', async () => {
    const port = Number(new URL(smtp.url).port);
    const { url } = smtp;
    await smtp.close();
    const report = asking();
    /** As it is when so much of its time is over. */
    const after = (part: number): ReleaseReport => {
      const [since, withinMs] = [Date.now() - part * 100_000, 100_000];
      const until = new Date(since + withinMs).toISOString();
      return { ...report, waiting: report.waiting && { ...report.waiting, until, withinMs } };
    };
    says(report);
    begin(['team@models.example'], url);
    const waits = async () => (await notices.standing(channelOf('team@models.example'))).waiting;
    /** What waits, and what was settled without being sent. */
    const stands = async () => {
      const { waiting: left, taken } = await notices.standing(channelOf('team@models.example'));
      return [left, taken];
    };
    await expect.poll(stands).toEqual([1, 0]);
    says(after(0.6));
    await expect.poll(stands, { timeout: 5_000 }).toEqual([1, 1]);
    says(after(0.95));
    await expect.poll(stands, { timeout: 5_000 }).toEqual([1, 2]);
    smtp = await startSmtp(port);
    const [one] = await arrived(1);
    expect(one?.mail.subject).toMatch(/^Reminder: mail-assistant-2/);
    await expect.poll(waits).toBe(0);
    expect(smtp.arrived).toHaveLength(1);
  });

  test('that refuses for now gets it again; one that refuses for good is told of, and holds up no other mail', async () => {
    smtp.behaviours.push(
      { recipient: { code: 451, text: '4.7.1 greylisted' } },
      { data: { code: 452, text: '4.2.2 mailbox full' } },
      { data: { code: 554, text: '5.7.1 not wanted' } },
    );
    says(asking());
    begin(['team@models.example']);
    await expect
      .poll(() => lines.at(-1), { timeout: 10_000 })
      .toMatch(/e-mail to team@models.example: mail-assistant-2, asked\/.* is given up: .*5\.7\.1 not wanted/);
    says({ ...released, id: 'mail-assistant-4' });
    const [one] = await arrived(1);
    expect(one?.mail.subject).toBe('mail-assistant-4 ended: all users have it');
    await expect
      .poll(() => notices.standing(channelOf('team@models.example')))
      .toMatchObject({ taken: 1, givenUp: 1, waiting: 0 });
  });

  test('that does not know an address loses that mail, and the others get theirs', async () => {
    says(asking());
    smtp.behaviours.push({ recipient: { code: 550, text: '5.1.1 no such user' } });
    begin(['gone@models.example']);
    await expect
      .poll(() => lines, { timeout: 5_000 })
      .toEqual([expect.stringMatching(/given up.*5\.1\.1 no such user/)]);
    begin(['team@models.example']);
    await arrived(1);
  });

  test('that does not let us in is asked again, because somebody can mend that', async () => {
    await smtp.close();
    smtp = await startSmtp(0, { user: 'gradus', pass: 's3cret' });
    says(asking());
    const stop = begin(['team@models.example'], smtp.url.replace('s3cret', 'wrong'));
    await expect.poll(() => lines, { timeout: 5_000 }).toEqual([expect.stringMatching(/kept and tried again.*535/)]);
    expect(lines.join('')).not.toMatch(/wrong|s3cret/);
    await stop();
    begin(['team@models.example']);
    await arrived(1);
  });

  test('that hangs up after it took a mail gets it again, under the name of the first', async () => {
    smtp.behaviours.push({ loseAnswer: true });
    says(asking());
    begin(['team@models.example']);
    const [first, second] = await arrived(2);
    expect(second?.mail.messageId).toBe(first?.mail.messageId);
    expect(second?.mail.text).toBe(first?.mail.text);
  });

  test('that says nothing for a while holds up nobody: others get theirs, and the end does not wait for it', async () => {
    smtp.behaviours.push({ silentMs: 8_000 });
    says(asking());
    const stop = begin(['slow@models.example']);
    await expect.poll(smtp.connections).toBe(1);
    begin(['team@models.example']);
    expect((await arrived(1, 3_000))[0]?.to).toEqual(['team@models.example']);
    const since = Date.now();
    await stop();
    expect(Date.now() - since).toBeLessThan(1_000);
    expect(await notices.standing(channelOf('slow@models.example'))).toMatchObject({ waiting: 1, givenUp: 0 });
  });
});
