/** Slack's clock: time stamps that are unique and grow, and a way for tests to let time pass. */

export interface Clock {
  nowMs(): number;
  /** Lets time pass for what runs out at Slack: triggers and response URLs. */
  pass(seconds: number): void;
  /** Seconds and microseconds, such as 1764000000.000100: the name of a message within its channel. */
  ts(): string;
}

const microsInSecond = 1_000_000;

export function createClock(): Clock {
  let aheadMs = 0;
  let lastMicros = 0;
  const nowMs = (): number => Date.now() + aheadMs;
  return {
    nowMs,
    pass(seconds) {
      aheadMs += seconds * 1000;
    },
    ts() {
      lastMicros = Math.max(Math.trunc(nowMs() / 1000) * microsInSecond, lastMicros) + 100;
      return `${Math.trunc(lastMicros / microsInSecond)}.${String(lastMicros % microsInSecond).padStart(6, '0')}`;
    },
  };
}
