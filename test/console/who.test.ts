/** Whom a token makes somebody: a person of the policy whose account it is, and otherwise nobody that anybody else could be. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issuerProblem } from '../../src/console/provider.ts';
import { createTokens } from '../../src/console/tokens.ts';
import { openToAll, parsePolicy, refusal, type Policy } from '../../src/domain/policy.ts';
import { startProvider, type Provider } from '../support/oidc.ts';

const audience = 'gradus';
const policy = parsePolicy({
  people: {
    root: { roles: 'admin' },
    ann: { roles: ['approver', 'operator'], oidc: '17', email: 'ann@example.org' },
    bob: { roles: 'approver', oidc: 'bob@example.org' },
    'cem@example.org': { roles: 'admin' },
    dora: { roles: 'admin', email: 'team@example.org' },
    eve: { roles: 'viewer', oidc: 'sub:eve@example.org' },
  },
  groups: { leads: 'approver' },
});
let provider: Provider;

beforeAll(async () => {
  provider = await startProvider(audience);
});
afterAll(() => provider.stop());

/** Who they are, and what the token gives them. */
async function caller(claims: Record<string, unknown>, of: Policy = policy, rolesClaim = 'roles') {
  const callerOf = createTokens({ issuer: provider.issuer, audience, rolesClaim });
  return callerOf(`Bearer ${await provider.token(claims)}`, of);
}
const name = async (claims: Record<string, unknown>, of = policy): Promise<string> => (await caller(claims, of)).name;
const verified = (email: string) => ({ email, email_verified: true });

describe('a token', () => {
  test('is of whoever has its sub, or its verified address, at oidc', async () => {
    expect(await name({ sub: '17' })).toBe('ann');
    expect(await name({ sub: '18', ...verified('bob@example.org') })).toBe('bob');
    expect(await name({ sub: 'eve@example.org' })).toBe('eve');
    // Addresses have no case; what only looks like one of their letters (a Kelvin sign, a dotless i) is another letter.
    expect(await name({ sub: '18', ...verified('Bob@Example.ORG') })).toBe('bob');
    expect(await name({ sub: 'Eve@example.org' })).toBe('oidc:Eve@example.org');
    const kim = parsePolicy({ people: { root: { roles: 'admin' }, kim: { roles: 'admin', oidc: 'Kim@Example.org' } } });
    expect(await name({ sub: '21', ...verified('kim@example.org') }, kim)).toBe('kim');
    expect(await name({ sub: '22', ...verified('\u212aim@example.org') }, kim)).toBe('oidc:22');
    const same = { a: { roles: 'admin', oidc: 'Kim@example.org' }, b: { oidc: 'kim@Example.org' } };
    expect(() => parsePolicy({ people: same })).toThrow(/is a's already/);
  });

  test.each(['ann', 'root', 'gradus', 'cem@example.org', 'dora', 'oidc:17', '17'])(
    'cannot become %s by calling itself so, nor what they may do, whatever its groups give',
    async (word) => {
      for (const claims of [
        { sub: 'zz', ...verified(word) },
        { sub: `${word}!`, ...verified(word), roles: 'leads' },
      ]) {
        const { name: called, roles } = await caller(claims);
        expect(called).toBe(`oidc:${claims.sub}`);
        expect(Object.keys(policy.people)).not.toContain(called);
        expect(refusal(policy, called, 'override', roles, { openToAll: false })).not.toBeNull();
      }
      // As an id of the provider, a word of the policy is one more word.
      if (word !== '17') expect(await name({ sub: word })).toBe(`oidc:${word}`);
    },
  );

  test('is not of a person whose oidc is another, or who only gets mail at its address', async () => {
    expect(await name({ sub: '99', ...verified('ann@example.org') })).toBe('oidc:99');
    expect(await name({ sub: '99', ...verified('team@example.org') })).toBe('oidc:99');
    // Whoever may choose their sub cannot choose somebody's address, nor the other way round.
    expect(await name({ sub: 'bob@example.org' })).toBe('oidc:bob@example.org');
    expect(await name({ sub: '99', ...verified('eve@example.org') })).toBe('oidc:99');
    expect(await name({ sub: '99', ...verified('17') })).toBe('oidc:99');
  });

  test('that fits two people is nobody, and says so', async () => {
    await expect(caller({ sub: '17', ...verified('bob@example.org') })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringContaining('fits ann and bob of the policy'),
    });
  });

  test('keeps its name when its address changes, so that nobody counts twice, and has one where there is no policy', async () => {
    for (const of of [policy, openToAll]) {
      expect(await name({ sub: '5', ...verified('a@example.org') }, of)).toBe('oidc:5');
      expect(await name({ sub: '5', ...verified('b@example.org') }, of)).toBe('oidc:5');
    }
  });

  test.each([[''], [' 17'], ['17 '], ['1\n7'], ['1\u0000'], ['x'.repeat(256)], [17], [['17']], [null]])(
    'whose sub another could look like is not taken ($#)',
    async (sub) => {
      await expect(caller({ sub })).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
    },
  );

  test('that ends in the far future ends at a time that can be written down', async () => {
    const { until } = await caller({ sub: '5', exp: 1e15 });
    expect(until.toISOString()).toBe('9999-12-31T23:59:59.000Z');
  });
});

