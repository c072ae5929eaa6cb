/** Who sends a request: tokens of the operator's OpenID Connect provider, verified by its published keys. */
import { jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { GradusError } from '../domain/errors.ts';
import { roles, type Policy, type Role } from '../domain/policy.ts';
import { nameOfToken } from '../domain/token-person.ts';
import { printable } from '../domain/words.ts';
import { keysOf } from './provider.ts';
import { tokenProblem } from './token-words.ts';

export interface TokenOptions {
  /** As it stands in tokens, e.g. `https://login.example.org/realms/ml`. */
  issuer: string;
  /** Who tokens have to be for. */
  audience: string;
  /** Which claim names roles or groups: its name (`https://example.org/roles`), or a path with dots (`realm_access.roles`). */
  rolesClaim: string;
}

export interface Caller {
  name: string;
  /** What the token gives; the policy may give more. */
  roles: Role[];
  until: Date;
}

/** Signatures that a provider makes with a key of its own; nobody else can make them. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const clockToleranceSeconds = 30;

export function createTokens({ issuer, audience, rolesClaim }: TokenOptions) {
  let keys: Promise<JWTVerifyGetKey> | null = null;

  /** Throws `NOT_SIGNED_IN`, or `PROVIDER_UNREACHABLE` where nobody can say whether the token is good. */
  return async function callerOf(header: string | undefined, policy: Policy): Promise<Caller> {
    const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(header ?? '')?.[1];
    if (token === undefined) throw unknown('send `Authorization: Bearer …` with a token of your provider');
    const payload = await verified(token);
    return read(payload, policy, rolesClaim);
  };

  async function verified(token: string): Promise<JWTPayload> {
    try {
      keys ??= keysOf(issuer);
      const { payload } = await jwtVerify(token, await keys, {
        issuer,
        audience,
        algorithms,
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp', 'sub'],
      });
      return payload;
    } catch (cause) {
      const problem = tokenProblem(cause, { issuer, audience });
      if (problem !== null) throw unknown(problem, cause);
      keys = null;
      const why = cause instanceof GradusError ? cause.message : 'Try again, or see GRADUS_OIDC_ISSUER.';
      const message = `The keys of ${issuer} cannot be had, so nobody can be told apart. ${why}`;
      throw new GradusError('PROVIDER_UNREACHABLE', message, { cause });
    }
  }
}

function read(payload: JWTPayload, policy: Policy, rolesClaim: string): Caller {
  const said = claims.safeParse(payload);
  if (!said.success) throw unknown('the sub of the token is no id: 1 to 255 visible characters');
  const { sub, exp } = said.data;
  // An address that the provider has not verified may be anybody's.
  const email = payload['email_verified'] === true && typeof payload['email'] === 'string' ? payload['email'] : null;
  const name = nameOfToken(policy.people, { sub, email });
  const named = [rolesIn(payload, rolesClaim)].flat();
  const given = named.flatMap((one) => (typeof one === 'string' ? rolesFor(policy, one) : []));
  return { name, roles: [...new Set(given)], until: new Date(Math.min(exp, lastSecond) * 1000) };
}

/** Messages show names without control characters and spaces around them; two accounts must not become one by that. */
const claims = z.object({
  sub: z
    .string()
    .min(1)
    .max(255)
    .refine((sub) => printable(sub).trim() === sub),
  exp: z.number(),
});
/** The end of the year 9999, in seconds since 1970. */
const lastSecond = 253_402_300_799;

/** A claim of exactly that name, as Auth0 has them, comes before a path. */
function rolesIn(payload: JWTPayload, claim: string): unknown {
  return at(payload, claim) ?? claim.split('.').reduce<unknown>((value, key) => at(value, key), payload);
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? new Map<string, unknown>(Object.entries(value)).get(key)
    : undefined;
}

/**
 * What the policy says that a group of the provider may do. Where there is no policy yet, a group that is named as a role
 * has it; otherwise anybody's `admin` would be ours.
 */
function rolesFor({ people, groups = {} }: Policy, name: string): Role[] {
  const own = new Map(Object.entries(groups)).get(name);
  if (own !== undefined) return own;
  const isOpen = Object.keys(people).length === 0 && Object.keys(groups).length === 0;
  return isOpen ? roles.filter((role) => role === name) : [];
}

function unknown(problem: string, cause?: unknown): GradusError {
  return new GradusError('NOT_SIGNED_IN', `Who are you? ${problem}.`, { cause });
}
