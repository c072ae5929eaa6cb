/** Sends the notices of one channel, one after the other, each again with growing pauses until the other side has it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bell } from './bell.ts';
import type { Notice, Notices } from '../domain/outbox.ts';
import { duration } from '../domain/words.ts';

/** What came of one try. */
export type Sent =
  | { kind: 'taken' }
  /** Nobody needs it any more. */
  | { kind: 'needless' }
  /** `afterMs`: as the other side asks for, and for everything that is sent there. */
  | { kind: 'later'; why: string; afterMs?: number }
  /** This one will never be taken. */
  | { kind: 'never'; why: string }
  /** Nothing will be taken there any more. */
  | { kind: 'gone'; why: string };

export interface Sending {
  channel: string;
  /** As it is called in the log. */
  name: string;
  notices: Notices;
  /** Rings when something was noted. */
  bell: Bell;
  /** Tries once; ends early where `signal` says so. */
  send(notice: Notice, signal: AbortSignal): Promise<Sent>;
  /** Longer than any try takes. */
  leaseMs: number;
  say: (line: string) => void;
  /** Pauses between tries in the place of the usual ones, for tests. */
  pauses?: Pauses;
}

export interface Pauses {
  /** Before the next try, after so many. */
  afterTry(tries: number): number;
  giveUpAfterMs: number;
  /** Whether one is due again. */
  lookEveryMs: number;
}

const day = 86_400_000;

/** 5 seconds, 15, 45, … at most two hours, a fifth more or less, for a day. */
export const usualPauses: Pauses = {
  afterTry: (tries) => Math.min(7_200_000, 5_000 * 3 ** Math.min(tries - 1, 10)) * (0.8 + 0.4 * Math.random()),
  giveUpAfterMs: day,
  lookEveryMs: 2_000,
};

/** Goes on until `signal` says so. */
export async function sendAll(sending: Sending, signal: AbortSignal): Promise<void> {
  const { channel, name, notices, bell, leaseMs, say, pauses = usualPauses } = sending;
  let failing = false;
  let storeFails = false;
  while (!signal.aborted) {
    let isIdle = true;
    try {
      const notice = await notices.next(channel, leaseMs);
      if (notice !== null) isIdle = (await settle(notice)) === 'wait';
      storeFails = false;
    } catch (error) {
      if (!storeFails) say(`${name}: the store does not answer: ${reasonOf(error)}`);
      storeFails = true;
    }
    if (isIdle) await bell.wait(pauses.lookEveryMs, signal);
  }

  async function settle(notice: Notice): Promise<'next' | 'wait'> {
    const sent = await tryOnce(notice);
    switch (sent.kind) {
      case 'taken':
        await notices.taken(channel, notice);
        if (failing) say(`${name} takes what is sent again`);
        failing = false;
        return 'next';
      case 'needless':
        await notices.taken(channel, notice);
        return 'next';
      case 'never':
        await notices.giveUp(channel, notice, sent.why);
        say(`${name}: ${notice.release}, ${notice.key} is given up: ${sent.why}`);
        return 'next';
      case 'gone':
        await notices.later(channel, notice, 0, sent.why);
        await notices.stop(channel, sent.why);
        say(`${name}: nothing is sent there any more: ${sent.why}`);
        return 'wait';
      case 'later':
        return putOff(notice, sent);
    }
  }

  async function tryOnce(notice: Notice): Promise<Sent> {
    try {
      return await sending.send(notice, signal);
    } catch (error) {
      return { kind: 'later', why: reasonOf(error) };
    }
  }

  async function putOff(notice: Notice, { why, afterMs }: { why: string; afterMs?: number }): Promise<'next' | 'wait'> {
    if (signal.aborted) {
      // It was cut off by our own end, which is nobody's failure.
      await notices.later(channel, notice, 0, why);
      return 'next';
    }
    if (notice.ageMs >= pauses.giveUpAfterMs) {
      const forHow = duration(notice.ageMs);
      await notices.giveUp(channel, notice, `${why} (after ${notice.tries} tries in ${forHow})`);
      say(`${name}: ${notice.release}, ${notice.key} is given up after ${notice.tries} tries in ${forHow}: ${why}`);
      return 'next';
    }
    await notices.later(channel, notice, afterMs ?? pauses.afterTry(notice.tries), why);
    if (!failing) say(`${name} does not take what is sent; it is kept and tried again: ${why}`);
    failing = true;
    if (afterMs !== undefined) await sleep(afterMs, undefined, { signal }).catch(() => undefined);
    return 'next';
  }
}

/** With what lies behind it: `fetch failed` alone says nothing. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? `${error.message}: ${cause.message}` : error.message;
}
