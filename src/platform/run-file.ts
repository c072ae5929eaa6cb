/** `run.json` in the data folder: which `gradus up` runs on it, where its parts listen, and which processes are its own. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { isAlive, type ProcessMark } from './process-mark.ts';

/** Where everything is reached. */
export interface Addresses {
  gateway: string;
  /** host:port of Temporal's frontend. */
  temporal: string;
  namespace: string;
  /** Null when Temporal is the operator's own and nobody said where its UI is. */
  temporalUi: string | null;
  /** With its password. */
  database: string;
}

const markSchema = z.object({ pid: z.number(), began: z.string() });

const runSchema = z.object({
  up: markSchema,
  startedAt: z.string(),
  /** Null until all is ready. */
  addresses: z
    .object({
      gateway: z.string(),
      temporal: z.string(),
      namespace: z.string(),
      temporalUi: z.string().nullable(),
      database: z.string(),
    })
    .nullable(),
  processes: z.record(z.string(), markSchema),
  webhooks: z.array(z.string()).optional(),
});

export interface Run {
  up: ProcessMark;
  startedAt: string;
  addresses: Addresses | null;
  processes: Record<string, ProcessMark>;
  /** Whom it tells by HTTP, with what lets it in there; left out by what ran before this was noted. */
  webhooks?: string[] | undefined;
}

const fileIn = (home: string): string => path.join(home, 'run.json');

/** Null where nothing was started on this data, or the file is not readable. */
export function readRun(home: string): Run | null {
  try {
    return runSchema.parse(JSON.parse(readFileSync(fileIn(home), 'utf8')));
  } catch {
    return null;
  }
}

/** What is running on this data now. */
export function runningOn(home: string): Run | null {
  const run = readRun(home);
  return run !== null && isAlive(run.up) ? run : null;
}

/** Whole or not at all; at once, so that no process is started that is not noted. For the owner alone: it holds a password. */
export function writeRun(home: string, run: Run): void {
  const draft = `${fileIn(home)}.new`;
  writeFileSync(draft, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, fileIn(home));
}

export function removeRun(home: string): void {
  rmSync(fileIn(home), { force: true });
}
