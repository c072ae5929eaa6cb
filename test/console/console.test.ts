/** Operators over HTTP: who they are is in their token and nowhere else, and what they may do in the policy and the token. */
import { Client, Connection } from '@temporalio/client';
import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createConsole } from '../../src/console/http.ts';
import { createTokens } from '../../src/console/tokens.ts';
import { operations } from '../../src/domain/approval.ts';
import { parsePolicy } from '../../src/domain/policy.ts';
import { GradusError } from '../../src/domain/errors.ts';
import { sendMessage } from '../../src/platform/send-message.ts';
import { fakeAudit, fakeDelegations, fakePolicies, fakeReleases } from '../support/fake-records.ts';
import { startProvider, type Provider } from '../support/oidc.ts';
import { reportOf } from '../store/contract.ts';
import { waiting as asking } from '../fixtures/report-mail.ts';

const audience = 'gradus';
let provider: Provider;
let policies = fakePolicies();
let audit = fakeAudit();
let delegations = fakeDelegations();
let failure: Error | null = null;
let abandoned = false;
const releases = fakeReleases();
const sent: unknown[] = [];

beforeAll(async () => {
  provider = await startProvider(audience);
  await releases.begin({ id: 'mail-1', runId: 'r', model: 'mail', plan: {}, startedAt: '2026-01-01T00:00:00Z' });
  await releases.record('mail-1', 'r', reportOf('mail-1', 'mail', 'running', 1), false);
});
afterAll(() => provider.stop());
beforeEach(() => {
  policies = fakePolicies();
  audit = fakeAudit();
  delegations = fakeDelegations();
  failure = null;
  abandoned = false;
  sent.length = 0;
});

function consoleOf(issuer = provider.issuer) {
  return createConsole({
    callerOf: createTokens({ issuer, audience, rolesClaim: 'realm.roles' }),
    policies,
    releases,
    delegations,
    audit,
    async send(release, operation, says) {
      if (failure !== null) throw failure;
      sent.push({ release, operation, says });
      return `${operation} is done`;
    },
    endAbandoned: async (release) => (abandoned ? `${release} is ended` : null),
    problem: () => {},
  });
}

