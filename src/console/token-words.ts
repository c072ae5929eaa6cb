/** Why a token is not taken, in words for whoever sent it. */
import { errors } from 'jose';

interface Expected {
  issuer: string;
  audience: string;
}

const mostShown = 200;

/** Null where it is not the token's fault: the provider's keys could not be had. */
export function tokenProblem(error: unknown, { issuer, audience }: Expected): string | null {
  if (!(error instanceof errors.JOSEError)) return null;
  if (error instanceof errors.JWTExpired && error.claim === 'exp') {
    return `the token expired at ${moment(error.payload.exp)}; get a new one from your provider`;
  }
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) {
    const { claim, reason, payload } = error;
    if (reason === 'missing') return `the token has no ${claim}`;
    if (claim === 'aud') {
      return `the token is for ${shown(payload.aud)}, and not for ${shown(audience)}, which is this GRADUS_OIDC_AUDIENCE`;
    }
    if (claim === 'iss') {
      return `the token is of issuer ${shown(payload.iss)}, and not of ${shown(issuer)}, which is this GRADUS_OIDC_ISSUER`;
    }
    if (claim === 'nbf' && reason === 'check_failed') return `the token is not good before ${moment(payload.nbf)}`;
    return `the ${claim} of the token is not what it has to be`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return `the token was not signed by ${issuer}, or altered`;
  if (error instanceof errors.JWKSNoMatchingKey) {
    return `the token is signed with a key that ${issuer} does not publish; is it of another provider?`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) {
    return 'the token is signed in a way that is not taken; RSA, ECDSA and EdDSA signatures are';
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
    return 'what you sent is not a signed token (a JWT: three parts with dots between them)';
  }
  if (error instanceof errors.JWKSMultipleMatchingKeys) {
    return `the token does not say which key of ${issuer} it is signed with, and several could be`;
  }
  return null;
}

function shown(value: unknown): string {
  return value === undefined ? 'nobody' : JSON.stringify(value).slice(0, mostShown);
}

/** Seconds since 1970, as tokens have it. */
function moment(seconds: number | undefined): string {
  const at = new Date((seconds ?? 0) * 1000);
  return Number.isNaN(at.getTime()) ? `${seconds} s` : at.toISOString();
}
