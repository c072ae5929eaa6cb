/** One start of a process: how it is watched, and how it is stopped. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Launched {
  pid: number;
  /** Resolves when it does its work. */
  ready: Promise<void>;
  /** Resolves with how it ended, e.g. `killed by SIGKILL`. */
  exited: Promise<string>;
  /** Asks it to end, and makes it end when it does not in time. */
  stop(): Promise<void>;
}

/** Resolves with how the process ended, in words. */
export function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `killed by ${signal}`));
  });
}

export async function stopChild(child: ChildProcess, exited: Promise<string>, withinMs: number): Promise<void> {
  child.kill('SIGTERM');
  const inTime = await Promise.race([exited.then(() => true), sleep(withinMs, false, { ref: false })]);
  if (!inTime) {
    child.kill('SIGKILL');
    await exited;
  }
}
