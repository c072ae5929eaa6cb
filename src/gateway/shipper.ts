/** Moves the journal to the store, in batches and in order; while the store is away it waits, and catches up later. */
import { setTimeout as sleep } from 'node:timers/promises';
import { GradusError } from '../domain/errors.ts';
import type { Answer, Feedback } from '../domain/feedback.ts';
import type { Observations } from '../domain/ports.ts';
import { fromLine, type Entry } from './entries.ts';
import type { Journal } from './journal.ts';
import type { Position } from './segments.ts';

export interface Shipper {
  /** Whether all that was written has reached the store. */
  isIdle(): boolean;
  /** Waits until it has, or time is up. */
  drain(withinMs: number): Promise<boolean>;
  /** Since when the store has taken nothing though there was something; null when it does. */
  stuckSince(): Date | null;
  close(): Promise<void>;
}

const everyMs = 50;
const batchBytes = 256 * 1024;
/** A segment that is all moved and longer than this is given up for a new one. */
const rotateBytes = 1024 * 1024;
const longestPauseMs = 2_000;
const closeWithinMs = 2_000;

export async function startShipper(
  journal: Journal,
  observations: Observations,
  problem: (message: string, error: unknown) => void,
): Promise<Shipper> {
  const { segments } = journal;
  const first = (await segments.list())[0] ?? journal.written().segment;
  const saved = await segments.position();
  let position: Position = saved !== null && saved.segment >= first ? saved : { segment: first, offset: 0 };
  let stuckSince: Date | null = null;
  let closing = false;

  const isIdle = (): boolean => {
    const { segment, length } = journal.written();
    return position.segment === segment && position.offset === length;
  };

  async function moveTo(next: Position): Promise<void> {
    await segments.save(next);
    position = next;
  }

  /** Moves one batch; false where there is none now. */
  async function step(): Promise<boolean> {
    const written = journal.written();
    if (isIdle()) {
      if (written.length > rotateBytes) journal.rotate();
      return false;
    }
    const isClosed = position.segment < written.segment;
    const bytes = await read(position, isClosed ? null : written.length);
    const whole = bytes.lastIndexOf(0x0a) + 1;
    if (whole > 0) {
      const lines = bytes.subarray(0, whole).toString('utf8').split('\n').slice(0, -1);
      await record(lines.map(fromLine).filter((entry) => entry !== null));
      await moveTo({ segment: position.segment, offset: position.offset + whole });
    } else if (isClosed) {
      // All that is left of a closed segment is nothing, or a line that was torn when its process was killed.
      const done = position.segment;
      const next = (await segments.list()).find((segment) => segment > done) ?? written.segment;
      await moveTo({ segment: next, offset: 0 });
      await segments.remove(done);
    }
    return true;
  }

  async function read({ segment, offset }: Position, end: number | null): Promise<Buffer> {
    const file = await segments.open(segment).catch((error: unknown) => {
      // Removed already, when the process was killed between removing it and saving that.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    });
    if (file === null) return Buffer.alloc(0);
    try {
      const size = Math.min(batchBytes, (end ?? (await file.stat()).size) - offset);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.max(0, size)), 0, Math.max(0, size), offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async function record(entries: Entry[]): Promise<void> {
    if (entries.length === 0) return;
    try {
      await observations.record(...sorted(entries));
    } catch (error) {
      if (isPassing(error) || entries.length === 1) {
        if (isPassing(error)) throw error;
        // The store will never take it; the lines after it must not wait for that.
        problem(`The store refuses an entry of the journal: ${JSON.stringify(entries[0])}`, error);
        return;
      }
      const half = Math.ceil(entries.length / 2);
      await record(entries.slice(0, half));
      await record(entries.slice(half));
    }
  }

  async function work(): Promise<void> {
    let pauseMs = everyMs;
    while (!closing) {
      try {
        const moved = await step();
        stuckSince = null;
        pauseMs = everyMs;
        if (moved) continue;
      } catch (error) {
        if (stuckSince === null) problem('Answers and feedback wait in the journal', error);
        stuckSince ??= new Date();
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
      await sleep(pauseMs);
    }
  }
  const working = work();

  return {
    isIdle,
    stuckSince: () => stuckSince,
    async drain(withinMs) {
      for (const end = Date.now() + withinMs; !isIdle() && Date.now() < end;) await sleep(10);
      return isIdle();
    },
    async close() {
      closing = true;
      // A batch that the store does not answer for is sent again by the next run.
      await Promise.race([working, sleep(closeWithinMs)]);
    },
  };
}

function sorted(entries: Entry[]): [Answer[], Feedback[]] {
  const answers = entries.flatMap((entry) => ('answer' in entry ? [entry.answer] : []));
  const feedback = entries.flatMap((entry) => ('feedback' in entry ? [entry.feedback] : []));
  return [answers, feedback];
}

/** Only an error about the data itself (SQL state 22: data exception, 23: constraint) cannot pass. */
function isPassing(error: unknown): boolean {
  if (error instanceof GradusError) return error.retryable;
  return !(error instanceof Error && 'code' in error && typeof error.code === 'string' && /^2[23]/.test(error.code));
}
