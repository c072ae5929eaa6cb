/** The set-up's reader of zip archives, on an archive that Python's zipfile module wrote. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** A folder, a stored file, a deflated one ("again and again, " 200 times), an empty one, one named beyond ASCII. */
const archive = [
  'UEsDBBQAAAAAAC4ceV0AAAAAAAAAAAAAAAAEAAAAcGtnL1BLAwQUAAAAAAAuHHldPEJVDxAAAAAQAAAADgAAAHBrZy9zdG9yZWQu',
  'dHh0c3RvcmVkIGFzIGl0IGlzClBLAwQUAAAACAAuHHldIcjV4iwAAABIDQAAEAAAAHBrZy9kZWZsYXRlZC50eHTtyLEJACAQBMFW',
  'vgCbOhDE5PsPRYztYKJdJiu7Kz0r98YLAAAAAAAAAIAfHFBLAwQUAAAACAAuHHldAAAAAAIAAAAAAAAADQAAAHBrZy9lbXB0eS50',
  'eHQDAFBLAwQUAAAICAAuHHldf+4XOxQAAAASAAAADQAAAHBrZy/DvG7Dry50eHTLS8xNTVFISq3Mz0tRcAx29vQEAFBLAQIUAxQA',
  'AAAAAC4ceV0AAAAAAAAAAAAAAAAEAAAAAAAAAAAAEAD9QQAAAABwa2cvUEsBAhQDFAAAAAAALhx5XTxCVQ8QAAAAEAAAAA4AAAAA',
  'AAAAAAAAAIABIgAAAHBrZy9zdG9yZWQudHh0UEsBAhQDFAAAAAgALhx5XSHI1eIsAAAASA0AABAAAAAAAAAAAAAAAIABXgAAAHBr',
  'Zy9kZWZsYXRlZC50eHRQSwECFAMUAAAACAAuHHldAAAAAAIAAAAAAAAADQAAAAAAAAAAAAAAgAG4AAAAcGtnL2VtcHR5LnR4dFBL',
  'AQIUAxQAAAgIAC4ceV1/7hc7FAAAABIAAAANAAAAAAAAAAAAAACAAeUAAABwa2cvw7xuw68udHh0UEsFBgAAAAAFAAUAIgEAACQB',
  'AAAAAA==',
].join('');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'gradus-zip-'));
  writeFileSync(path.join(folder, 'a.zip'), archive, 'base64');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs it as the set-up does, in plain Node. `wanted` is the source of the function that picks. */
function unzip(wanted: string): string {
  const module = new URL('../../scripts/setup/zip.mjs', import.meta.url).href;
  const [from, to] = [path.join(folder, 'a.zip'), path.join(folder, 'out')].map((file) => JSON.stringify(file));
  const code = `import { unzip } from '${module}'; console.log(await unzip(${from}, ${to}, ${wanted}));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  return stdout.trim() || stderr;
}

function written(name: string): string {
  return readFileSync(path.join(folder, 'out', name), 'utf8');
}

test('every file comes out as it went in', () => {
  expect(unzip('(name) => name')).toBe('4');
  expect(written('pkg/stored.txt')).toBe('stored as it is\n');
  expect(written('pkg/deflated.txt')).toBe('again and again, '.repeat(200));
  expect(written('pkg/empty.txt')).toBe('');
  expect(written('pkg/ünï.txt')).toBe('named beyond ASCII');
});

test('only what is wanted is written, where it is wanted', () => {
  expect(unzip(`(name) => (name.endsWith('stored.txt') ? 'lib/one' : null)`)).toBe('1');
  expect(readdirSync(path.join(folder, 'out'), { recursive: true })).toEqual(['lib', path.join('lib', 'one')]);
});

test('nothing is written outside of the folder', () => {
  expect(unzip(`() => '../outside'`)).toContain('would leave');
  expect(readdirSync(folder)).toEqual(['a.zip']);
});

test('half an archive is refused', () => {
  truncateSync(path.join(folder, 'a.zip'), 300);
  expect(unzip('(name) => name')).toContain('not a whole zip archive');
});
