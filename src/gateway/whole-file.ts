/** Small JSON files that are there whole or not at all, also when the power fails while they are written. */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';

/** Resolves when the value is on the disk. Calls for one file must come one after the other. */
export async function writeWhole(file: string, value: unknown): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = await open(`${file}.new`, 'w', 0o600);
  try {
    await draft.writeFile(JSON.stringify(value));
    await draft.sync();
  } finally {
    await draft.close();
  }
  await rename(`${file}.new`, file);
  await syncFolder(path.dirname(file));
}

/** Resolves when the names of the folder's files are on the disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Null where there is no such file, or not one that this version can read. */
export async function readWhole<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}