describe('a policy', () => {
  test('has no names that tokens or Gradus itself have, and no account twice', () => {
    const people = { root: { roles: 'admin' }, 'oidc:5': {}, gradus: {}, a: { oidc: '17' }, b: { oidc: 'sub:17' } };
    expect(() => parsePolicy({ people })).toThrow(
      /"oidc:5" is not a usable name[^]*"gradus" is what Gradus calls itself[^]*b\.oidc: sub:17 is a's already/,
    );
  });
});

describe('the claim of roles', () => {
  const leads = ['approver'];

  test('is one of exactly that name, dots or not, and otherwise a path', async () => {
    const url = 'https://example.org/roles';
    expect((await caller({ sub: '5', [url]: ['leads'] }, policy, url)).roles).toEqual(leads);
    expect((await caller({ sub: '5', realm: { roles: 'leads' } }, policy, 'realm.roles')).roles).toEqual(leads);
    const both = { sub: '5', 'realm.roles': [], realm: { roles: 'leads' } };
    expect((await caller(both, policy, 'realm.roles')).roles).toEqual([]);
    expect((await caller({ sub: '5' }, policy, 'constructor.name')).roles).toEqual([]);
  });
});

describe('an issuer that is written otherwise than the provider writes it', () => {
  test('is told at once, and to whoever sends a token', async () => {
    const told = `GRADUS_OIDC_ISSUER is ${provider.issuer}/, and the provider there calls itself ${provider.issuer}. Set GRADUS_OIDC_ISSUER to just that`;
    expect(await issuerProblem(`${provider.issuer}/`)).toContain(told);
    expect(await issuerProblem(provider.issuer)).toBeNull();
    // One that is away may be right.
    expect(await issuerProblem('http://127.0.0.1:1')).toBeNull();
    const callerOf = createTokens({ issuer: `${provider.issuer}/`, audience, rolesClaim: 'roles' });
    await expect(callerOf(`Bearer ${await provider.token({ sub: '5' })}`, policy)).rejects.toMatchObject({
      code: 'PROVIDER_UNREACHABLE',
      message: expect.stringContaining(told),
    });
  });
});

describe('a token that is not taken', () => {
  const seconds = (hours: number): number => Math.floor(Date.now() / 1000) + hours * 3600;

  test.each([
    ['over', { exp: Date.UTC(2026, 0, 2) / 1000 }, 'the token expired at 2026-01-02T00:00:00.000Z; get a new one'],
    ['too early', { nbf: Date.UTC(2101, 0, 1) / 1000 }, 'not good before 2101-01-01T00:00:00.000Z'],
    ['for others', { aud: ['other'] }, 'for ["other"], and not for "gradus", which is this GRADUS_OIDC_AUDIENCE'],
    ['of others', { iss: 'https://b' }, 'of issuer "https://b", and not of "http://127'],
    ['odd', { exp: 'soon' }, 'the exp of the token is not what it has to be'],
  ])('says why, in words of ours: %s', async (_, claims, words) => {
    await expect(caller({ sub: '5', exp: seconds(1), ...claims })).rejects.toMatchObject({
      code: 'NOT_SIGNED_IN',
      message: expect.stringContaining(words),
    });
  });

  test.each([
    [{ without: 'aud' }, 'the token has no aud'],
    [{ kid: 'two' }, 'does not publish; is it of another provider?'],
    [{ alg: 'HS256', key: new Uint8Array(32) }, 'RSA, ECDSA and EdDSA signatures are'],
  ])('says so of how it was made ($#)', async (more, words) => {
    const callerOf = createTokens({ issuer: provider.issuer, audience, rolesClaim: 'roles' });
    const token = await provider.token({ sub: '5' }, more);
    await expect(callerOf(`Bearer ${token}`, policy)).rejects.toThrow(words);
    await expect(callerOf('Bearer a.b.c', policy)).rejects.toThrow('not a signed token');
    await expect(callerOf('Basic YTpi', policy)).rejects.toThrow('send `Authorization: Bearer …`');
  });
});
