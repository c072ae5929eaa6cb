/** What goes wrong on demand: rate limits, failures, and answers that are lost after the deed. */

export type Fault =
  | { kind: 'limited'; retryAfterSeconds: number }
  | { kind: 'failed'; status: number }
  | { kind: 'refused'; code: string }
  | { kind: 'lost' };

export interface Faults {
  /** HTTP 429 for the next calls. */
  limit(method: string, options: { times: number; retryAfterSeconds: number }): void;
  /** An HTTP error, such as 503, for the next calls. */
  fail(method: string, options: { times: number; status: number }): void;
  /** An error of Slack's own, such as missing_scope, for the next calls. */
  refuse(method: string, options: { times: number; code: string }): void;
  /** The next calls take effect, but the connection is cut before the answer. */
  loseAnswer(method: string, times: number): void;
  /** What is to go wrong with this call, which uses it up. */
  next(method: string): Fault | undefined;
}

export function createFaults(): Faults {
  const waiting = new Map<string, Fault[]>();
  const add = (method: string, times: number, fault: Fault): void => {
    waiting.set(method, [...(waiting.get(method) ?? []), ...Array.from({ length: times }, () => fault)]);
  };
  return {
    limit: (method, { times, retryAfterSeconds }) => add(method, times, { kind: 'limited', retryAfterSeconds }),
    fail: (method, { times, status }) => add(method, times, { kind: 'failed', status }),
    refuse: (method, { times, code }) => add(method, times, { kind: 'refused', code }),
    loseAnswer: (method, times) => add(method, times, { kind: 'lost' }),
    next: (method) => waiting.get(method)?.shift(),
  };
}
