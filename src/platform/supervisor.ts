/** Keeps one process running: starts it again when it ends, with growing pauses, and gives up only after many tries. */
import { setTimeout as sleep } from 'node:timers/promises';
import { GradusError } from '../domain/errors.ts';
import type { Launched } from './launched.ts';

export type SupervisorEvent =
  | { kind: 'starting'; pid: number }
  | { kind: 'ready'; tookMs: number; again: boolean }
  | { kind: 'died'; reason: string; pauseMs: number }
  | { kind: 'gaveUp'; reason: string };

export interface SupervisorOptions {
  launch(): Promise<Launched>;
  readyWithinMs: number;
  /** Starts that may fail before it was ever ready. */
  firstTries: number;
  notify(event: SupervisorEvent): void;
}

export interface Supervised {
  /** Rejects when the process never became ready. */
  ready: Promise<void>;
  /** Null while it is not there. */
  pid(): number | null;
  stop(): Promise<void>;
}

/** How many times in a row it may end soon after its start. */
const triesInARow = 30;
/** Longer than this, and an earlier trouble is forgotten. */
const soundAfterMs = 60_000;
const firstPauseMs = 100;
const longestPauseMs = 5_000;

export function supervise(options: SupervisorOptions): Supervised {
  const stopping = new AbortController();
  let current: Launched | null = null;
  let everReady = false;

  /** One life of the process; gives back how it ended. */
  const live = async (becameReady: () => void): Promise<string> => {
    const startedAt = Date.now();
    const launched = await options.launch();
    current = launched;
    if (stopping.signal.aborted) await launched.stop();
    options.notify({ kind: 'starting', pid: launched.pid });
    const limit = new AbortController();
    try {
      const first = await Promise.race([
        launched.ready.then(() => 'ready' as const),
        launched.exited,
        sleep(options.readyWithinMs, 'late' as const, { signal: limit.signal, ref: false }),
      ]);
      if (first === 'late') {
        await launched.stop();
        return `not ready within ${options.readyWithinMs / 1000} s`;
      }
      if (first === 'ready') {
        options.notify({ kind: 'ready', tookMs: Date.now() - startedAt, again: everReady });
        becameReady();
      }
      return await launched.exited;
    } finally {
      limit.abort();
      current = null;
    }
  };

  let settle: { resolve(): void; reject(error: unknown): void } = { resolve: () => {}, reject: () => {} };
  const ready = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  ready.catch(() => {});

  const keepRunning = async (): Promise<void> => {
    for (let failures = 0; !stopping.signal.aborted;) {
      const startedAt = Date.now();
      let reason = '';
      try {
        reason = await live(() => {
          everReady = true;
          settle.resolve();
        });
      } catch (error) {
        // What a person has to change does not get better by trying again.
        if (!everReady && error instanceof GradusError && !error.retryable) return settle.reject(error);
        reason = error instanceof Error ? error.message : String(error);
      }
      if (stopping.signal.aborted) return;
      failures = everReady && Date.now() - startedAt > soundAfterMs ? 1 : failures + 1;
      if (failures >= (everReady ? triesInARow : options.firstTries)) {
        options.notify({ kind: 'gaveUp', reason });
        return settle.reject(new GradusError('PART_MISSING', reason));
      }
      const pauseMs = failures === 1 ? 0 : Math.min(firstPauseMs * 2 ** (failures - 2), longestPauseMs);
      options.notify({ kind: 'died', reason, pauseMs });
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const running = keepRunning();

  return {
    ready,
    pid: () => current?.pid ?? null,
    async stop() {
      stopping.abort();
      await current?.stop();
      await running;
      settle.reject(new GradusError('NOT_RUNNING', 'It was stopped before it was ready.'));
    },
  };
}
