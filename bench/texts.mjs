/** The texts that all contenders are given, as numbers of words, in files that Node and Python can read. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '../dist/src/datasets/index.js';
import { importFiles } from '../dist/src/datasets/own/import.js';
import { keepOwn } from '../dist/src/datasets/own/own-datasets.js';
import { buildVocabulary, createVectorizer } from '../dist/src/model/vectorizer.js';
import { cache } from '../scripts/setup/places.mjs';
import { chineseReviews } from './python.mjs';

/** Of Chinese reviews, once `importReviews` has brought them. */
export const reviews = 'reviews-zh';

const length = 100;
const vocabularySize = 10_000;

/** Gives `work` a way to write texts of a dataset, each call to a folder of its own; they are removed afterwards. */
export async function withTexts(data, work) {
  const folder = mkdtempSync(join(tmpdir(), 'gradus-bench-'));
  try {
    const own = join(folder, 'datasets');
    if (data === reviews) await importReviews(folder, own);
    const dataset = await openDataset(data, { cache, own });
    const texts = dataset.part('train').map(({ text }) => text);
    const vectorize = createVectorizer(buildVocabulary(texts, vocabularySize), length);
    /** The first `count` texts of a part that have a label for the capability. */
    const write = (part, capability, count = Infinity) => {
      const labels = dataset.labels[capability];
      const chosen = dataset
        .part(part)
        .filter((example) => example.labels[capability] !== undefined)
        .slice(0, count);
      const sequences = chosen.map(({ text }) => vectorize(text));
      const places = chosen.map((example) => labels.indexOf(example.labels[capability]));
      const into = join(folder, `${part}-${capability}-${chosen.length}`);
      writeFiles(into, sequences, places);
      const tokens = sequences.reduce((sum, sequence) => sum + sequence.length, 0);
      return { folder: into, texts: chosen.length, classes: labels.length, meanLength: tokens / chosen.length };
    };
    return await work(write);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Ids [texts, length], padded in front as Keras does it, the length of each, and its label; little-endian int32. */
function writeFiles(folder, sequences, labels) {
  const ids = new Int32Array(sequences.length * length);
  for (const [row, sequence] of sequences.entries()) ids.set(sequence, (row + 1) * length - sequence.length);
  mkdirSync(folder);
  const write = (name, values) => writeFileSync(join(folder, `${name}.i32`), Int32Array.from(values));
  write('ids', ids);
  write(
    'lengths',
    sequences.map((sequence) => sequence.length),
  );
  write('labels', labels);
}

/** As a user would bring them: copies are left out, and parts are drawn by hash. */
export async function importReviews(folder, own) {
  const rows = Object.entries(await chineseReviews()).flatMap(([label, path]) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .map((text) => `${JSON.stringify({ text, sentiment: label })}\n`),
  );
  const path = join(folder, 'reviews.jsonl');
  writeFileSync(path, rows.join(''));
  const mapping = {
    text: ['text'],
    labels: { sentiment: 'sentiment' },
    id: null,
    part: null,
    group: null,
    attributes: [],
  };
  const { examples, report: imported } = await importFiles([{ path, format: 'jsonl', encoding: null }], mapping);
  await keepOwn(own, reviews, examples, imported);
}
