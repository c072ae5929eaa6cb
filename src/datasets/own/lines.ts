/** Text as it comes, decoded and cut into lines, none longer than memory allows. */
import { TextDecoder } from 'node:util';
import { readBytes, unusable } from './bytes.ts';

export const mostCharactersOfRow = 1_000_000;

export interface Line {
  /** From 1. */
  line: number;
  /** Without its end; null in the place of one that is too long. */
  text: string | null;
}

/** The file's text in pieces. Throws DATA_INVALID where it is none, or ends in the midst of packed data. */
export async function* readText(path: string, encoding: string | null): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  for await (const bytes of readBytes(path)) {
    decoder ??= decoderFor(path, bytes, encoding);
    yield decoder.decode(bytes, { stream: true });
  }
  yield decoder?.decode() ?? '';
}

/** Where no line feed comes in so many characters, a carriage return alone ends a line, as on the first Macs. */
const mostBeforeLineFeed = 65_536;

export async function* readLines(pieces: AsyncIterable<string>): AsyncGenerator<Line> {
  let [line, rest, isTooLong] = [1, '', false];
  let end: string | null = null;
  for await (const piece of pieces) {
    rest += piece;
    end ??= lineEndOf(rest, mostBeforeLineFeed);
    const parts = rest.split(end ?? '\n');
    rest = parts.pop() ?? '';
    for (const text of parts) {
      yield lineOf(line++, text, isTooLong);
      isTooLong = false;
    }
    if (rest.length <= mostCharactersOfRow) continue;
    [rest, isTooLong] = ['', true];
  }
  const last = rest.split(end ?? lineEndOf(rest, 0) ?? '\n');
  if (last.at(-1) === '' && !isTooLong) last.pop();
  for (const text of last) {
    yield lineOf(line++, text, isTooLong);
    isTooLong = false;
  }
}

function lineOf(line: number, text: string, isTooLong: boolean): Line {
  return { line, text: isTooLong || text.length > mostCharactersOfRow ? null : text.replace(/\r$/, '') };
}

/** Null: not known before there is more of the text. */
function lineEndOf(text: string, mostBefore: number): string | null {
  if (text.includes('\n')) return '\n';
  return text.length > mostBefore && text.includes('\r') ? '\r' : null;
}

/** A string of its own: a piece of a longer one would keep all of that in memory. Its surrogates have to be in pairs. */
export function ownString(text: string): string {
  return Buffer.from(text).toString();
}

/** UTF-8, unless somebody said otherwise or the file begins with the mark of UTF-16. */
function decoderFor(path: string, first: Uint8Array, encoding: string | null): TextDecoder {
  const marked =
    first[0] === 0xff && first[1] === 0xfe ? 'utf-16le' : first[0] === 0xfe && first[1] === 0xff ? 'utf-16be' : null;
  const isWide = marked !== null || encoding?.startsWith('utf-16') === true;
  if (!isWide && first.subarray(0, 8192).includes(0)) throw unusable(path, 'is no text: it holds zero bytes');
  return new TextDecoder(encoding ?? marked ?? 'utf-8');
}
