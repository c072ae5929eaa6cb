/** Files that are there whole or not at all, and digests of what is in them. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GradusError } from '../domain/errors.ts';

export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** JSON with sorted keys: equal values give equal text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isRecord(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is written under such a name is not finished, and may be swept away when it is old. */
const unfinished = '.writing-';
const hourMs = 3_600_000;
/** Trainings that nobody has taken up again for so long were given up. */
const checkpointEnd = '.checkpoint';
const weekMs = 7 * 24 * hourMs;

/** Without waiting for the disk: for what a crash of the machine may take, and a crash of the process may not. */
export function writeWholeNow(path: string, data: Buffer): void {
  const folder = dirname(path);
  const temporary = join(folder, `${unfinished}${basename(path)}-${randomUUID()}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(temporary, data);
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw diskProblem(folder, cause);
  }
}

/** Writes a file and puts it in place, so that a reader or a crash never finds half of it. */
export async function writeWhole(path: string, data: string | Buffer): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `${unfinished}${basename(path)}-${randomUUID()}`);
  await orExplain(folder, async () => {
    await mkdir(folder, { recursive: true });
    try {
      await writeDurably(temporary, data);
      await rename(temporary, path);
      await syncFolder(folder);
    } finally {
      await rm(temporary, { force: true });
    }
  });
}

export interface NewFile {
  data: string | Buffer;
  /** A file with the same content, which is linked to where the file system can; neither is ever written to again. */
  sameAs?: string;
}

/** The same for a folder of files. One that is there already stays, and is taken for the same. */
export async function writeWholeFolder(path: string, files: Map<string, NewFile>): Promise<void> {
  const parent = dirname(path);
  const temporary = join(parent, `${unfinished}${basename(path)}-${randomUUID()}`);
  await orExplain(parent, async () => {
    await sweep(parent);
    await mkdir(temporary, { recursive: true });
    try {
      for (const [name, { data, sameAs }] of files) {
        const linked = sameAs !== undefined && (await linkFile(sameAs, join(temporary, name)));
        if (!linked) await writeDurably(join(temporary, name), data);
      }
      await syncFolder(temporary);
      await rename(temporary, path).catch((error: unknown) => {
        if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
      });
      await syncFolder(parent);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  });
}

async function linkFile(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    () => false,
  );
}

async function writeDurably(path: string, data: string | Buffer): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** So that the new name is on the disk too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Takes away what a process that was killed has left. */
export async function sweep(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const oldMs = name.startsWith(unfinished) ? hourMs : name.endsWith(checkpointEnd) ? weekMs : Infinity;
    if (oldMs === Infinity) continue;
    const path = join(folder, name);
    const info = await stat(path).catch(() => null);
    if (info && Date.now() - info.mtimeMs > oldMs) await rm(path, { recursive: true, force: true });
  }
}

async function orExplain(folder: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    throw diskProblem(folder, cause);
  }
}

/** In our words where a person can help: a full disk, or permissions. */
function diskProblem(folder: string, cause: unknown): unknown {
  const problem = hasCode(cause, 'ENOSPC', 'EDQUOT')
    ? 'the disk is full; free some space'
    : hasCode(cause, 'EACCES', 'EPERM', 'EROFS')
      ? 'it may not be written to; see to its permissions'
      : null;
  if (problem === null) return cause;
  return new GradusError('TRAINING_FAILED', `Nothing could be kept in ${folder}: ${problem} and try again.`, { cause });
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code);
}
