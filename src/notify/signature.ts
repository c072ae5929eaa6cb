/** Signatures of the Standard Webhooks scheme (standardwebhooks.com, version 1): HMAC-SHA256 over id, time and body. */
import { createHmac } from 'node:crypto';

/** The three headers of one try. Several keys, for the time in which an old one is replaced, give several signatures. */
export function signedHeaders(keys: Buffer[], id: string, atMs: number, body: string): Record<string, string> {
  const seconds = String(Math.floor(atMs / 1000));
  const signatures = keys.map(
    (key) => `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signatures.join(' ') };
}
