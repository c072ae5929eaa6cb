/** Rows of a CSV, TSV or JSONL file, one after the other; what cannot be read is refused with its line, and the rest goes on. */
import { z } from 'zod';
import { listed, printable } from '../../domain/words.ts';
import { unusable } from './bytes.ts';
import { readLines, readText, type Line } from './lines.ts';
import { readRecords, tooLong, type Refusal } from './records.ts';
import { counted } from './refusals.ts';

export type Format = 'csv' | 'tsv' | 'jsonl';

export interface Row {
  /** From 1: where it begins. */
  line: number;
  values: ReadonlyMap<string, string>;
  /** What JSON has in the place of a value, by its key: `an object` or `a list`. */
  nested?: ReadonlyMap<string, string>;
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
  const nested = new Map<string, string>();
  for (const [name, inner] of Object.entries(row.data)) {
    const read = scalar.safeParse(inner);
    if (read.success) values.set(name, read.data === null ? '' : String(read.data));
    else nested.set(name, Array.isArray(inner) ? 'a list' : 'an object');
  }
  return { line, values, nested };
}

async function* readTableRows({ path, format, encoding }: Source): AsyncGenerator<Row | Refusal> {
  const { first, all } = await begun(readLines(readText(path, encoding)));
  const delimiter = format === 'tsv' ? '\t' : delimiterOf(first);
  let header: string[] | null = null;
  for await (const record of readRecords(all, delimiter, format !== 'tsv')) {
    if (header !== null) yield 'reason' in record ? record : tableRow(record.line, header, record.fields);
    else if ('reason' in record) throw unusable(path, headerUnreadable);
    else header = checkedHeader(path, record.fields);
  }
  if (header === null) throw unusable(path, 'is empty');
}

const headerUnreadable = 'has a first line, which has to name the columns, that cannot be read';

function tableRow(line: number, header: string[], fields: string[]): Row | Refusal {
  if (fields.length !== header.length) {
    return { line, reason: `it has ${counted(fields.length, 'field')} where the header has ${counted(header.length)}` };
  }
  return { line, values: new Map(header.map((name, i) => [name, fields[i] ?? ''])) };
}

function checkedHeader(path: string, fields: string[]): string[] {
  const names = fields.map((name) => name.trim());
  const doubled = names.filter((name, i) => names.indexOf(name) !== i);
  if (doubled.length === 0) return names;
  const what = doubled.includes('') ? 'with no name' : `named ${listed([...new Set(doubled)].map(printable))}`;
  throw unusable(path, `has more than one column ${what} in its first line, which has to name the columns`);
}

/** What the first line has most of. */
function delimiterOf(line: string): string {
  const count = (delimiter: string): number => line.split(delimiter).length;
  return [';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best), ',');
}

/** The first line that holds something, and all lines from there on. */
async function begun(lines: AsyncGenerator<Line>): Promise<{ first: string; all: AsyncIterable<Line> }> {
  let next = await lines.next();
  while (next.done !== true && next.value.text === '') next = await lines.next();
  if (next.done === true) return { first: '', all: lines };
  const { value } = next;
  return {
    first: value.text ?? '',
    all: (async function* all() {
      try {
        yield value;
        yield* lines;
      } finally {
        // Where nobody wants the rest, the file is closed.
        await lines.return(undefined);
      }
    })(),
  };
}
