/** Records of CSV: what is well formed is read as another reader reads it, and of what is broken nothing more is lost than its row. */
import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { readLines } from '../../src/datasets/own/lines.ts';
import { readRecords, type Refusal, type TableRecord } from '../../src/datasets/own/records.ts';

async function read(text: string, pieceLength = 50_000): Promise<(TableRecord | Refusal)[]> {
  async function* pieces() {
    for (let at = 0; at < text.length; at += pieceLength) yield text.slice(at, at + pieceLength);
  }
  const found: (TableRecord | Refusal)[] = [];
  for await (const record of readRecords(readLines(pieces()), ',', true)) found.push(record);
  return found;
}

/** How many rows there are, and the lines and reasons of those refused. */
async function readRows(text: string) {
  const all = (await read(text)).slice(1);
  const refused = all.flatMap((one) => ('reason' in one ? [one] : []));
  const longest = Math.max(...all.map((one) => ('fields' in one ? one.fields.join().length : 0)));
  return { rows: all.length, refused, lines: refused.map(({ line }) => line), longest };
}

const row = (i: number): string => `a text of ${i} things,${i % 2 === 0 ? 'a' : 'b'}`;
const quotedRow = (i: number): string => `"things, ${i} of them",${i % 2 === 0 ? 'a' : 'b'}`;
/** Rows 1 to 200 are in lines 2 to 201; `broken` takes the places of some. */
const fileOf = (broken: Record<number, string>, good = row): string =>
  ['text,label', ...Array.from({ length: 200 }, (_, i) => broken[i + 1] ?? good(i + 1))]
    .map((line) => `${line}\n`)
    .join('');

describe('well-formed records', () => {
  const field = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', ' ', '好', '"', ',', '\n', '😀'), maxLength: 12 }),
    fc.constantFrom('', 'a', 'b'),
  );
  /** So many columns that no line of a text looks like a row. */
  const more = ',x'.repeat(30);
  const quote = (text: string, always: boolean): string =>
    always || /["\n,]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

  test('are those that csv-parse finds, however the text comes in pieces', async () => {
    const holds = fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(field, field, fc.boolean()), { minLength: 1, maxLength: 20 }),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 30 }),
        async (fields, end, pieceLength) => {
          const text = fields.map(([a, b, q]) => `${quote(a, q)},${quote(b, q)}${more}${end}`).join('');
          const reference = parse(text, { record_delimiter: ['\r\n', '\n'] });
          expect(await read(text, pieceLength)).toMatchObject(reference.map((record) => ({ fields: record })));
        },
      ),
      { numRuns: 300 },
    );
    await expect(holds).resolves.toBeUndefined();
  });

  test('may end in carriage returns alone', async () => {
    const ended = fileOf({}).replaceAll('\n', '\r');
    expect(await read(ended)).toEqual(await read(fileOf({})));
    expect(await read(ended.repeat(30), 1000)).toHaveLength(201 * 30);
  });
});

describe('a broken record', () => {
  test('that is a line of two million characters is refused alone, in any place', async () => {
    for (const place of [1, 100, 200]) {
      const found = await readRows(fileOf({ [place]: `${'x'.repeat(2_000_000)},a` }));
      expect(found).toMatchObject({ rows: 200, lines: [place + 1] });
    }
  });

  test('with a quote that is never closed is refused with its own line', async () => {
    for (const good of [row, quotedRow]) {
      for (const broken of ['"never closed,a', '"never closed, a']) {
        const found = await readRows(fileOf({ 51: broken }, good));
        expect(found).toMatchObject({ rows: 200, lines: [52] });
        expect(found.refused[0]?.reason).toMatch(/a quote that opens in it is not closed/);
      }
    }
    expect(await readRows(fileOf({ 51: 'fine text,"a' }))).toMatchObject({ rows: 200, lines: [52] });
  });

  test('that would swallow the rows up to a stray quote is refused, and they are read', async () => {
    for (const last of [53, 60, 151]) {
      const found = await readRows(fileOf({ 51: '"opens,a', [last]: 'closes",b' }));
      expect(found).toMatchObject({ rows: 200, lines: [52, last + 1] });
      expect(found.refused[0]).toMatchObject({
        reason: expect.stringContaining('lines that look like rows'),
        detail: `${last - 51} of them, to line ${last + 1}`,
      });
      expect(found.longest).toBeLessThan(40);
    }
  });

  test('that swallows more than memory allows is refused, and what follows is read', async () => {
    const many = Array.from({ length: 60_000 }, (_, i) => `${row(i)}\n`).join('');
    const found = await readRows(`text,label\n"opens,a\n${many}`);
    expect(found).toMatchObject({ rows: 60_001, lines: [2] });
    expect(found.refused[0]?.reason).toMatch(/more than 1,000,000 characters; perhaps a quote is not closed/);
  });

  test('does not make a text of many lines one, commas or not', async () => {
    const letter = 'Dear Ann,\nthanks for the book, which came today.\nIt is, as you said, good.\n\nYours, Bob';
    const list = Array.from({ length: 9 }, (_, i) => `item ${i}, red`).join('\n');
    const found = await readRows(fileOf({ 51: `"${letter}",a`, 52: `"${list}",b` }));
    expect(found).toMatchObject({ rows: 200, refused: [] });
  });

  test('or many cost no more than what they are long', async () => {
    const since = performance.now();
    const lines = Array.from(
      { length: 100_000 },
      (_, i) => `${['"x', 'a,"', '"""b', 'c",', '"",d'][(i * 7 + (i >> 3)) % 5]}\n`,
    );
    await read(`text,label\n${lines.join('')}`);
    expect(performance.now() - since).toBeLessThan(5000);
  });
});
