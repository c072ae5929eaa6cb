/** What people are told of rows that were refused, of files that cannot be learnt from, and of labels that are odd. */
import { afterAll, describe, expect, test } from 'vitest';
import { importFiles } from '../../src/datasets/own/import.ts';
import { warningsOf } from '../../src/datasets/own/warnings.ts';
import { importFolder, rowsOf, toJsonl, usual } from './importing.ts';

const { importing, write, remove } = importFolder();
afterAll(remove);

const messageOf = (outcome: Promise<unknown>): Promise<string> =>
  outcome.then(
    () => 'it was taken',
    (error: unknown) => (error instanceof Error ? error.message : ''),
  );
const jsonl = (rows: object[], mapping = {}) => importing(toJsonl(rows), mapping, 'a.jsonl');
const warningsFor = async (rows: object[]) => warningsOf((await jsonl(rows)).report);

describe('rows of one text with different labels', () => {
  const rows = [
    ...rowsOf(40),
    { text: 'it is good', label: 'often' },
    { text: 'IT is good', label: 'often' },
    { text: 'it is  good', label: 'rare' },
    { text: 'it is good', label: 'often' },
  ];

  test('are refused, all of them, whatever their order', async () => {
    const { examples, report } = await jsonl(rows);
    expect(examples).toHaveLength(40);
    expect(report).toMatchObject({ duplicates: 0, refused: { total: 4 } });
    for (const order of [rows.toReversed(), [...rows.slice(42), ...rows.slice(0, 42)]]) {
      const again = await jsonl(order);
      expect(again.examples).toEqual(examples);
      expect(again.report).toMatchObject({ duplicates: 0, refused: { reasons: report.refused.reasons } });
    }
  });

  test('name each other’s lines, and the file where it is another', async () => {
    const { report } = await jsonl(rows);
    expect(report.refused.first.map(({ line, detail }) => [line, detail])).toEqual([
      [41, 'see line 43'],
      [43, 'see line 41'],
      [44, 'see line 41'],
    ]);
    const [one, other] = [write(toJsonl(rows.slice(0, 41)), 'a.jsonl'), write(toJsonl(rows.slice(42)), 'b.jsonl')];
    const both = await importFiles([one, other], usual);
    expect(both.report.refused.first[1]).toMatchObject({ path: other.path, line: 1, detail: `see ${one.path}:41` });
  });
});

describe('what cannot be learnt from', () => {
  test('says which rows were refused, and claims nothing of them', async () => {
    const rows = rowsOf(40, (i) => (i % 2 === 0 ? 'a' : 'b')).map((row) =>
      row.label === 'b' ? { ...row, text: null } : row,
    );
    const message = await messageOf(jsonl(rows));
    expect(message).toContain('every row that was not refused has the same label, "a"');
    expect(message).toMatch(/20 of 40 rows refused:\n {2}20 × its text is empty\n.*a\.jsonl:2: its text is empty/);
  });

  test('says why a part is empty, and what to do', async () => {
    const near = 'buy the best toner for your printer now and save money on every page that you print';
    const copies = Array.from({ length: 100 }, (_, i) => ({ text: `${near} ${i}`, label: i % 2 === 0 ? 'a' : 'b' }));
    expect(await messageOf(jsonl(copies))).toMatch(
      /validation or held-out part: its 100 examples are in 1 group.*--part/,
    );
    const parted = rowsOf(40).map((row) => ({ ...row, part: 'train' }));
    expect(await messageOf(jsonl(parted, { part: 'part' }))).toMatch(
      /held-out part: the column "part" puts none there/,
    );
  });

  test('asks whether a column is the right one where hardly a label comes twice', async () => {
    expect(await messageOf(jsonl(rowsOf(200, (i) => (i * 0.37).toFixed(3))))).toMatch(
      /200 different labels in 200 examples; is this the right column\?/,
    );
  });

  test('names the files that have no rows', async () => {
    expect(await messageOf(importing('text,label\n'))).toMatch(/no row below the first line of .*a\.csv/);
    expect(await messageOf(jsonl([]))).toMatch(/no row in .*a\.jsonl/);
    expect(await messageOf(importing('text,label\n,a\n'))).toMatch(/The only row of .*a\.csv can/);
  });
});

describe('keys of JSON', () => {
  test('that no line has are named, with those that are there', async () => {
    const rows = rowsOf(20).map(({ text, label }) => ({ txt: text, label }));
    expect(await messageOf(jsonl(rows))).toMatch(
      /a\.jsonl has no key "text" \(did you mean txt\?\); it has "txt" and "label"/,
    );
    expect(await messageOf(jsonl(rowsOf(20), { attributes: ['country'] }))).toContain('no key "country"');
  });

  test('that one line lacks are named there', async () => {
    const { report } = await jsonl([...rowsOf(40), { txt: 'a b c', label: 'rare' }]);
    expect(report.refused.first).toMatchObject([
      { reason: 'it has no key "text"', detail: 'it has "txt" and "label" (did you mean txt?)' },
    ]);
  });
});

describe('warnings', () => {
  test('come first for a file of which much was refused, with the encoding where that is why', async () => {
    const rows = rowsOf(100).map(({ text, label }, i) => `${i % 3 === 0 ? 'café ' : ''}${text},${label}\n`);
    const { report } = await importing(Buffer.from(`text,label\n${rows.join('')}`, 'latin1'));
    expect(warningsOf(report)[0]).toMatch(/34 of 100 rows \(34 %\) were refused;.*--encoding windows-1252/);
  });

  test('name labels that differ only in case, and those that stand for none', async () => {
    const names = ['a', 'A', ' NaN', 'None', 'b'];
    const warnings = await warningsFor(rowsOf(100, (i) => names[i % names.length] ?? ''));
    expect(warnings).toContain('label: labels differ only in case: "A", "a"');
    expect(warnings).toContain('label: labels look like missing values: "NaN", "None"');
    expect((await warningsFor(rowsOf(200))).join()).not.toMatch(/case|missing/);
  });
});