async function post(operation: string, token: string | null, body?: unknown, app = consoleOf()) {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const reply = await app.inject({
    method: 'POST',
    url: `/v1/releases/mail-1/${operation}`,
    headers: { ...authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return { status: reply.statusCode, body: reply.json<Record<string, unknown>>(), headers: reply.headers };
}

const ann = { sub: '17', email: 'ann@example.org', email_verified: true, realm: { roles: ['admin'] } };

describe('a token', () => {
  test('of the provider is taken, and says who it is; the body cannot', async () => {
    const done = await post('approve', await provider.token(ann), { why: 'looks right', id: 'p1' });
    expect(done).toMatchObject({ status: 200, body: { said: 'approve is done' } });
    const says = { by: 'oidc:17', via: 'http', why: 'looks right', id: 'p1' };
    expect(sent).toEqual([{ release: 'mail-1', operation: 'approve', says }]);
    const forged = await post('approve', await provider.token(ann), { by: 'bob', why: 4 });
    expect(forged.status).toBe(400);
    expect(forged.body['problems']).toEqual([
      'why: it has to be a text',
      'by: there is no such field; who you are is in your token',
    ]);
    expect((await post('approve', await provider.token(ann), { wy: 'x', url: 'y' })).body['problems']).toEqual([
      'wy: there is no such field (did you mean why?)',
      'url: there is no such field (known: why, request, evidence, id, emergency)',
    ]);
  });

  test('that anybody could have made, or that is not for us, or not now, changes nothing', async () => {
    const other = await generateKeyPair('RS256');
    const secret = new TextEncoder().encode(provider.publicKey);
    const [head = '', claims = ''] = (await provider.token(ann)).split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    const bad = {
      'not signed': `${none}.${claims}.`,
      'signed by another key': await provider.token(ann, { key: other.privateKey }),
      'signed with the public key as a secret': await provider.token(ann, { alg: 'HS256', key: secret }),
      'by a key that nobody knows': await provider.token(ann, { kid: 'two' }),
      'of another issuer': await provider.token({ ...ann, iss: 'http://127.0.0.1:1' }),
      'for others': await provider.token({ ...ann, aud: 'other' }),
      'over since an hour': await provider.token(ann, { hours: -1 }),
      'not yet good': await provider.token({ ...ann, nbf: Math.floor(Date.now() / 1000) + 3600 }),
      'without an end': await provider.token(ann, { without: 'exp' }),
      'of nobody': await provider.token(ann, { without: 'sub' }),
      'cut off': `${head}.${claims}`,
      rubbish: 'a.b.c',
    };
    for (const [what, token] of Object.entries(bad)) {
      const { status, body } = await post('rollback', token);
      expect([what, status, body['code']]).toEqual([what, 401, 'NOT_SIGNED_IN']);
    }
    expect((await post('rollback', null)).status).toBe(401);
    expect(sent).toEqual([]);
  });

  test('is no proof of an address that the provider has not verified', async () => {
    await policies.set(parsePolicy({ people: { ann: { roles: 'admin', oidc: 'ann@example.org' } } }), 'ann');
    const pretender = { sub: '666', email: 'ann@example.org', email_verified: false };
    const { status, body } = await post('approve', await provider.token(pretender));
    expect([status, body['message']]).toEqual([403, expect.stringContaining('oidc:666 is not in the policy')]);
    const entry = { subject: 'mail-1', what: 'approve was refused', by: 'oidc:666', via: 'http' };
    expect(await audit.entries(0, 10)).toMatchObject([entry]);
    expect((await post('approve', await provider.token({ ...ann, realm: {} }))).status).toBe(200);
    expect(sent).toMatchObject([{ says: { by: 'ann' } }]);
  });

  test('waits for a provider that is away', async () => {
    const token = await provider.token(ann);
    const away = await startProvider(audience);
    await away.stop();
    const { status, body } = await post('pause', token, undefined, consoleOf(away.issuer));
    expect([status, body['code']]).toEqual([503, 'PROVIDER_UNREACHABLE']);
  });
});

describe('what somebody may do', () => {
  test('is what the policy says of them and of their groups', async () => {
    const policy = { people: { root: { roles: 'admin' } }, groups: { 'ml-leads': ['approver'], ops: 'operator' } };
    await policies.set(parsePolicy(policy), 'root');
    const allowed = async (groups: string[]): Promise<string[]> => {
      const token = await provider.token({ sub: '5', realm: { roles: groups } });
      const done: string[] = [];
      for (const operation of operations) if ((await post(operation, token)).status === 200) done.push(operation);
      return done;
    };
    expect(await allowed(['ml-leads'])).toEqual(['approve', 'reject', 'hold', 'moreTime']);
    expect(await allowed(['ops', 'others'])).toEqual(['pause', 'resume', 'rollback']);
    // Going on in a freeze is an admin's.
    expect(await allowed(['ml-leads', 'ops'])).toEqual(operations.filter((one) => one !== 'override'));
    expect(await policies.signedIn('oidc:5')).toEqual(['approver', 'operator']);
    // The provider's own `admin` is nobody here unless the policy says so.
    expect(await allowed(['others', 'admin'])).toEqual([]);
  });

  test('without a policy is what the token says, and never everything', async () => {
    expect((await post('approve', await provider.token({ sub: '5' }))).status).toBe(403);
    expect((await post('approve', await provider.token({ sub: '5', realm: { roles: 'approver' } }))).status).toBe(200);
  });

  test('every problem of groups in a policy is named', () => {
    const wrong = {
      people: { ann: { roles: 'admin', oidc: 'x' }, bob: { oidc: 'x' } },
      groups: { leads: ['approvr'] },
    };
    expect(() => parsePolicy(wrong)).toThrow(/bob\.oidc: x is ann's already[^]*groups\.leads: "approvr".*approver\?/);
  });
});

describe('reading', () => {
  test('is for viewers, and shows releases as their reports', async () => {
    const app = consoleOf();
    const get = async (url: string, roles: string[]) =>
      app.inject({ url, headers: { authorization: `Bearer ${await provider.token({ sub: '5', realm: { roles } })}` } });
    expect((await get('/v1/releases', [])).statusCode).toBe(403);
    expect((await get('/v1/releases?model=mail', ['viewer'])).json()).toMatchObject({ releases: [{ id: 'mail-1' }] });
    expect((await get('/v1/releases/mail-1', ['approver'])).json()).toMatchObject({ id: 'mail-1', state: 'running' });
    expect((await get('/v1/releases/mail-9', ['viewer'])).json()).toMatchObject({ code: 'RELEASE_UNKNOWN' });
    expect((await get('/v1/waiting', ['viewer'])).json()).toEqual({ waiting: [] });
    expect((await get('/v2', ['viewer'])).statusCode).toBe(404);
  });

  test('is a page at a time, and names all that is wrong with the question', async () => {
    const authorization = `Bearer ${await provider.token({ sub: '5', realm: { roles: ['viewer'] } })}`;
    const get = async (query: string) =>
      (await consoleOf().inject({ url: `/v1/releases${query}`, headers: { authorization } })).json();
    for (const day of [2, 3, 4]) {
      const [id, startedAt] = [`maps-${day}`, `2026-01-0${day}T00:00:00Z`];
      await releases.begin({ id, runId: 'r', model: 'maps', plan: {}, startedAt });
      await releases.record(id, 'r', reportOf(id, 'maps', day === 4 ? 'running' : 'released', day), day !== 4);
    }
    const seen: string[] = [];
    for (let before = '', pages = 0; pages < 5; pages++) {
      const page = await get(`?model=maps&limit=2${before}`);
      seen.push(page.releases.map(({ id }: { id: string }) => id).join(' '));
      if (page.next === null) break;
      before = `&before=${page.next}`;
    }
    expect(seen).toEqual(['maps-4 maps-3', 'maps-2']);
    expect((await get('?open=true')).releases).toMatchObject([{ id: 'maps-4' }, { id: 'mail-1' }]);
    expect((await get('?limit=0&open=yes&modell=maps')).problems).toEqual([
      'open has to be true or left out: ?open=true',
      'limit has to be a whole number from 1 to 500: ?limit=50',
      'nothing is asked by ?modell (did you mean model?)',
    ]);
    expect(await get('?before=never')).toMatchObject({ code: 'RELEASE_UNKNOWN' });
  });
});

describe('whoever stands in for somebody', () => {
  const people = {
    root: { roles: 'admin' },
    wang: { roles: 'approver', oidc: 'wang@example.org' },
    vic: { roles: 'viewer', oidc: 'vic@example.org' },
    li: { oidc: 'li@example.org' },
  };
  const of = (email: string) => provider.token({ sub: email, email, email_verified: true });
  const standIn = { from: 'wang', to: 'li', why: 'on leave', by: 'wang' };
  const hour = 3_600_000;

  /** What waits for them, by releases. */
  async function waitingFor(email: string): Promise<unknown[]> {
    const headers = { authorization: `Bearer ${await of(email)}` };
    const reply = await consoleOf().inject({ url: '/v1/waiting', headers });
    if (reply.statusCode !== 200) return [reply.statusCode];
    return reply.json<{ waiting: { release: string; question?: string }[] }>().waiting.map(({ release }) => release);
  }

  beforeEach(async () => {
    await policies.set(parsePolicy({ people }), 'root');
  });

  test('may look and decide for them without a role of their own, for as long as it is so, and nothing more', async () => {
    expect((await post('approve', await of('li@example.org'))).status).toBe(403);
    await delegations.add({ ...standIn, until: new Date(Date.now() + hour).toISOString() });
    for (const operation of operations) {
      const { status } = await post(operation, await of('li@example.org'));
      expect([operation, status]).toEqual([operation, /approve|reject|hold|moreTime/.test(operation) ? 200 : 403]);
    }
    await delegations.end(1, 'wang');
    expect((await post('approve', await of('li@example.org'))).status).toBe(403);
    // Whoever may not decide has nothing to hand over.
    await policies.set(parsePolicy({ people: { ...people, wang: { ...people.wang, roles: 'viewer' } } }), 'root');
    await delegations.add({ ...standIn, until: new Date(Date.now() + hour).toISOString() });
    expect((await post('approve', await of('li@example.org'))).status).toBe(403);
  });

  test('is told what waits for them; who may only look is told of nothing', async () => {
    const begin = async (model: string, from: string[], startedAt: string): Promise<string> => {
      const id = `${model}-1`;
      await releases.begin({ id, runId: 'r', model, plan: {}, startedAt });
      const waiting = asking.waiting === null ? null : { ...asking.waiting, from };
      await releases.record(id, 'r', { ...asking, id, model, endedAt: null, waiting }, false);
      return id;
    };
    const [ofWang, ofAnybody] = [
      await begin('of-wang', ['wang'], '2026-01-02T00:00:00Z'),
      await begin('of-anybody', [], '2026-01-03T00:00:00Z'),
    ];
    expect(await waitingFor('wang@example.org')).toEqual([ofAnybody, ofWang]);
    expect(await waitingFor('vic@example.org')).toEqual([]);
    expect(await waitingFor('li@example.org')).toEqual([403]);
    await delegations.add({ ...standIn, until: new Date(Date.now() + hour).toISOString() });
    // Also what anybody may decide: wang may.
    expect(await waitingFor('li@example.org')).toEqual([ofAnybody, ofWang]);
  });
});

describe('a message', () => {
  test('that may have arrived or not is answered so, with when to ask again', async () => {
    const client = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1', interceptors: [] }) });
    failure = await sendMessage(client, 'mail-1', 'pause', { by: 'ann' }).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error : null),
    );
    expect(failure).toMatchObject({ code: 'TEMPORAL_UNREACHABLE' });
    const token = await provider.token(ann);
    const lost = await post('approve', token, { id: 'p1' });
    expect([lost.status, lost.headers['retry-after'], lost.body]).toEqual([
      503,
      '5',
      {
        code: 'TEMPORAL_UNREACHABLE',
        message:
          'Temporal does not answer, so the message may have arrived or not. See GET /v1/releases/mail-1, or send it again with the same id, "p1": it is done once.',
        problems: [expect.any(String)],
        mayHaveArrived: true,
      },
    ]);
    expect((await post('approve', token)).body['message']).toContain(
      'before you send it again; with an id of your own',
    );
    failure = new GradusError('NOT_RUNNING', 'nobody');
    expect((await post('approve', token)).body).toMatchObject({ code: 'NOT_RUNNING', mayHaveArrived: true });
    failure = new Error('a mistake');
    const mistake = await post('approve', token);
    expect([mistake.status, mistake.body['mayHaveArrived']]).toEqual([500, true]);
    failure = new GradusError('MESSAGE_REFUSED', 'no');
    expect((await post('approve', token)).body).not.toHaveProperty('mayHaveArrived');
  });

  test('that never left says so', async () => {
    const token = await provider.token(ann);
    policies = { ...policies, signIn: async () => Promise.reject(new GradusError('STORE_UNREACHABLE', 'It is away.')) };
    const { status, body, headers } = await post('approve', token);
    expect([status, body['mayHaveArrived'], headers['retry-after']]).toEqual([503, false, '5']);
    expect(sent).toEqual([]);
  });

  test('to a release that has ended is told how it ended, and one to a workflow that is gone what puts its users back', async () => {
    const token = await provider.token(ann);
    const say = async (operation: string, id: string) => {
      const url = `/v1/releases/${id}/${operation}`;
      const reply = await consoleOf().inject({ method: 'POST', url, headers: { authorization: `Bearer ${token}` } });
      return { status: reply.statusCode, ...reply.json<{ code?: string; message?: string; said?: string }>() };
    };
    await releases.begin({ id: 'over-1', runId: 'r', model: 'over', plan: {}, startedAt: '2026-01-01T00:00:00Z' });
    const over = { ...reportOf('over-1', 'over', 'rolledBack', 1), endedAt: '2026-01-01T01:00:00Z', reason: 'worse' };
    await releases.record('over-1', 'r', over, true);
    failure = new GradusError('RELEASE_UNKNOWN', 'There is no release under way.');
    expect(await say('approve', 'over-1')).toMatchObject({
      status: 409,
      code: 'MESSAGE_REFUSED',
      message: expect.stringMatching(/^over-1 has ended: rolled back.*\(worse\)\.$/),
    });
    expect(await say('approve', 'mail-1')).toMatchObject({
      status: 409,
      message: expect.stringContaining('Send rollback: it puts its users back on stable'),
    });
    abandoned = true;
    expect(await say('rollback', 'mail-1')).toEqual({ status: 200, said: 'mail-1 is ended' });
    expect(await say('rollback', 'mail-9')).toMatchObject({ status: 404, code: 'RELEASE_UNKNOWN' });
  });

  test('that the release refuses because of the policy is refused as the console itself does', async () => {
    failure = new GradusError('NOT_ALLOWED', 'mail-1 refused it: it is for the role admin.');
    const { status, body } = await post('approve', await provider.token(ann), { emergency: true, why: 'x' });
    expect([status, body['code']]).toEqual([403, 'NOT_ALLOWED']);
  });

  test('that is too large, or no JSON, is refused with what to send', async () => {
    const authorization = `Bearer ${await provider.token(ann)}`;
    const send = async (type: string, payload: string) => {
      const headers = { authorization, 'content-type': type };
      const reply = await consoleOf().inject({ method: 'POST', url: '/v1/releases/mail-1/pause', headers, payload });
      return [reply.statusCode, reply.json<{ message: string }>().message];
    };
    expect(await send('text/plain', 'x')).toEqual([415, expect.stringContaining('content-type: application/json')]);
    expect(await send('application/json', JSON.stringify({ why: 'x'.repeat(70_000) }))).toEqual([
      413,
      'The body is larger than is taken here.',
    ]);
    expect(await send('application/json', '{')).toEqual([400, 'The body is not JSON.']);
    for (const [id, status] of [
      ['%ZZ', 400],
      ['x'.repeat(2_000), 414],
    ] as const) {
      const reply = await consoleOf().inject({ url: `/v1/releases/${id}`, headers: { authorization } });
      expect(reply.statusCode).toBe(status);
      expect(reply.json()).toEqual({
        code: 'REQUEST_INVALID',
        message: expect.any(String),
        problems: [expect.any(String)],
      });
    }
  });

  test('cannot pretend to be that of a stop of all releases', async () => {
    const { status, body } = await post('rollback', await provider.token(ann), { id: 'stop-all/1' });
    expect([status, body['problems']]).toEqual([400, ['id: stop-all/… is for stops of all releases']]);
  });
});
