/** The app in Slack's own framework, against a Slack of our own: presses, commands and homes, over HTTP and by Socket Mode. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GradusError } from '../../src/domain/errors.ts';
import { abandoned } from '../../src/domain/abandoned.ts';
import type { PersonSays } from '../../src/domain/approval.ts';
import type { Delegations } from '../../src/domain/delegation.ts';
import type { StopAlls } from '../../src/domain/control.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { startSlackApp } from '../../src/slack/app.ts';
import { peopleInSlack } from '../../src/slack/people.ts';
import { createPressing } from '../../src/slack/presses.ts';
import { surveyMessage } from '../../src/slack/survey-message.ts';
import { messagesOf } from '../../src/slack/thread.ts';
import { released, waiting } from '../fixtures/report-mail.ts';
import { fakeAudit, fakeDelegations, fakePresses, fakeStopAlls } from '../support/fake-records.ts';
import { startSlackApi, type SlackApi } from '../support/slack/api.ts';
import { asText } from '../support/slack/as-text.ts';
import { clientOf } from '../support/slack/official-client.ts';
import { slackOptions } from '../support/slack/example-workspace.ts';

const channel = 'C0RELEASES';
const ada = 'U0ADA';
const eve = 'U0EVE';
const usual: Policy = {
  people: {
    ann: { roles: ['admin'], slack: ada },
    bo: { roles: ['approver'], slack: 'U0BOB' },
    wang: { roles: ['approver'], slack: null },
  },
};

let policy = usual;
let slack: SlackApi;
let sent: [string, string, PersonSays][];
let abandonedBy: [string, string][];
let left: [string, string, PersonSays][];
let reports: ReleaseReport[];
/** What the release answers. */
let answer: () => Promise<string>;
let stops: string[][];
/** What was said to surveys. */
let said: unknown[];
let stopAlls: StopAlls;
let delegations: Delegations;
let audit = fakeAudit();
let stop: () => Promise<unknown>;

beforeEach(async () => {
  [sent, left, reports] = [
    [],
    [],
    [structuredClone(waiting), { ...structuredClone(released), id: 'mail-assistant-1' }],
  ];
  [abandonedBy, said] = [[], []];
  [stops, stopAlls, delegations] = [[], fakeStopAlls(), fakeDelegations()];
  audit = fakeAudit();
  answer = async () => 'done';
  policy = usual;
  slack = await startSlackApi(slackOptions());
});
afterEach(async () => {
  await stop();
  await slack.close();
});

async function start(kind: 'http' | 'socket'): Promise<void> {
  const { botToken, signingSecret, appToken } = slackOptions();
  const releases = {
    find: async (id: string) => reports.find((one) => one.id === id) ?? null,
    list: async ({ open = false } = {}) => reports.filter(({ endedAt }) => !open || endedAt === null),
    names: async () => reports.map(({ id }) => id),
  };
  const policies = { current: async () => policy, signedIn: async () => [] };
  const app = await startSlackApp({
    botToken,
    by: kind === 'http' ? { kind, signingSecret } : { kind, appToken },
    host: '127.0.0.1',
    port: 0,
    apiUrl: slack.apiUrl,
    pressing: createPressing({
      policies,
      audit,
      endAbandoned: async (release, { by }) => {
        abandonedBy.push([release, by]);
        return 'it has ended';
      },
      stopping: async ({ stop, by, why }) => {
        stops.push([stop, by, why]);
        if (stop === 'end') await stopAlls.end({ by, why });
        else await stopAlls.begin({ id: why, by, why, rollBack: false });
        return answer();
      },
      presses: fakePresses(),
      releases,
      send: async (...message) => {
        sent.push(message);
        return answer();
      },
      leave: async (...message) => void left.push(message),
    }),
    surveys: {
      keep: async (_slack, _of, what) => {
        said.push(what);
        return null;
      },
      questionOf: async () => 'What would help?',
      asked: async () => ({ question: 'How is it?', about: { model: 'mail', capability: 'spam' } }),
    },
    people: peopleInSlack({
      releases,
      policies,
      stopAlls,
      delegations,
      pageOf: () => 'http://temporal.example/release',
    }),
    questionOf: async () => 'Really?',
    say: () => undefined,
  });
  if (app.url !== null) slack.pointTo(app.url);
  stop = app.stop;
  for (const { text, blocks } of messagesOf(waiting, { nowMs: 0 }))
    await app.client.chat.postMessage({ channel, text, blocks });
}

