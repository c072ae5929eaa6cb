/** The journal's files: numbered segments, and how far they have been moved to the store. */
import { mkdir, open, readdir, readFile, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { syncFolder } from './whole-file.ts';

/** All before it has reached the store. */
export interface Position {
  segment: number;
  offset: number;
}

const positionSchema = z.object({ segment: z.int().nonnegative(), offset: z.int().nonnegative() });

export interface Segments {
  /** Numbers of the segments that are there, in order. */
  list(): Promise<number[]>;
  /** Makes a new segment; its name is on the disk when this resolves. */
  create(segment: number): Promise<FileHandle>;
  open(segment: number): Promise<FileHandle>;
  remove(segment: number): Promise<void>;
  /** The last position that was saved; null where there is none that can be read. */
  position(): Promise<Position | null>;
  save(position: Position): Promise<void>;
}

export async function openSegments(folder: string): Promise<Segments> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = (segment: number): string => path.join(folder, `${String(segment).padStart(10, '0')}.log`);
  const positionFile = path.join(folder, 'position.json');

  return {
    async list() {
      const names = (await readdir(folder)).flatMap((each) => /^(\d{10})\.log$/.exec(each)?.[1] ?? []);
      return names.map(Number).sort((a, b) => a - b);
    },
    async create(segment) {
      const handle = await open(file(segment), 'wx', 0o600);
      await syncFolder(folder);
      return handle;
    },
    open: (segment) => open(file(segment), 'r'),
    remove: (segment) => rm(file(segment), { force: true }),
    async position() {
      try {
        return positionSchema.parse(JSON.parse(await readFile(positionFile, 'utf8')));
      } catch {
        return null;
      }
    },
    async save(position) {
      // Where it is lost with the power, the store gets some lines twice, which changes nothing.
      await writeFile(`${positionFile}.new`, JSON.stringify(position), { mode: 0o600 });
      await rename(`${positionFile}.new`, positionFile);
    },
  };
}
