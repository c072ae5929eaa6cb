/** Sends one event to one address by HTTP, signed, and says what came of it. */
import { createHash } from 'node:crypto';
import { reasonOf, type Sent } from './sending.ts';
import { signedHeaders } from './signature.ts';

export interface WebhookOptions {
  url: string;
  keys: Buffer[];
  /** How long an address may take to answer. */
  withinMs?: number;
}

export const usualWithinMs = 15_000;
/** However long an address asks us to wait. */
const longestWaitMs = 3_600_000;

/** As the outbox knows an address; it may hold a secret, so it is not kept there. */
export function channelOf(url: string): string {
  return `webhook:${createHash('sha256').update(url).digest('hex').slice(0, 16)}`;
}

/** An address as it may be shown: without what lets somebody in. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** `event` is sent as it is; its id is the same at each try. Never throws. */
export async function post(
  { url, keys, withinMs = usualWithinMs }: WebhookOptions,
  event: { id: string },
  signal: AbortSignal,
): Promise<Sent> {
  const body = JSON.stringify(event);
  const { username, password } = new URL(url);
  const login = username === '' ? {} : { authorization: `Basic ${basic(username, password)}` };
  try {
    const answer = await fetch(bare(url), {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'gradus',
        ...login,
        ...signedHeaders(keys, event.id, Date.now(), body),
      },
      // Somebody else might get what was meant for the address.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
    });
    await answer.body?.cancel();
    return judged(answer);
  } catch (error) {
    const isSlow = error instanceof Error && error.name === 'TimeoutError';
    return { kind: 'later', why: isSlow ? `no answer within ${withinMs / 1000} s` : reasonOf(error) };
  }
}

/** Any 2xx takes it; 410 ends it for the address; all else may get better. */
function judged({ ok, status, headers }: Response): Sent {
  if (ok) return { kind: 'taken' };
  if (status === 410) return { kind: 'gone', why: 'the address answered HTTP 410 (gone)' };
  const why =
    status === 0 || (status >= 300 && status < 400) ? `HTTP ${status}: it points elsewhere` : `HTTP ${status}`;
  const afterMs = status === 429 || status === 503 ? retryAfterMs(headers.get('retry-after')) : null;
  return { kind: 'later', why, ...(afterMs === null ? {} : { afterMs }) };
}

/** Seconds, or a date (RFC 9110, section 10.2.3). */
function retryAfterMs(header: string | null): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(longestWaitMs, Math.max(0, ms));
}

/** fetch refuses an address with a name and a password in it. */
function bare(url: string): string {
  const address = new URL(url);
  [address.username, address.password] = ['', ''];
  return address.href;
}

function basic(username: string, password: string): string {
  return Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
}
