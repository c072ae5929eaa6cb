/** Rows of a CSV, TSV or JSONL file, one after the other; what cannot be read is refused with its line, and the rest goes on. */
import { Readable } from 'node:stream';
import { parse, type CsvError, type Info } from 'csv-parse';
import { z } from 'zod';
import { listed } from '../../domain/words.ts';
import { mostCharactersOfRow, readLines, readText, unusable } from './lines.ts';

export type Format = 'csv' | 'tsv' | 'jsonl';

export interface Row {
  /** From 1: where it begins. */
  line: number;
  values: ReadonlyMap<string, string>;
}

export interface Refusal {
  line: number;
  reason: string;
}

export interface Source {
  path: string;
  format: Format;
  /** A label of the Encoding Standard, e.g. `gb18030`; null: UTF-8, or UTF-16 where the file is marked so. */
  encoding: string | null;
}

/** Throws DATA_INVALID where the file as a whole is unusable. */
export function readRows(source: Source): AsyncGenerator<Row | Refusal> {
  return source.format === 'jsonl' ? readJsonRows(source) : readTableRows(source);
}

async function* readJsonRows({ path, encoding }: Source): AsyncGenerator<Row | Refusal> {
  for await (const { line, text } of readLines(readText(path, encoding))) {
    if (text === null) yield { line, reason: tooLong };
    else if (line === 1 && /^\s*\[/.test(text)) {
      throw unusable(path, 'is one JSON array; write one object in each line, e.g. with: jq -c ".[]"');
    } else if (text.trim() !== '') yield jsonRow(line, text);
  }
}

const tooLong = `it has more than ${mostCharactersOfRow.toLocaleString('en')} characters`;
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const jsonRowSchema = z.record(z.string(), z.unknown());

function jsonRow(line: number, text: string): Row | Refusal {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { line, reason: 'it is not JSON' };
  }
  const row = jsonRowSchema.safeParse(value);
  if (!row.success) return { line, reason: 'it is JSON, but not an object' };
  const values = new Map<string, string>();
  for (const [name, inner] of Object.entries(row.data)) {
    const read = scalar.safeParse(inner);
    // What is nested may stand beside what is mapped; where it is mapped, it is missing.
    if (read.success && read.data !== null) values.set(name, String(read.data));
  }
  return { line, values };
}

async function* readTableRows({ path, format, encoding }: Source): AsyncGenerator<Row | Refusal> {
  const [first, pieces] = await peek(readText(path, encoding));
  const refused: Refusal[] = [];
  const parser = parse({
    delimiter: format === 'tsv' ? '\t' : delimiterOf(first),
    quote: format === 'tsv' ? null : '"',
    bom: true,
    record_delimiter: ['\r\n', '\n'],
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: mostCharactersOfRow,
    on_skip: (error) => {
      if (error === undefined) return undefined;
      const refusal = refusalOf(error);
      // One row may have the same fault more than once.
      const before = refused.at(-1);
      if (before?.line !== refusal.line || before.reason !== refusal.reason) refused.push(refusal);
      return undefined;
    },
  });
  const source = Readable.from(pieces);
  source.once('error', (error) => parser.destroy(error));
  let header: string[] | null = null;
  for await (const item of source.pipe(parser)) {
    const { record, info }: { record: string[]; info: Info } = item;
    yield* refused.splice(0);
    const line = info.lines - record.join('').split('\n').length + 1;
    if (header === null) {
      header = checkedHeader(path, record, line);
      continue;
    }
    yield tableRow(line, header, record);
  }
  if (header === null) throw unusable(path, refused.length === 0 ? 'is empty' : headerUnreadable);
  yield* refused;
}

const headerUnreadable = 'has a first line, which has to name the columns, that cannot be read';

function tableRow(line: number, header: string[], record: string[]): Row | Refusal {
  if (record.length !== header.length) {
    return { line, reason: `it has ${record.length} fields where the header has ${header.length}` };
  }
  return { line, values: new Map(header.map((name, i) => [name, record[i] ?? ''])) };
}

function checkedHeader(path: string, record: string[], line: number): string[] {
  if (line > 1) throw unusable(path, headerUnreadable);
  const names = record.map((name) => name.trim());
  const doubled = names.filter((name, i) => names.indexOf(name) !== i);
  if (doubled.length === 0) return names;
  const what = doubled.includes('') ? 'with no name' : `named ${listed([...new Set(doubled)])}`;
  throw unusable(path, `has more than one column ${what} in its first line, which has to name the columns`);
}

/** What the first line has most of. */
function delimiterOf(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  const count = (delimiter: string): number => line.split(delimiter).length;
  return [';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best), ',');
}

const quoteInside = 'a quote stands in the midst of a field; double it, and quote the whole field';
const csvReasons: Record<string, string> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote before here is never closed',
  CSV_INVALID_CLOSING_QUOTE: quoteInside,
  INVALID_OPENING_QUOTE: quoteInside,
  CSV_MAX_RECORD_SIZE: `${tooLong}; perhaps a quote is not closed`,
};

function refusalOf(error: CsvError): Refusal {
  const line = 'lines' in error && typeof error.lines === 'number' ? error.lines : 0;
  return { line, reason: csvReasons[error.code] ?? `it cannot be read (${error.code})` };
}

async function peek(pieces: AsyncGenerator<string>): Promise<[string, AsyncIterable<string>]> {
  let first = '';
  for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
    first += next.value;
    if (first.includes('\n') || first.length > mostCharactersOfRow) break;
  }
  return [
    first,
    (async function* all() {
      yield first;
      yield* pieces;
    })(),
  ];
}
