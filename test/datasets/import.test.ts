/** Files of users become datasets: all rows are taken or refused, parts are fair, and nothing malformed ends in a crash. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { openDataset } from '../../src/datasets/index.ts';
import { importFiles } from '../../src/datasets/own/import.ts';
import { keepOwn, listOwn, readReport, removeOwn } from '../../src/datasets/own/own-datasets.ts';
import { GradusError } from '../../src/domain/errors.ts';
import { importFolder, rowsOf, toJsonl, usual } from './importing.ts';
import { malformedFiles } from './malformed-files.ts';

const { folder, importing, remove } = importFolder();
afterAll(remove);

describe('a malformed file', () => {
  test('there are fifty and more of them', () => expect(malformedFiles.length).toBeGreaterThanOrEqual(50));

  test.each(malformedFiles)(
    '$what: is refused, or its rows are',
    async ({ bytes, name, encoding, refused, reasons }) => {
      const outcome = await importing(bytes, {}, name, encoding ?? null).catch((error: unknown) => error);
      if (refused === undefined)
        expect(outcome).toMatchObject({ report: { refused: { reasons: named(reasons ?? []) } } });
      else {
        expect(outcome).toBeInstanceOf(GradusError);
        const words: unknown =
          refused instanceof RegExp ? expect.stringMatching(refused) : expect.stringContaining(refused);
        expect(outcome).toMatchObject({ code: 'DATA_INVALID', message: words });
      }
    },
  );

  test('any bytes end in a dataset or in a clear error', async () => {
    const holds = fc.assert(
      fc.asyncProperty(
        fc.constantFrom('a.csv', 'a.tsv', 'a.jsonl'),
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
          fc
            .array(fc.constantFrom('text', 'label', ',', '"', '\n', '\r\n', '\t', '{', '}', ':', 'a', '好'), {
              maxLength: 60,
            })
            .map((parts) => Buffer.from(parts.join(''))),
        ),
        async (name, bytes) => {
          const outcome = await importing(bytes, {}, name).catch((error: unknown) => error);
          return !(outcome instanceof Error) || outcome instanceof GradusError;
        },
      ),
      { numRuns: 150 },
    );
    await expect(holds).resolves.toBeUndefined();
  });

  test('a file that is not there, and a folder, are named', async () => {
    const at = (path: string) => importFiles([{ path, format: 'csv', encoding: null }], usual);
    await expect(at(join(folder, 'none.csv'))).rejects.toMatchObject({
      message: expect.stringContaining('is not there'),
    });
    await expect(at(folder)).rejects.toMatchObject({ message: expect.stringContaining('is a folder') });
  });
});

/** Each as often as it is there. */
const named = (reasons: string[]) =>
  Object.fromEntries(reasons.map((reason) => [reason, reasons.filter((one) => one === reason).length]));

describe('rows', () => {
  const simple = 'text,label\n"a, ""quoted""\ntext",yes\nplain,no\n';
  const more = rowsOf(20)
    .map(({ text, label }) => `${text},${label}\n`)
    .join('');

  test('are read alike from CSV, TSV and JSONL, packed or not, in any encoding', async () => {
    const rows = [...rowsOf(20), { text: '这家店的菜很好吃', label: '好' }];
    const lines = (by: string) => `text${by}label\n${rows.map(({ text, label }) => `${text}${by}${label}\n`).join('')}`;
    const bytes: [string, string | Buffer][] = [
      ['a.csv', lines(',')],
      ['a.csv', `\ufeff${lines(';').replaceAll('\n', '\r\n')}`],
      ['a.tsv', lines('\t')],
      ['a.csv', Buffer.from(`\ufeff${lines(',')}`, 'utf16le')],
      ['a.csv.gz', gzipSync(lines(','))],
      ['a.jsonl', toJsonl(rows)],
      ['a.jsonl.gz', gzipSync(toJsonl(rows.toReversed()))],
    ];
    const [first, ...others] = await Promise.all(
      bytes.map(async ([name, content]) => (await importing(content, {}, name)).examples),
    );
    for (const other of others) expect(other).toEqual(first);
    expect(first).toHaveLength(21);
  });

  test('keep quoted line ends and commas', async () => {
    const { examples } = await importing(`${simple}${more}`);
    expect(examples.map(({ text }) => text)).toContain('a, "quoted"\ntext');
  });

  test('are refused with the line where they begin', async () => {
    const { report } = await importing(`${simple}${more}lonely\n"two\nlines",yes\n,no\n`);
    expect(report.refused.first.map(({ line }) => line)).toEqual([25, 28]);
  });

  test('may have several texts, ids, groups, slices and labels', async () => {
    const rows = rowsOf(40).map((row, i) => ({
      title: `t${i}`,
      body: row.text,
      mood: row.label,
      kind: i % 3,
      n: `id-${i}`,
      by: `author ${i % 20}`,
      city: i % 2 === 0 ? 'x' : '',
    }));
    const mapping = {
      text: ['title', 'body'],
      labels: { mood: 'mood', kind: 'kind' },
      id: 'n',
      group: 'by',
      attributes: ['city'],
    };
    const { examples } = await importing(toJsonl(rows), mapping, 'a.jsonl');
    const partsOf = new Map<string, Set<string>>();
    for (const { id, part } of examples) {
      const author = Number(id.slice(3)) % 20;
      partsOf.set(`author ${author}`, (partsOf.get(`author ${author}`) ?? new Set()).add(part));
    }
    expect([...partsOf.values()].every((parts) => parts.size === 1)).toBe(true);
    const zero = examples.find(({ id }) => id === 'id-0');
    expect(zero).toMatchObject({
      text: 't0\none says a0 and b0 of c0',
      labels: { mood: 'rare', kind: '0' },
      attributes: { city: 'x' },
    });
    expect(examples.find(({ id }) => id === 'id-1')).not.toHaveProperty('attributes');
  });
});

