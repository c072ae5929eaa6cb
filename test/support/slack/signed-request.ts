/** Requests as Slack signs and sends them to an app, and ways to tamper with them. */
import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { answerWithinMs } from './socket-mode.ts';

export interface Tampering {
  /** Signs with another secret: a forgery. */
  secret?: string;
  /** Signs as of then (seconds since 1970). */
  atSeconds?: number;
  /** Sends this in place of what was signed. */
  body?: string | ((signed: string) => string);
  /** Makes the body this many bytes longer, and signs that. */
  padBytes?: number;
  /** Says that it is sent again, and for the how many-th time. */
  retryNum?: number;
}

export interface SignedRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What the app answered; status 0 is no answer within three seconds, after which Slack hangs up, or no connection. */
export interface Delivery {
  status: number;
  headers: Record<string, string>;
  /** In Socket Mode, the acknowledgement's payload as JSON. */
  body: string;
  tookMs: number;
  /** What was sent: `send` sends it again. In Socket Mode, its body is the envelope. */
  request: SignedRequest;
}

export type ContentType = 'application/x-www-form-urlencoded' | 'application/json';

export function signed(
  url: string,
  type: ContentType,
  content: string,
  secret: string,
  tampering: Tampering = {},
): SignedRequest {
  const padding = 'x'.repeat(tampering.padBytes ?? 0);
  const body = padding === '' ? content : padded(type, content, padding);
  const timestamp = String(tampering.atSeconds ?? Math.trunc(Date.now() / 1000));
  const digest = createHmac('sha256', tampering.secret ?? secret)
    .update(`v0:${timestamp}:${body}`)
    .digest('hex');
  const sent = typeof tampering.body === 'function' ? tampering.body(body) : (tampering.body ?? body);
  const again =
    tampering.retryNum === undefined
      ? {}
      : { 'X-Slack-Retry-Num': String(tampering.retryNum), 'X-Slack-Retry-Reason': 'http_timeout' };
  return {
    url,
    headers: {
      'User-Agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      Accept: 'application/json,*/*',
      'Content-Type': type,
      'X-Slack-Signature': `v0=${digest}`,
      'X-Slack-Request-Timestamp': timestamp,
      ...again,
    },
    body: sent,
  };
}

function padded(type: ContentType, content: string, padding: string): string {
  return type === 'application/json'
    ? content.replace(/^\{/, `{"padding":"${padding}",`)
    : `${content}&padding=${padding}`;
}

/** Sends it over a connection of its own, so that nothing keeps the app's server from stopping. */
export function send(request: SignedRequest): Promise<Delivery> {
  const since = performance.now();
  const done = (status: number, headers: Record<string, string>, body: string): Delivery => ({
    status,
    headers,
    body,
    tookMs: performance.now() - since,
    request,
  });
  return new Promise((resolve) => {
    const headers = { ...request.headers, 'Content-Length': String(Buffer.byteLength(request.body)) };
    const signal = AbortSignal.timeout(answerWithinMs);
    const outgoing = httpRequest(request.url, { method: 'POST', headers, agent: false, signal }, (response) => {
      const chunks: Buffer[] = [];
      const seen = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
      const finish = (): void => resolve(done(response.statusCode ?? 0, seen, Buffer.concat(chunks).toString()));
      response.on('data', (chunk: Buffer) => void chunks.push(chunk));
      response.on('end', finish);
      // An app may refuse a large body and cut the connection before it has all of it.
      response.on('error', finish);
    });
    outgoing.on('error', () => resolve(done(0, {}, '')));
    outgoing.end(request.body);
  });
}