const request = () => {
  const found = slack.messages(channel).find(({ blocks }) => JSON.stringify(blocks).includes('gradus.approve'));
  if (found === undefined) throw new Error('nothing is asked');
  return { channel, ts: found.ts };
};

describe.each(['http', 'socket'] as const)('by %s', (kind) => {
  test('a press is brought to its release under the name of who pressed, with what they saw', async () => {
    await start(kind);
    const { status } = await slack.press({ user: ada, ...request(), actionId: 'gradus.approve' });
    expect(status).toBe(200);
    expect(sent).toEqual([
      [
        waiting.id,
        'approve',
        {
          by: 'ann',
          via: 'slack',
          id: expect.stringMatching(/^[0-9a-f]{32}$/),
          release: undefined,
          request: waiting.waiting?.id,
          evidence: waiting.waiting?.digest,
        },
      ],
    ]);
  });

  test('who is not in the policy gets a private answer, and nothing is sent', async () => {
    await start(kind);
    await slack.press({ user: eve, ...request(), actionId: 'gradus.approve' });
    await expect
      .poll(() => slack.ephemerals().map(({ message }) => message.text))
      .toEqual([expect.stringContaining('Gradus does not know who you are')]);
    expect(sent).toEqual([]);
    expect(await audit.entries(0, 10)).toMatchObject([
      { subject: waiting.id, what: 'approve was refused', by: `slack:${eve}`, via: 'slack' },
    ]);
  });
});

test('what a release refuses is told privately; what it does not answer is left with Temporal, and told so', async () => {
  await start('http');
  answer = async () => {
    throw new GradusError('MESSAGE_REFUSED', 'mail refused it: bob has approved already.');
  };
  await slack.press({ user: ada, ...request(), actionId: 'gradus.approve' });
  answer = async () => {
    throw new GradusError('NOT_RUNNING', 'no worker');
  };
  await slack.press({ user: ada, ...request(), actionId: 'gradus.hold' });
  await expect
    .poll(() => slack.ephemerals().map(({ message }) => message.text))
    .toEqual(['mail refused it: bob has approved already.', expect.stringContaining('kept, and will be obeyed')]);
  expect(left.map(([, operation]) => operation)).toEqual(['hold']);
  const why = 'mail refused it: bob has approved already.';
  expect(await audit.entries(0, 10)).toMatchObject([{ what: 'approve was refused', by: 'ann', why }]);
});

test('Slack is answered before it hangs up, however long a release takes', async () => {
  await start('http');
  answer = () => new Promise((resolve) => setTimeout(() => resolve('late'), 3_500));
  const { status, tookMs } = await slack.press({ user: ada, ...request(), actionId: 'gradus.approve' });
  expect(status).toBe(200);
  expect(tookMs).toBeLessThan(3_000);
}, 10_000);

const told = (): string[] => slack.ephemerals().map(({ message }) => message.text);
const gone = async (): Promise<string> => {
  throw new GradusError('RELEASE_UNKNOWN', 'There is no release under way.');
};

test('a press on what a release asked that has ended since is answered with how it ended', async () => {
  await start('http');
  answer = gone;
  const ended = abandoned(structuredClone(waiting), 'its workflow was terminated', '2026-01-06T00:00:00.000Z');
  reports = [ended];
  await slack.press({ user: ada, ...request(), actionId: 'gradus.approve' });
  const { id } = waiting.waiting ?? { id: '' };
  const how = `${waiting.id} has ended: failed (its workflow was terminated)`;
  await expect.poll(told).toEqual([`request ${id} is over: it was withdrawn at 2026-01-06T00:00:00.000Z; ${how}`]);
  // One that the records do not hold, and an end without a reason.
  reports = [{ ...ended, requests: [], state: 'cancelled', reason: '' }];
  await slack.press({ user: ada, ...request(), actionId: 'gradus.hold' });
  await expect.poll(() => told().at(-1)).toBe(`${waiting.id} has ended: cancelled`);
});

