/** A prepared dataset is read back whole, or not at all. */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readExamples, toDataset, writeExamples } from '../../src/datasets/cached.ts';
import type { PartedExample } from '../../src/datasets/cached.ts';
import { includedNames, openDataset } from '../../src/datasets/index.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-datasets-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const examples: PartedExample[] = [
  { id: 'a/1', group: 'a/1', part: 'train', text: 'first\nline “two”', labels: { spam: 'ham', topic: 'x' } },
  { id: 'a/2', group: 'a/1', part: 'train', text: '', labels: { spam: 'spam' } },
  { id: 'a/3', group: 'a/3', part: 'held-out', text: 'last', labels: { topic: 'b' } },
];

test('what is written is read back, and nothing else is left in the folder', async () => {
  const path = join(folder, 'new', 'data.jsonl.gz');
  expect(await readExamples(path)).toBeNull();
  await Promise.all([writeExamples(path, examples), writeExamples(path, examples)]);
  expect(await readExamples(path)).toEqual(examples);
  expect(await readdir(join(folder, 'new'))).toEqual(['data.jsonl.gz']);
});

test.each(['cut', 'changed', 'emptied'])('a file that was %s counts as none', async (how) => {
  const path = join(folder, `${how}.jsonl.gz`);
  await writeExamples(path, examples);
  const bytes = await readFile(path);
  const middle = Math.floor(bytes.length / 2);
  if (how === 'changed') bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  await writeFile(path, how === 'emptied' ? '' : how === 'cut' ? bytes.subarray(0, middle) : bytes);
  expect(await readExamples(path)).toBeNull();
});

test('a dataset has sorted labels, its parts without their groups, and a digest of all of it', () => {
  const dataset = toDataset('tiny', examples);
  expect(dataset.labels).toEqual({ spam: ['ham', 'spam'], topic: ['b', 'x'] });
  expect(dataset.part('held-out')).toEqual([{ id: 'a/3', text: 'last', labels: { topic: 'b' } }]);
  expect(
    dataset
      .part('train')
      .map(({ id }) => id)
      .sort(),
  ).toEqual(['a/1', 'a/2']);
  expect(dataset.part('validation')).toEqual([]);
  expect(dataset.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(toDataset('tiny', structuredClone(examples)).digest).toBe(dataset.digest);
  expect(toDataset('tiny', examples.slice(1)).digest).not.toBe(dataset.digest);
});

test('an unknown dataset is refused with the near name', async () => {
  expect(includedNames).toEqual(['mail', 'mail-unstripped']);
  await expect(openDataset('mial', { cache: folder, own: folder })).rejects.toMatchObject({
    code: 'DATA_UNKNOWN',
    message: expect.stringMatching(
      /^There is no dataset "mial" \(did you mean mail\?\); .*mail-unstripped.*\. Bring your own: gradus data add --help$/,
    ),
  });
  await expect(openDataset('toString', { cache: folder, own: folder })).rejects.toMatchObject({ code: 'DATA_UNKNOWN' });
});
