/** The mails that all contenders are given, as numbers of words, in files that Node and Python can read. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '../dist/src/datasets/index.js';
import { buildVocabulary, createVectorizer } from '../dist/src/model/vectorizer.js';
import { cache } from '../scripts/setup/places.mjs';

const length = 100;
const vocabularySize = 10_000;

/** Gives `work` a way to write mails, each call to a folder of its own; they are removed afterwards. */
export async function withMails(work) {
  const folder = mkdtempSync(join(tmpdir(), 'gradus-bench-'));
  try {
    const dataset = await openDataset('mail', { cache, own: cache });
    const texts = dataset.part('train').map(({ text }) => text);
    const vectorize = createVectorizer(buildVocabulary(texts, vocabularySize), length);
    /** The first `count` mails of a part that have a label for the capability. */
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
      return { folder: into, mails: chosen.length, classes: labels.length, meanLength: tokens / chosen.length };
    };
    return await work(write);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Ids [mails, length], padded in front as Keras does it, the length of each, and its label; little-endian int32. */
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
