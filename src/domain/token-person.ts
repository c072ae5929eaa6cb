/** Who a provider's token is: a person of the policy, or somebody with a name that nobody else can have. */
import { z } from 'zod';
import { GradusError } from './errors.ts';
import { listed } from './words.ts';

/** What a token says of somebody, after its signature was found good. */
export interface TokenSays {
  /** The account's id at the provider, which it gives to nobody else. */
  sub: string;
  /** Null where the provider says none, or has not verified it: it may be anybody's then. */
  email: string | null;
}

/** Names of people in a policy have no colon (`nameProblem`), nor have those of Gradus itself, so these are nobody else's. */
const prefix = 'oidc:';

/**
 * Never a word that the token's owner could have chosen as it is. An address is no name either: it can be changed, and then one
 * person would count twice. Throws `NOT_ALLOWED` where two people of the policy are meant.
 */
export function nameOfToken(people: Record<string, { oidc?: string }>, token: TokenSays): string {
  const found = Object.entries(people).filter(([, { oidc }]) => oidc !== undefined && means(oidc, token));
  const [first, ...others] = found.map(([name]) => name);
  if (first === undefined) return `${prefix}${token.sub}`;
  if (others.length === 0) return first;
  const message = `Your token fits ${listed([first, ...others])} of the policy, one by its sub and another by its address`;
  throw new GradusError('NOT_ALLOWED', `${message}. An admin says in the policy, at oidc, whose this account is.`);
}

/** One way to write what `oidc` means: an address is compared with verified addresses alone, and all else with the sub. */
export function readOidc(oidc: string): { kind: 'email' | 'sub'; value: string } {
  if (oidc.startsWith('sub:')) return { kind: 'sub', value: oidc.slice('sub:'.length) };
  return z.email().safeParse(oidc).success ? { kind: 'email', value: small(oidc) } : { kind: 'sub', value: oidc };
}

/** Addresses are compared without regard to case, as providers do; of ASCII letters alone, since others have look-alikes there. */
function small(address: string): string {
  return address.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function means(oidc: string, token: TokenSays): boolean {
  const { kind, value } = readOidc(oidc);
  return kind === 'email' ? token.email !== null && small(token.email) === value : token.sub === value;
}
