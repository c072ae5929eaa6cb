/** What our processes have in common: they say when they are ready, and end when they are told or left alone. */
import { readyMessage } from './node-process.ts';

export interface OwnProcess {
  /** Aborts when the process is to end: by SIGTERM, SIGINT, or the end of the process that started it. */
  signal: AbortSignal;
  /** Tells the process that started this one, if there is one; `address` is where it listens. */
  ready(address?: string | null): void;
}

/** After this long without an end, the process ends anyhow. */
const endWithinMs = 15_000;

/** Runs one process to its end: resolves where it was told to end, throws where it ended by itself. */
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
  const ready = (address: string | null = null): void => {
    console.log(`${name}: ready${address === null ? '' : ` on ${address}`}`);
    process.send?.(readyMessage);
  };
  try {
    await work({ signal: ending.signal, ready });
  } catch (error) {
    if (!ending.signal.aborted) throw error;
    console.error(`${name}: while ending:`, error);
  }
  if (!ending.signal.aborted) throw new Error(`${name} ended without being told to`);
}

export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
