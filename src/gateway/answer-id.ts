/** Ids of answers: signed, and carrying all that feedback has to be tied to, so that no look-up is needed to take it. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { GradusError } from '../domain/errors.ts';
import type { Answer } from '../domain/feedback.ts';
import { arms } from '../domain/route.ts';

/** What an answer's id says of it. */
export type AnswerClaims = Pick<
  Answer,
  'id' | 'at' | 'model' | 'capability' | 'version' | 'arm' | 'phase' | 'user' | 'label'
> & {
  /** Which text was answered (see `digestOfText`); null in an id that was given before ids said it. */
  textDigest: string | null;
};

const claimsSchema = z.tuple([
  z.string(),
  z.number(),
  z.string(),
  z.string(),
  z.string(),
  z.enum(arms),
  z.string(),
  z.string(),
  z.string().nullable(),
  z.string().nullable().default(null),
]);

/** 16 of the 32 bytes of HMAC-SHA-256 (RFC 2104, section 5, allows half). */
const macBytes = 16;

/** `<claims>.<mac>`, both base64url, so that it can stand in a URL. */
export function signAnswerId(secret: Buffer, claims: AnswerClaims): string {
  const { id, at, model, capability, version, arm, phase, user, label, textDigest } = claims;
  const fields = [id, Date.parse(at), model, capability, version, arm, phase, user, label, textDigest];
  const body = Buffer.from(JSON.stringify(fields)).toString('base64url');
  return `${body}.${mac(secret, body).toString('base64url')}`;
}

/** Throws `ANSWER_UNKNOWN` where this installation did not give that id. */
export function readAnswerId(secret: Buffer, token: string): AnswerClaims {
  const [body = '', signature = '', ...rest] = token.split('.');
  const given = Buffer.from(signature, 'base64url');
  const right = mac(secret, body);
  if (rest.length > 0 || given.length !== macBytes || !timingSafeEqual(given, right)) throw unknown();
  // Signed by us: the parse only gives it its type.
  const claims = claimsSchema.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')));
  if (!claims.success) throw unknown();
  const [id, at, model, capability, version, arm, phase, user, label, textDigest] = claims.data;
  return { id, at: new Date(at).toISOString(), model, capability, version, arm, phase, user, label, textDigest };
}

/** Tells whether a text is the one that was answered, and says nothing of it to whoever has no key. */
export function digestOfText(secret: Buffer, text: string): string {
  return mac(secret, `text ${text}`).toString('base64url');
}

function mac(secret: Buffer, body: string): Buffer {
  return createHmac('sha256', secret).update(body).digest().subarray(0, macBytes);
}

function unknown(): GradusError {
  const message = 'There is no answer with this id: send the id exactly as POST /v1/predict returned it.';
  return new GradusError('ANSWER_UNKNOWN', message);
}
