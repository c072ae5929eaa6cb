/** Text of a file as it comes: unpacked, decoded, and cut into lines, none longer than memory allows. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';
import { GradusError } from '../../domain/errors.ts';

export const mostCharactersOfRow = 1_000_000;

/** First bytes of files that hold no text, and what to do with them. */
const otherKinds: { bytes: number[]; what: string }[] = [
  { bytes: [0x50, 0x4b, 0x03, 0x04], what: 'is a ZIP archive (or a spreadsheet); unpack it, or save it as CSV' },
  { bytes: [0x50, 0x41, 0x52, 0x31], what: 'is a Parquet file; write it as CSV or JSONL' },
  { bytes: [0xfd, 0x37, 0x7a, 0x58], what: 'is packed by xz; unpack it, or pack it with gzip' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], what: 'is packed by zstd; unpack it, or pack it with gzip' },
  { bytes: [0x42, 0x5a, 0x68], what: 'is packed by bzip2; unpack it, or pack it with gzip' },
  { bytes: [0x25, 0x50, 0x44, 0x46], what: 'is a PDF; write its texts as CSV or JSONL' },
];

/** The file's text in pieces. Throws DATA_INVALID where it is none, or ends in the midst of packed data. */
export async function* readText(path: string, encoding: string | null): AsyncGenerator<string> {
  const first = await firstBytes(path);
  for (const { bytes, what } of otherKinds) if (bytes.every((byte, i) => first[i] === byte)) throw unusable(path, what);
  const isPacked = first[0] === 0x1f && first[1] === 0x8b;
  const source = isPacked ? unpacked(path) : createReadStream(path);
  let decoder: TextDecoder | null = null;
  try {
    for await (const chunk of source) {
      const bytes: Uint8Array = chunk;
      decoder ??= decoderFor(path, bytes, encoding);
      yield decoder.decode(bytes, { stream: true });
    }
    yield decoder?.decode() ?? '';
  } catch (cause) {
    if (cause instanceof GradusError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw unusable(path, isPacked ? 'is damaged: its gzip data cannot be unpacked to the end' : reason, cause);
  } finally {
    source.destroy();
  }
}

/** Errors of the file and of its data come out of the stream that is read. */
function unpacked(path: string): Readable {
  const out = new PassThrough();
  pipeline(createReadStream(path), createGunzip(), out, () => {});
  return out;
}

/** Lines without their ends, with their numbers from 1; null in the place of one that is too long. */
export async function* readLines(pieces: AsyncIterable<string>): AsyncGenerator<{ line: number; text: string | null }> {
  let [line, rest, isTooLong] = [1, '', false];
  for await (const piece of pieces) {
    const parts = (rest + piece).split('\n');
    rest = parts.pop() ?? '';
    for (const text of parts) {
      yield { line: line++, text: isTooLong || text.length > mostCharactersOfRow ? null : text.replace(/\r$/, '') };
      isTooLong = false;
    }
    if (rest.length <= mostCharactersOfRow) continue;
    [rest, isTooLong] = ['', true];
  }
  if (rest !== '' || isTooLong) yield { line, text: isTooLong ? null : rest };
}

export function unusable(path: string, what: string, cause?: unknown): GradusError {
  return new GradusError('DATA_INVALID', `${path} ${what}.`, { cause });
}

async function firstBytes(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      if ((await file.stat()).isDirectory()) throw unusable(path, 'is a folder; name the files in it');
      const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof GradusError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    if (code === 'ENOENT') throw unusable(path, 'is not there', cause);
    if (code === 'EACCES') throw unusable(path, 'may not be read; see to its permissions', cause);
    throw unusable(path, `cannot be read: ${String(cause)}`, cause);
  }
}

/** UTF-8, unless somebody said otherwise or the file begins with the mark of UTF-16. */
function decoderFor(path: string, first: Uint8Array, encoding: string | null): TextDecoder {
  const marked =
    first[0] === 0xff && first[1] === 0xfe ? 'utf-16le' : first[0] === 0xfe && first[1] === 0xff ? 'utf-16be' : null;
  if (marked === null && first.subarray(0, 8192).includes(0)) throw unusable(path, 'is no text: it holds zero bytes');
  return new TextDecoder(encoding ?? marked ?? 'utf-8');
}