test('a release whose workflow is gone says so to whoever decides, and ends when somebody who may rolls it back', async () => {
  await start('http');
  answer = gone;
  await slack.press({ user: ada, ...request(), actionId: 'gradus.approve' });
  await expect.poll(told).toEqual([expect.stringMatching(/is not carried on.*Roll it back/)]);
  const opening = { channel, ts: slack.messages(channel)[0]?.ts ?? '' };
  await slack.press({ user: 'U0BOB', ...opening, actionId: 'gradus.rollback' });
  await expect.poll(() => told().at(-1)).toMatch(/^bo may not do that: it is for the role operator/);
  expect(abandonedBy).toEqual([]);
  await slack.press({ user: ada, ...opening, actionId: 'gradus.rollback' });
  await expect.poll(() => abandonedBy).toEqual([[waiting.id, 'ann']]);
  expect(told()).toHaveLength(2);
});

test('a request stamped far ahead of our clock is refused, as an old one is', async () => {
  await start('http');
  const now = Math.trunc(Date.now() / 1000);
  const pressed = async (atSeconds: number): Promise<number> =>
    (await slack.press({ user: ada, ...request(), actionId: 'gradus.approve' }, { atSeconds })).status;
  expect(await pressed(now - 310)).toBe(401);
  expect(await pressed(now + 400)).toBe(401);
  expect(await pressed(now + 86_400 * 365)).toBe(401);
  expect(sent).toEqual([]);
  expect(await pressed(now + 200)).toBe(200);
  expect(sent).toHaveLength(1);
});

describe('/gradus', () => {
  const type = async (text: string, user = ada): Promise<string> =>
    (await slack.command({ user, channel, command: '/gradus', text })).body;

  test('lists what is under way, and what waits for whoever asks', async () => {
    await start('http');
    expect(await type('', 'U0BOB')).toContain('*waits for you*');
    expect(await type('')).toContain('waits for bo or demo-approver');
    expect(await type('')).toContain(waiting.id);
    expect(await type('')).not.toContain('mail-assistant-1');
  });

  test('says of what anybody may decide that it waits for them only to who may', async () => {
    await start('http');
    reports = reports.map((one) => ({ ...one, waiting: one.waiting && { ...one.waiting, from: [], needs: [] } }));
    expect(await type('', 'U0BOB')).toContain('*waits for you*');
    policy = { people: { ...usual.people, vic: { roles: ['viewer'], slack: eve } } };
    expect(await type('', eve)).toContain('waits for anybody who may approve');
    await slack.openHome({ user: eve });
    await expect.poll(() => JSON.stringify(slack.home(eve)?.blocks)).toContain('you have no role that decides');
  });

  test('shows what waits for somebody whom they stand in for as theirs', async () => {
    await start('http');
    reports = reports.map((one) => ({ ...one, waiting: one.waiting && { ...one.waiting, from: ['wang'], needs: [] } }));
    expect(await type('', 'U0BOB')).toContain('waits for wang');
    await delegations.add({ from: 'wang', to: 'bo', until: '2099-01-01', why: 'on leave', by: 'wang' });
    expect(await type('', 'U0BOB')).toContain('*waits for you*');
  });

  test('says where a release stands, helps, and names what was meant', async () => {
    await start('http');
    expect(await type('status mail-assistant-1')).toContain('released to all users');
    expect(await type('status mail')).toContain('There is no release');
    expect(await type('help')).toContain('/gradus pause RELEASE WHY');
    expect(await type('pauze x')).toContain('did you mean pause?');
  });

  test('names the release that is under way to whoever named none', async () => {
    await start('http');
    const second = { ...structuredClone(waiting), id: 'other-7', state: 'paused' as const };
    expect(await type('resume')).toContain('Name the release: /gradus resume mail-assistant-2"');
    reports = [...reports, second];
    expect(await type('resume')).toContain('Name the release: /gradus resume other-7"');
    expect(await type('pause')).toContain('Name the release: /gradus pause mail-assistant-2"');
    expect(await type('rollback')).toContain('Name the release: /gradus rollback mail-assistant-2 (also other-7)');
    reports = [];
    expect(await type('status')).toContain('No release is under way.');
  });

  test('says once which release refused', async () => {
    await start('http');
    answer = async () => {
      throw new GradusError('MESSAGE_REFUSED', `${waiting.id} refused it: the release is paused already.`);
    };
    const said = `${waiting.id} refused it: the release is paused already.`;
    expect(JSON.parse(await type(`pause ${waiting.id}`))).toMatchObject({ text: said });
  });

  test('pauses by name with a reason, and asks once more before it rolls back', async () => {
    await start('http');
    expect(await type(`pause ${waiting.id} too many complaints`)).toContain('done');
    expect(sent).toMatchObject([[waiting.id, 'pause', { by: 'ann', via: 'slack', why: 'too many complaints' }]]);
    expect(await type(`rollback ${waiting.id}`)).toContain('gradus.rollback');
    expect(sent).toHaveLength(1);
  });
});

