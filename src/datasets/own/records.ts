/** Cuts lines into records as RFC 4180 has them, and goes on after the line in which one is broken, so that nothing is lost. */
import { mostCharactersOfRow, type Line } from './lines.ts';
import { seenValues, swallowedRows } from './swallowed.ts';

export interface Refusal {
  line: number;
  /** One of a few, by which refusals are counted. */
  reason: string;
  /** What else is known of this one. */
  detail?: string;
}

export interface TableRecord {
  /** From 1: where it begins. */
  line: number;
  fields: string[];
}

export const tooLong = `it has more than ${mostCharactersOfRow.toLocaleString('en')} characters`;
const quoteInside = 'a quote stands in the midst of a field; double it, and quote the whole field';
const quoteOpen = 'a quote that opens in it is not closed at the end of a field; close it, or double it';
const swallows = 'a quote that opens in it is closed only after lines that look like rows; close it, or double it';

/**
 * A quoted field may hold line ends, up to as many characters as memory allows. Where it is not closed as it should be, the line in
 * which its record begins is refused, and the next line begins a record.
 */
export async function* readRecords(
  lines: AsyncIterable<Line>,
  delimiter: string,
  isQuoted: boolean,
): AsyncGenerator<TableRecord | Refusal> {
  const cutter = createCutter(delimiter, isQuoted);
  const seen = seenValues();
  /** Lines to be read, the next one last. */
  const open: Line[] = [];
  /** Lines of the record that has begun, and their characters. */
  let begun: { line: number; text: string }[] = [];
  let characters = 0;
  let columns = 0;

  const giveUp = (reason: string, detail?: string): Refusal => {
    const line = begun[0]?.line ?? 0;
    for (const again of begun.slice(1).reverse()) open.push(again);
    begun = [];
    cutter.reset();
    return { line, reason, ...(detail === undefined ? {} : { detail }) };
  };

  const read = ({ line, text }: Line): TableRecord | Refusal | null => {
    if (text === null) {
      if (begun.length === 0) return { line, reason: tooLong };
      open.push({ line, text });
      return giveUp(quoteOpen);
    }
    if (begun.length === 0) {
      if (text === '') return null;
      characters = 0;
    }
    begun.push({ line, text });
    characters += text.length + 1;
    const state = cutter.add(text);
    if (state === 'broken') return giveUp(begun.length === 1 ? quoteInside : quoteOpen);
    if (state === 'open')
      return characters > mostCharactersOfRow ? giveUp(`${tooLong}; perhaps a quote is not closed`) : null;
    if (begun.length > 1) {
      const before = begun.slice(0, -1).map(({ text }) => text);
      const rows = swallowedRows(before, { delimiter, columns, seen });
      if (rows > 0) return giveUp(swallows, `${rows} of them, to line ${line}`);
    }
    const record = { line: begun[0]?.line ?? line, fields: cutter.take() };
    begun = [];
    if (columns === 0) columns = record.fields.length;
    else seen.add(record.fields);
    return record;
  };

  for await (const fresh of lines) {
    for (let next: Line | undefined = fresh; next !== undefined; next = open.pop()) {
      const found = read(next);
      if (found !== null) yield found;
    }
  }
  while (begun.length > 0) {
    yield giveUp(quoteOpen);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const found = read(next);
      if (found !== null) yield found;
    }
  }
}

/** Cuts a record that comes line by line; `open`: it ends in quotes that are not closed yet, and goes on. */
function createCutter(delimiter: string, isQuoted: boolean) {
  let fields: string[] = [];
  /** Lines of the quoted field that goes on. */
  let quoted: string[] | null = null;
  return {
    add(text: string): 'whole' | 'open' | 'broken' {
      if (quoted === null && !(isQuoted && text.includes('"'))) {
        fields = text.split(delimiter);
        return 'whole';
      }
      for (let at = 0; ; at++) {
        if (quoted === null && text[at] === '"') [quoted, at] = [[], at + 1];
        const end = quoted === null ? text.indexOf(delimiter, at) : closingQuote(text, at);
        const part = end === -1 ? text.slice(at) : text.slice(at, end);
        if (quoted === null) {
          if (part.includes('"')) return 'broken';
          fields.push(part);
          at = end;
        } else {
          quoted.push(part);
          if (end === -1) return 'open';
          fields.push(quoted.join('\n').replaceAll('""', '"'));
          quoted = null;
          at = end + 1 === text.length ? -1 : end + 1;
          if (at !== -1 && text[at] !== delimiter) return 'broken';
        }
        if (at === -1) return 'whole';
      }
    },
    take(): string[] {
      const taken = fields;
      fields = [];
      return taken;
    },
    reset(): void {
      [fields, quoted] = [[], null];
    },
  };
}

/** The first quote from `at` on that is not doubled, or -1. */
function closingQuote(text: string, at: number): number {
  let quote = text.indexOf('"', at);
  while (quote !== -1 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
  return quote;
}
