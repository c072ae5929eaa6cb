/** Imports what a test writes down, as files of users are. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importFiles, type Imported } from '../../src/datasets/own/import.ts';
import type { Mapping } from '../../src/datasets/own/mapping.ts';
import type { Source } from '../../src/datasets/own/rows.ts';

export const usual: Mapping = {
  text: ['text'],
  labels: { label: 'label' },
  id: null,
  part: null,
  group: null,
  attributes: [],
};

/** A folder for the files, and `remove` for afterwards. */
export function importFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'gradus-import-'));
  let files = 0;
  const write = (bytes: string | Buffer, name: string, encoding: string | null = null): Source => {
    const path = join(folder, `${files++}-${name}`);
    writeFileSync(path, bytes);
    const format = name.includes('.jsonl') ? 'jsonl' : name.includes('.tsv') ? 'tsv' : 'csv';
    return { path, format, encoding };
  };
  const importing = (
    bytes: string | Buffer,
    mapping: Partial<Mapping> = {},
    name = 'a.csv',
    encoding: string | null = null,
  ): Promise<Imported> => importFiles([write(bytes, name, encoding)], { ...usual, ...mapping });
  return { folder, write, importing, remove: () => rmSync(folder, { recursive: true }) };
}

export const rowsOf = (count: number, label = (i: number): string => (i % 4 === 0 ? 'rare' : 'often')) =>
  Array.from({ length: count }, (_, i) => ({ text: `one says a${i} and b${i * 7} of c${i * i}`, label: label(i) }));
export const toJsonl = (rows: object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
