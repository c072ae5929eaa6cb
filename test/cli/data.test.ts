/** `gradus data`: files, pipes and what is printed of them. */
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { reportText } from '../../src/cli/data-text.ts';
import { importFiles } from '../../src/datasets/own/import.ts';
import { freshHome, gradus } from '../support/gradus.ts';
import { rowsOf, usual } from '../datasets/importing.ts';

const { home, environment, remove } = freshHome();
afterAll(remove);
const csv = `text,label\n${rowsOf(100)
  .map(({ text, label }) => `${text},${label}\n`)
  .join('')}`;

function file(name: string, content: string): string {
  const named = path.join(home, name);
  writeFileSync(named, content);
  return named;
}

describe('a pipe', () => {
  test('is read once, from its beginning', async () => {
    const pipe = path.join(home, 'pipe');
    // By the shell, because mkfifo is no package's.
    execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', pipe]);
    createWriteStream(pipe).end(csv);
    const { report } = await importFiles([{ path: pipe, format: 'csv', encoding: null }], usual);
    expect(report).toMatchObject({ rows: 100, refused: { total: 0 } });
  });
});

describe('what cannot be opened', () => {
  test.each([
    ['a link to itself', 'loop.csv', 'is a link that leads back to itself'],
    ['a folder', 'folder.csv', 'is a folder; name the files in it'],
    ['nothing', 'none.csv', 'is not there'],
    ['a file in a file', 'a.csv/b.csv', 'is not there: what its path names as a folder is none'],
  ])('%s is named in words, not in codes', async (_, name, words) => {
    const named = path.join(home, name);
    if (name === 'loop.csv') symlinkSync(named, named);
    if (name === 'folder.csv') mkdirSync(named);
    file('a.csv', csv);
    const { code, err } = await gradus(['data', 'check', named], environment);
    expect(err).toBe(`${named} ${words}.\nNext: gradus data check --help\n`);
    expect(code).toBe(2);
  });
});

describe('the report', () => {
  test('begins with its warnings', async () => {
    const half = file('half.csv', `${csv}${',often\n'.repeat(50)}`);
    const { report } = await importFiles([{ path: half, format: 'csv', encoding: null }], usual);
    const [first, , third] = reportText(report).split('\n');
    expect(first).toBe('! 50 of 150 rows (33 %) were refused');
    expect(third).toMatch(/^150 rows read, 50 refused, 100 examples/);
  });

  test('holds no control character, though a report of before does', async () => {
    const { report } = await importFiles([{ path: file('b.csv', csv), format: 'csv', encoding: null }], usual);
    const odd = { ...report, capabilities: { label: { '\u001b[31mred': { train: 1, validation: 1, 'held-out': 1 } } } };
    expect(reportText(odd).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});

test('a place where nothing can be kept, and a damaged report, are named with what to do', async () => {
  const named = file('c.csv', csv);
  const nowhere = { ...environment, GRADUS_HOME: named };
  const added = await gradus(['data', 'add', 'numbers', named], nowhere);
  expect(added).toMatchObject({ code: 2, err: expect.stringMatching(/which is not a folder; GRADUS_HOME may name/) });
  mkdirSync(path.join(home, 'datasets'), { recursive: true });
  file('datasets/broken.report.json', '{');
  const shown = await gradus(['data', 'show', 'broken'], environment);
  expect(shown).toMatchObject({ code: 2, err: expect.stringContaining('is damaged: add it again, with --replace') });
  expect(await gradus(['data', 'remove', 'broken'], environment)).toMatchObject({ code: 0 });
});

test('a dataset is added from the standard input, listed and shown', async () => {
  const added = await gradus(['data', 'add', 'numbers', '-', '--format', 'csv'], environment, csv);
  expect(added).toMatchObject({ code: 0, out: expect.stringContaining('Kept as numbers') });
  const { out } = await gradus(['data', 'list'], environment);
  expect(out).toMatch(/^dataset +examples +capabilities +from\nmail +automated, .* comes with Gradus$/m);
  expect(out).toMatch(/^numbers +100 +label +files of yours$/m);
});
