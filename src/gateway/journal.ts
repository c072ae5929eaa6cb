/** The gateway's own record of answers and feedback: appended to a local file first, so that nothing waits for the store. */
import { setImmediate as turn } from 'node:timers/promises';
import { toLine, type Entry } from './entries.ts';
import { openSegments, type Segments } from './segments.ts';

export interface Journal {
  /** Resolves when the entry is on the disk, and stays there whatever happens to this process or machine. */
  keep(entry: Entry): Promise<void>;
  /** Written soon, without waiting for the disk. */
  note(entry: Entry): void;
  segments: Segments;
  /** The segment that is written to, and its length so far. */
  written(): { segment: number; length: number };
  /** Goes on in a new segment, so that this one can be removed when it has been moved. */
  rotate(): void;
  /** Entries that could not be written, since the start. */
  lost(): number;
  close(): Promise<void>;
}

interface Waiting {
  text: string;
  /** Null where nobody waits. */
  done: { resolve(): void; reject(error: unknown): void } | null;
}

/** A segment that is longer is followed by a new one. */
const longestSegment = 16 * 1024 * 1024;

/** Never writes on in a file that another run left, whose last line may be torn. */
export async function openJournal(
  folder: string,
  problem: (message: string, error: unknown) => void,
): Promise<Journal> {
  const segments = await openSegments(folder);
  const before = await segments.list();
  const position = await segments.position();
  let segment = Math.max(0, position?.segment ?? 0, ...before) + 1;
  let file = await segments.create(segment);
  let length = 0;
  let lost = 0;
  let rotation = false;
  let waiting: Waiting[] = [];
  let working: Promise<void> | null = null;

  async function write(batch: Waiting[]): Promise<void> {
    if (rotation || length > longestSegment) {
      const next = await segments.create(segment + 1);
      await file.close();
      [file, segment, length, rotation] = [next, segment + 1, 0, false];
    }
    const bytes = Buffer.from(batch.map(({ text }) => text).join(''));
    for (let at = 0; at < bytes.length;) {
      at += (await file.write(bytes, at, bytes.length - at, length + at)).bytesWritten;
    }
    if (batch.some(({ done }) => done !== null)) await file.datasync();
    length += bytes.length;
  }

  /** Whatever comes while one batch is written makes up the next: many share one write and one sync. */
  async function work(): Promise<void> {
    while (waiting.length > 0) {
      await turn();
      const batch = waiting;
      waiting = [];
      try {
        await write(batch);
        for (const { done } of batch) done?.resolve();
      } catch (error) {
        lost += batch.length;
        problem('The journal cannot be written', error);
        // What was half written must not become the beginning of the next line.
        await file.truncate(length).catch(() => {});
        for (const { done } of batch) done?.reject(error);
      }
    }
    working = null;
  }

  function add(entry: Entry, done: Waiting['done']): void {
    waiting.push({ text: toLine(entry), done });
    working ??= work();
  }

  return {
    keep: (entry) => new Promise((resolve, reject) => add(entry, { resolve, reject })),
    note: (entry) => add(entry, null),
    segments,
    written: () => ({ segment, length }),
    rotate() {
      rotation = true;
    },
    lost: () => lost,
    async close() {
      await working;
      await file.close();
    },
  };
}
