/** The operator's OpenID Connect provider: where its keys are, and whether it is the one that the settings name. */
import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { GradusError } from '../domain/errors.ts';

const keysWithinMs = 5_000;
const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });

/**
 * By its discovery document (OpenID Connect Discovery 1.0, section 4). Throws `SETTING_INVALID` where the provider there calls
 * itself otherwise: its tokens do too. Anything else that is thrown means that it cannot be asked now.
 */
export async function keysOf(issuer: string): Promise<JWTVerifyGetKey> {
  const place = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(place, { signal: AbortSignal.timeout(keysWithinMs) });
  const found = discoverySchema.parse(await response.json());
  if (found.issuer !== issuer) {
    const message = `GRADUS_OIDC_ISSUER is ${issuer}, and the provider there calls itself ${found.issuer}. Set GRADUS_OIDC_ISSUER to just that`;
    throw new GradusError('SETTING_INVALID', `${message} (a slash at the end counts).`);
  }
  return createRemoteJWKSet(new URL(found.jwks_uri), { timeoutDuration: keysWithinMs });
}

/** What is wrong with the setting, as far as it can be known now; null: nothing that is known. */
export async function issuerProblem(issuer: string): Promise<string | null> {
  return keysOf(issuer).then(
    () => null,
    (error: unknown) => (error instanceof GradusError ? error.message : null),
  );
}
