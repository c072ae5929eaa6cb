/** Lets one `gradus up` at a time work on a data folder, and ends what one that was killed has left. */
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { GradusError } from '../domain/errors.ts';
import { endProcess, isAlive, markOf, type ProcessMark } from './process-mark.ts';
import { readRun, removeRun } from './run-file.ts';

const leftoversWithinMs = 5_000;
const markSchema = z.object({ pid: z.number(), began: z.string() });

/** Throws `ALREADY_RUNNING`. Gives back how the lock is released. */
export async function lockHome(home: string): Promise<() => Promise<void>> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const file = path.join(home, 'up.lock');
  const me = markOf(process.pid);
  if (me === null) throw new GradusError('PART_MISSING', 'The system does not say when this process began (ps).');
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify(me), { mode: 0o600 });
  try {
    while (!(await claim(draft, file))) {
      const holder = await readMark(file);
      if (holder !== null && isAlive(holder)) throw busy(home, holder);
      await rm(file, { force: true });
    }
    // Two that found the same stale lock may both have removed it: the later one has it.
    await sleep(20);
    const holder = await readMark(file);
    if (holder === null || holder.pid !== me.pid || holder.began !== me.began) throw busy(home, holder ?? me);
  } finally {
    await rm(draft, { force: true });
  }
  await endLeftovers(home);
  return () => rm(file, { force: true });
}

async function claim(draft: string, file: string): Promise<boolean> {
  return link(draft, file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

async function readMark(file: string): Promise<ProcessMark | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    return markSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Processes notice by themselves that their `up` was killed; this is for those that have not yet. */
async function endLeftovers(home: string): Promise<void> {
  const run = readRun(home);
  if (run === null) return;
  await Promise.all(Object.values(run.processes).map((mark) => endProcess(mark, leftoversWithinMs)));
  removeRun(home);
}

function busy(home: string, holder: ProcessMark): GradusError {
  const addresses = readRun(home)?.addresses ?? null;
  const where =
    addresses === null
      ? ' It is still starting.'
      : ` Its gateway is ${addresses.gateway}${addresses.temporalUi === null ? '' : `, Temporal's UI ${addresses.temporalUi}`}.`;
  return new GradusError(
    'ALREADY_RUNNING',
    `gradus up (process ${holder.pid}) already runs on ${home}.${where} Stop it with Ctrl-C or kill ${holder.pid}, or set GRADUS_HOME to another folder.`,
  );
}
