/** What our processes have in common: they say when they are ready, and end when they are told or left alone. */
import { readyMessage } from './node-process.ts';

export interface OwnProcess {
  /** Aborts when the process is to end: by SIGTERM, SIGINT, or the end of the process that started it. */
  signal: AbortSignal;
  /** Tells the process that started this one, if there is one. */
  ready(): void;
}

/** After this long without an end, the process ends anyhow. */
const endWithinMs = 15_000;

/** Runs one process to its end; the exit code tells a supervisor whether it was meant to end. */
export async function runOwnProcess(name: string, work: (own: OwnProcess) => Promise<void>): Promise<void> {
  const ending = new AbortController();
  const end = (why: string): void => {
    if (ending.signal.aborted) return;
    console.log(`${name}: ending, ${why}`);
    ending.abort();
    setTimeout(() => {
      console.error(`${name}: did not end within ${endWithinMs / 1000} s`);
      process.exit(1);
    }, endWithinMs).unref();
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  process.on('disconnect', () => end('the process that started it is gone'));
  const ready = (): void => {
    console.log(`${name}: ready`);
    process.send?.(readyMessage);
  };
  try {
    await work({ signal: ending.signal, ready });
  } catch (error) {
    if (!ending.signal.aborted) {
      console.error(`${name}:`, error);
      process.exit(1);
    }
    console.error(`${name}: while ending:`, error);
  }
  // What is still open (sockets, the channel) has nothing left to do.
  process.exit(ending.signal.aborted ? 0 : 1);
}

export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
