/** Lets one process at a time start servers on a data folder, and ends what one that was killed has left. */
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { GradusError } from '../domain/errors.ts';
import { endProcess, isAlive, markOf, type ProcessMark } from './process-mark.ts';
import { readRun, removeRun } from './run-file.ts';

/** `up` stays; `reading` starts the records' server for a moment, because nothing else runs. */
type Purpose = 'up' | 'reading';

const leftoversWithinMs = 5_000;
/** How long to wait for one that only reads. */
const readingWithinMs = 30_000;
const holderSchema = z.object({ pid: z.number(), began: z.string(), purpose: z.enum(['up', 'reading']) });
type Holder = ProcessMark & { purpose: Purpose };

/** Throws `ALREADY_RUNNING`. Gives back how the lock is released. */
export async function lockHome(home: string, purpose: Purpose): Promise<() => Promise<void>> {
  await makeHome(home);
  const file = path.join(home, 'up.lock');
  const me = markOf(process.pid);
  if (me === null) throw new GradusError('PART_MISSING', 'The system does not say when this process began (ps).');
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify({ ...me, purpose }), { mode: 0o600 });
  const deadline = Date.now() + readingWithinMs;
  try {
    while (!(await claim(draft, file))) {
      const holder = await readHolder(file);
      if (holder === null || !isAlive(holder)) await rm(file, { force: true });
      else if (holder.purpose === 'up' || Date.now() > deadline) throw busy(home, holder);
      else await sleep(50);
    }
    // Two that found the same stale lock may both have removed it: the later one has it.
    await sleep(20);
    const holder = await readHolder(file);
    if (holder === null || holder.pid !== me.pid || holder.began !== me.began)
      throw busy(home, holder ?? { ...me, purpose });
  } finally {
    await rm(draft, { force: true });
  }
  await endLeftovers(home);
  return () => rm(file, { force: true });
}

async function makeHome(home: string): Promise<void> {
  try {
    await makeFolder(home);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GradusError('SETTING_INVALID', `GRADUS_HOME: ${home} cannot be used: ${reason}. Name another folder.`);
  }
}

/** Not by mkdir's own `recursive`, which never ends below /proc. */
async function makeFolder(folder: string): Promise<void> {
  if ((await stat(folder).catch(() => null))?.isDirectory() === true) return;
  const parent = path.dirname(folder);
  if (parent !== folder) await makeFolder(parent);
  await mkdir(folder, { mode: 0o700 }).catch(async (error: unknown) => {
    // Somebody else may have made it meanwhile.
    if ((await stat(folder).catch(() => null))?.isDirectory() !== true) throw error;
  });
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

async function readHolder(file: string): Promise<Holder | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    return holderSchema.parse(JSON.parse(text));
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

function busy(home: string, { pid, purpose }: Holder): GradusError {
  if (purpose === 'reading') {
    return new GradusError('ALREADY_RUNNING', `Process ${pid} reads the records of ${home}. Try again in a moment.`);
  }
  const addresses = readRun(home)?.addresses ?? null;
  const ui = addresses === null || addresses.temporalUi === null ? '' : `, Temporal's UI ${addresses.temporalUi}`;
  const where = addresses === null ? 'It is still starting.' : `Its gateway is ${addresses.gateway}${ui}.`;
  const remedy = `Stop it with Ctrl-C (or kill ${pid}), or set GRADUS_HOME to another folder.`;
  return new GradusError('ALREADY_RUNNING', `gradus up (process ${pid}) already runs on ${home}. ${where}\n${remedy}`);
}