describe('parts', () => {
  test('are 60/20/20 of each label, the same whatever the order, and mostly the same when rows are added', async () => {
    const rows = rowsOf(400);
    const { examples, report } = await importing(toJsonl(rows), {}, 'a.jsonl');
    expect(report.capabilities).toEqual({
      label: {
        often: { train: 180, validation: 60, 'held-out': 60 },
        rare: { train: 60, validation: 20, 'held-out': 20 },
      },
    });
    expect((await importing(toJsonl(rows.toReversed()), {}, 'a.jsonl')).examples).toEqual(examples);
    const grown = await importing(toJsonl(rowsOf(440)), {}, 'a.jsonl');
    const before = new Map(examples.map(({ id, part }) => [id, part]));
    const moved = grown.examples.filter(({ id, part }) => before.has(id) && before.get(id) !== part);
    expect(moved.length).toBeLessThan(30);
  });

  test('never tear near copies apart, and exact ones are left out', async () => {
    const text = 'buy the best toner for your printer now and save money on every page that you print this year';
    const copies = Array.from({ length: 10 }, (_, i) => ({ text: `${text} ${i}`, label: 'ad' }));
    const rows = [...rowsOf(50), ...copies, { text: `${text.toUpperCase()}  3`, label: 'ad' }];
    const { examples, report } = await importing(toJsonl(rows), {}, 'a.jsonl');
    expect(new Set(examples.filter(({ labels }) => labels['label'] === 'ad').map(({ part }) => part)).size).toBe(1);
    expect(report).toMatchObject({ duplicates: 1, nearDuplicates: 10, leaking: 0 });
  });

  test('are those of the file where it says so; leaks between them are counted', async () => {
    const parts = ['train', 'train', 'train', 'test'];
    const text = 'buy the best toner for your printer now and save money on every page that you print';
    const rows = [
      ...rowsOf(40, (i) => (i % 8 < 4 ? 'a' : 'b')).map((row, i) => ({ ...row, part: parts[i % 4] })),
      { text, label: 'a', part: 'Training' },
      { text: `${text} this year`, label: 'a', part: 'test' },
      { text: 'elsewhere', label: 'a', part: 'nowhere' },
    ];
    const { report } = await importing(toJsonl(rows), { part: 'part' }, 'a.jsonl');
    expect(report.parts).toEqual({ train: 25, validation: 6, 'held-out': 11 });
    expect(report).toMatchObject({
      leaking: 2,
      refused: { reasons: named(['its part is none of train, validation and held-out']) },
    });
  });
});

test('of too much text a fair share is drawn, the same whatever the order', async () => {
  const path = join(folder, 'much.jsonl');
  const rows = rowsOf(2000);
  const read = async (content: object[]) => {
    writeFileSync(path, toJsonl(content));
    return importFiles([{ path, format: 'jsonl', encoding: null }], usual, 20_000);
  };
  const { examples, report } = await read(rows);
  expect(report.share).toBe(0.25);
  expect(report.sampledOut + examples.length).toBe(2000);
  expect(examples.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(20_000);
  expect((await read(rows.toReversed())).examples).toEqual(examples);
});

test('a dataset is kept, opened, listed and taken away', async () => {
  const own = join(folder, 'own');
  const { examples, report } = await importing(toJsonl(rowsOf(100)), {}, 'a.jsonl');
  await keepOwn(own, 'numbers', examples, report);
  expect(await listOwn(own)).toEqual(['numbers']);
  expect(await readReport(own, 'numbers')).toEqual(report);
  const dataset = await openDataset('numbers', { cache: folder, own });
  expect(dataset.part('train')).toHaveLength(report.parts.train);
  writeFileSync(join(own, 'numbers.jsonl.gz'), 'damaged');
  await expect(openDataset('numbers', { cache: folder, own })).rejects.toMatchObject({ code: 'DATA_INVALID' });
  await removeOwn(own, 'numbers');
  await expect(openDataset('numbers', { cache: folder, own })).rejects.toMatchObject({ code: 'DATA_UNKNOWN' });
});
