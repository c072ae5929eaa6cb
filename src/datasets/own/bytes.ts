/** Bytes of a file, a pipe or the standard input, read once from their beginning, and unpacked where they are packed. */
import { open } from 'node:fs/promises';
import { PassThrough, pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { GradusError } from '../../domain/errors.ts';

/** The path of what is piped in, where there is nothing to open. */
export const standardInput = '/dev/stdin';

/** First bytes of files that hold no text, and what to do with them. */
const otherKinds: { bytes: number[]; what: string }[] = [
  { bytes: [0x50, 0x4b, 0x03, 0x04], what: 'is a ZIP archive (or a spreadsheet); unpack it, or save it as CSV' },
  { bytes: [0x50, 0x41, 0x52, 0x31], what: 'is a Parquet file; write it as CSV or JSONL' },
  { bytes: [0xfd, 0x37, 0x7a, 0x58], what: 'is packed by xz; unpack it, or pack it with gzip' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], what: 'is packed by zstd; unpack it, or pack it with gzip' },
  { bytes: [0x42, 0x5a, 0x68], what: 'is packed by bzip2; unpack it, or pack it with gzip' },
  { bytes: [0x25, 0x50, 0x44, 0x46], what: 'is a PDF; write its texts as CSV or JSONL' },
];
const mostFirst = Math.max(...otherKinds.map(({ bytes }) => bytes.length));

/** What the codes of the system mean to the person who named the file. */
const reasons: Record<string, string> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not there: what its path names as a folder is none',
  EACCES: 'may not be read; see to its permissions',
  EPERM: 'may not be read; see to its permissions',
  EISDIR: 'is a folder; name the files in it',
  ELOOP: 'is a link that leads back to itself',
  ENAMETOOLONG: 'has a name that is too long to be one',
  ENXIO: 'cannot be opened by that name; pipe it in, and name it -',
  EMFILE: 'cannot be opened: too many files are open',
  EIO: 'cannot be read: its disk answers with an error',
};

/** Throws DATA_INVALID where it cannot be read, holds no text, or ends in the midst of packed data. */
export async function* readBytes(path: string): AsyncGenerator<Uint8Array> {
  let stream: Readable | null = null;
  let isPacked = false;
  try {
    stream = await opened(path);
    const { first, all } = await begun(stream);
    const kind = otherKinds.find(({ bytes }) => bytes.every((byte, i) => first[i] === byte));
    if (kind !== undefined) throw unusable(path, kind.what);
    isPacked = first[0] === 0x1f && first[1] === 0x8b;
    yield* isPacked ? unpacked(all) : all;
  } catch (cause) {
    if (cause instanceof GradusError) throw cause;
    throw unusable(path, reasonOf(cause, isPacked), cause);
  } finally {
    stream?.destroy();
  }
}

export function unusable(path: string, what: string, cause?: unknown): GradusError {
  return new GradusError('DATA_INVALID', `${path} ${what}.`, { cause });
}

function reasonOf(cause: unknown, isPacked: boolean): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (Object.hasOwn(reasons, code)) return reasons[code] ?? '';
  if (isPacked) return 'is damaged: its gzip data cannot be unpacked to the end';
  return `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
}

/** Opened once: a pipe gives its bytes to the first reader only. */
async function opened(path: string): Promise<Readable> {
  if (path === standardInput) return process.stdin;
  const file = await open(path);
  if ((await file.stat()).isDirectory()) {
    await file.close();
    throw unusable(path, 'is a folder; name the files in it');
  }
  return file.createReadStream();
}

/** The first bytes, as many as tell kinds of files apart, and all from the first on. */
async function begun(stream: Readable): Promise<{ first: Uint8Array; all: AsyncIterable<Uint8Array> }> {
  const chunks: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]();
  let first = Buffer.alloc(0);
  while (first.length < mostFirst) {
    const next = await chunks.next();
    if (next.done === true) break;
    first = Buffer.concat([first, next.value]);
  }
  return {
    first,
    all: (async function* all() {
      if (first.length > 0) yield first;
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
    })(),
  };
}

/** Errors of the file and of its data come out of the stream that is read. */
function unpacked(all: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const out = new PassThrough();
  pipeline(Readable.from(all), createGunzip(), out, () => {});
  return out;
}
