/** Operators over HTTP: who they are is in their token and nowhere else, and what they may do in the policy and the token. */
import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createConsole } from '../../src/console/http.ts';
import { createTokens } from '../../src/console/tokens.ts';
import { operations } from '../../src/domain/approval.ts';
import { parsePolicy } from '../../src/domain/policy.ts';
import { fakePolicies, fakeReleases } from '../support/fake-records.ts';
import { startProvider, type Provider } from '../support/oidc.ts';
import { reportOf } from '../store/contract.ts';

const audience = 'gradus';
let provider: Provider;
let policies = fakePolicies();
const releases = fakeReleases();
const sent: unknown[] = [];

beforeAll(async () => {
  provider = await startProvider(audience);
  await releases.begin({ id: 'mail-1', runId: 'r', model: 'mail', plan: {}, startedAt: '2026-01-01T00:00:00Z' });
  await releases.record('mail-1', reportOf('mail-1', 'mail', 'running', 1), false);
});
afterAll(() => provider.stop());
beforeEach(() => {
  policies = fakePolicies();
  sent.length = 0;
});

function consoleOf(issuer = provider.issuer) {
  return createConsole({
    callerOf: createTokens({ issuer, audience, rolesClaim: 'realm.roles' }),
    policies,
    releases,
    async send(release, operation, says) {
      sent.push({ release, operation, says });
      return `${operation} is done`;
    },
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
  return { status: reply.statusCode, body: reply.json<Record<string, unknown>>() };
}

const ann = { sub: '17', email: 'ann@example.org', email_verified: true, realm: { roles: ['admin'] } };

describe('a token', () => {
  test('of the provider is taken, and says who it is; the body cannot', async () => {
    const done = await post('approve', await provider.token(ann), { why: 'looks right', id: 'p1' });
    expect(done).toEqual({ status: 200, body: { said: 'approve is done' } });
    const says = { by: 'ann@example.org', via: 'http', why: 'looks right', id: 'p1' };
    expect(sent).toEqual([{ release: 'mail-1', operation: 'approve', says }]);
    const forged = await post('approve', await provider.token(ann), { by: 'bob', why: 4 });
    expect(forged.status).toBe(400);
    expect(forged.body['problems']).toEqual([
      expect.stringContaining('why: '),
      'by: there is no such field; who you are is in your token',
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
});