describe('whoever the policy', () => {
  const view = async (user: string): Promise<string> => {
    await slack.openHome({ user });
    await expect.poll(() => slack.home(user)).toBeDefined();
    return JSON.stringify(slack.home(user)?.blocks);
  };
  const type = async (text: string, user: string): Promise<string> =>
    (await slack.command({ user, channel, command: '/gradus', text })).body;
  const typed = ['', `status ${waiting.id}`, `rollback ${waiting.id}`, 'stop-all fire', `pause ${waiting.id} why`];

  test('does not know reads nothing by command or at home, and is told whom to ask', async () => {
    await start('http');
    for (const said of [await view(eve), ...(await Promise.all(typed.map((text) => type(text, eve))))]) {
      expect(said).toContain('Gradus does not know who you are');
      expect(said).toContain('Ask an admin (ann)');
      expect(said).not.toContain('spam');
      expect(said).not.toContain('"type":"button"');
    }
    expect(sent).toEqual([]);
    // What they may type is no secret.
    expect(await type('help', eve)).toContain('/gradus status RELEASE');
  });

  test('gives no role reads nothing either', async () => {
    policy = { people: { ...usual.people, vic: { roles: [], slack: eve } } };
    await start('http');
    expect(await view(eve)).toContain('it is for the role viewer, and vic has none. Ask an admin (ann).');
  });

  test('lets only read sees where releases stand, and no button that is not theirs', async () => {
    policy = { people: { ...usual.people, vic: { roles: ['viewer'], slack: eve } } };
    await start('http');
    expect(await view(eve)).toContain('Under way');
    expect(await view(eve)).toContain('spam');
    expect(await view(eve)).not.toContain('"type":"button"');
    expect(await type(`status ${waiting.id}`, eve)).not.toContain('"type":"button"');
    for (const text of [`rollback ${waiting.id}`, 'stop-all fire']) {
      const said = await type(text, eve);
      expect(said).toContain('vic may not do that: it is for the role operator');
      expect(said).not.toContain('"type":"button"');
    }
    // An approver may decide and stop everything, and does not steer a release.
    expect(await view('U0BOB')).toContain('gradus.approve');
    expect(await view('U0BOB')).toContain('gradus.stop.begin');
    expect(await view('U0BOB')).not.toContain('gradus.pause');
  });

  test('lets not decide is told so before they are asked why', async () => {
    policy = { people: { ...usual.people, vic: { roles: ['viewer'], slack: eve } } };
    await start('http');
    await slack.press({ user: eve, ...request(), actionId: 'gradus.reject' });
    await expect.poll(told).toEqual([expect.stringMatching(/^vic may not do that: it is for the role approver/)]);
    expect(slack.openViews()).toEqual([]);
    await slack.press({ user: 'U0BOB', ...request(), actionId: 'gradus.reject' });
    await expect.poll(() => slack.openViews()).toHaveLength(1);
  });

  test('is not in force for: where there is none, all may read, and nobody is shown a button', async () => {
    policy = { people: {} };
    await start('http');
    expect(await view(eve)).toContain('Under way');
    expect(await view(eve)).not.toContain('"type":"button"');
  });
});

