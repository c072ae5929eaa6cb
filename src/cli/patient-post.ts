/** POSTs JSON over connections that are kept, and tries again while the other side is away for a moment. */
import { Agent, request as httpRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Reply {
  status: number;
  /** Parsed; null where it was no JSON. */
  body: unknown;
  /** How often it was tried again. */
  retries: number;
  /** When the attempt that was answered was sent, in ms since 1970. */
  sentAt: number;
}

export interface PatientPost {
  /** Throws when `signal` ends it, or after `awayMs` without an answer that one can go on with. */
  post(place: string, body: unknown, signal: AbortSignal): Promise<Reply>;
  close(): void;
}

const shortestPauseMs = 50;
const longestPauseMs = 1000;
const answerWithinMs = 15_000;

/** Tried again: no connection, a connection that broke, and statuses that say so (429, 502 to 504). */
export function patientPost(base: string, options: { connections: number; awayMs: number }): PatientPost {
  const secure = new URL(base).protocol === 'https:';
  const settings = { keepAlive: true, maxSockets: options.connections };
  const agent = secure ? new SecureAgent(settings) : new Agent(settings);
  const send = secure ? secureRequest : httpRequest;

  function once(url: URL, payload: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) };
      const asked = send(url, { method: 'POST', agent, headers, timeout: answerWithinMs }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => (text += part));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
        answer.on('error', reject);
      });
      asked.on('timeout', () => asked.destroy(new Error(`no answer within ${answerWithinMs} ms`)));
      asked.on('error', reject);
      asked.end(payload);
    });
  }

  return {
    async post(place, body, signal) {
      const url = new URL(place, base);
      const payload = JSON.stringify(body);
      const until = Date.now() + options.awayMs;
      for (let retries = 0; ; retries++) {
        signal.throwIfAborted();
        const sentAt = Date.now();
        try {
          const { status, text } = await once(url, payload);
          if (![429, 502, 503, 504].includes(status)) return { status, body: parsed(text), retries, sentAt };
          if (sentAt >= until) return { status, body: parsed(text), retries, sentAt };
        } catch (error) {
          if (sentAt >= until) throw error;
        }
        await sleep(Math.min(longestPauseMs, shortestPauseMs * 2 ** retries), undefined, { signal });
      }
    },
    close: () => agent.destroy(),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
