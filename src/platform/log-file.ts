/** Logs of the processes: one file each in the data folder, with one older one beside it when it grew large. */
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
} from 'node:fs';
import path from 'node:path';

const limitBytes = 20 * 1024 * 1024;

export function logFile(home: string, name: string): string {
  const folder = path.join(home, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return path.join(folder, `${name}.log`);
}

/** Moves what is there to `<file>.1` when it is large. Writers append, so they go on at the new beginning. */
export function rotate(file: string): void {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < limitBytes) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
}

export function note(file: string, line: string): void {
  appendFileSync(file, `--- ${new Date().toISOString()} ${line}\n`, { mode: 0o600 });
}

/** Runs `use` with a descriptor that appends; a process that is started with it keeps its own. */
export function withLog<T>(file: string, use: (descriptor: number) => T): T {
  const descriptor = openSync(file, 'a', 0o600);
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The last words, for a message about why a process did not start. */
export function lastLines(file: string, count: number): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}