describe('a survey', () => {
  const of = { survey: 's', user: 'u' };
  const about = { question: 'How is it?', about: { model: 'mail', capability: 'spam' } };
  const shown = (): string => asText(slack.messages(ada)[0]?.blocks ?? []);
  const press = (actionId: string) =>
    slack.press({ user: ada, channel: ada, ts: slack.messages(ada)[0]?.ts ?? '', actionId: `gradus.${actionId}` });
  const write = async (comment: string): Promise<void> => {
    await press('comment');
    await expect.poll(() => slack.openViews()).toHaveLength(1);
    await slack.submit({ user: ada, viewId: slack.openViews()[0]?.view.id ?? '', values: { comment: { comment } } });
  };
  beforeEach(async () => {
    await start('http');
    await clientOf(slack, slackOptions().botToken).chat.postMessage({ channel: ada, ...surveyMessage(about, of) });
  });

  test('that was rated can still be said more to, and thanks for it', async () => {
    await press('rate.4');
    await expect.poll(shown).toContain('Thank you: 4 of 5.');
    expect(shown()).toContain('[Say more…]');
    expect(shown()).not.toContain('[4]');
    await write('far too slow');
    await expect.poll(shown).toContain('Thank you: 4 of 5. Thank you for your words.');
    expect(shown()).not.toContain('[');
    expect(said).toEqual([{ rating: 4 }, { comment: 'far too slow' }]);
  });

  test('that was written to first can still be rated', async () => {
    await write('far too slow');
    await expect.poll(shown).toContain('Thank you for your words.');
    expect(shown()).toContain('[1] [2] [3] [4] [5]');
    expect(shown()).not.toContain('Say more');
    await press('rate.2');
    await expect.poll(shown).toContain('Thank you: 2 of 5. Thank you for your words.');
  });
});

test('a home shows what waits for its person, and its buttons work; refusals open as a note', async () => {
  await start('http');
  await slack.openHome({ user: ada });
  await expect.poll(() => slack.home(ada)).toBeDefined();
  const home = slack.home(ada);
  expect(JSON.stringify(home?.blocks)).toContain('Waits for you');
  expect(JSON.stringify(home?.blocks)).toContain('Under way');
  await slack.press({ user: ada, viewId: home?.id ?? '', actionId: 'gradus.pause' });
  expect(sent.map(([, operation]) => operation)).toEqual(['pause']);
  answer = async () => {
    throw new GradusError('MESSAGE_REFUSED', 'it is paused already');
  };
  await slack.press({ user: ada, viewId: home?.id ?? '', actionId: 'gradus.pause' });
  await expect.poll(() => JSON.stringify(slack.openViews().at(-1)?.view ?? null)).toContain('it is paused already');
});

test('a stop of all releases is asked for with its reason, confirmed, shown on every home, and ended there', async () => {
  await start('http');
  const typed = await slack.command({ user: ada, channel, command: '/gradus', text: 'stop-all' });
  expect(typed.body).toContain('Say why');
  const asked = await slack.command({ user: ada, channel, command: '/gradus', text: 'stop-all incident 4711' });
  expect(asked.body).toContain('gradus.stop.begin');
  expect(asked.body).toContain('gradus.stop.roll-back');
  expect(stops).toEqual([]);
  await slack.openHome({ user: ada });
  const home = async (): Promise<string> => JSON.stringify(slack.home(ada)?.blocks ?? []);
  await expect.poll(home).toContain('"text":"Stop all releases?"');
  await slack.press({ user: ada, viewId: slack.home(ada)?.id ?? '', actionId: 'gradus.stop.begin' });
  await expect.poll(home).toContain('Nothing goes on');
  await slack.press({ user: ada, viewId: slack.home(ada)?.id ?? '', actionId: 'gradus.stop.end' });
  await expect.poll(home).not.toContain('Nothing goes on');
  expect(stops).toEqual([
    ['begin', 'ann', 'pressed in Slack'],
    ['end', 'ann', 'pressed in Slack'],
  ]);
  await slack.command({ user: ada, channel, command: '/gradus', text: 'go-on it is repaired' });
  expect(stops.at(-1)).toEqual(['end', 'ann', 'it is repaired']);
});

test('whoever may not stop is told so, and nothing is stopped', async () => {
  await start('http');
  answer = async () => {
    throw new GradusError('NOT_ALLOWED', 'it is for the role operator or approver.');
  };
  await slack.openHome({ user: ada });
  await expect.poll(() => slack.home(ada)).toBeDefined();
  await slack.press({ user: ada, viewId: slack.home(ada)?.id ?? '', actionId: 'gradus.stop.begin' });
  await expect.poll(() => JSON.stringify(slack.openViews().at(-1)?.view ?? null)).toContain('operator or approver');
});
