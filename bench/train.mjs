/** One epoch of the paper's network on 512 mails, batches of 32: Gradus, stock tfjs-node and Keras, turn by turn. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { openDataset } from '../dist/src/datasets/index.js';
import { buildVocabulary, createVectorizer } from '../dist/src/model/vectorizer.js';
import { cache, root } from '../scripts/setup/places.mjs';
import { startContender } from './contender.mjs';
import { kerasPython } from './keras.mjs';
import { median, ratio, ratioText, writeResult } from './summary.mjs';

const mails = 512;
const length = 100;
const vocabularySize = 10_000;
const cases = { full: 'all sequences of length 100', natural: 'natural lengths (the others pad to 100)' };

export async function bench({ rounds }) {
  const python = await kerasPython();
  const folder = mkdtempSync(join(tmpdir(), 'gradus-bench-'));
  const runner = (name) => join(root, 'bench', 'runners', name);
  const results = {};
  try {
    const data = await writeData(folder);
    for (const [name, about] of Object.entries(cases)) {
      console.log(
        `\n ${about}; ${mails} mails${name === 'natural' ? `, ${data.meanLength.toFixed(0)} tokens in the mean` : ''}`,
      );
      const contenders = [
        await startContender('Gradus', process.execPath, [runner('gradus.mjs'), folder, name]),
        await startContender('Keras', python, [runner('keras_train.py'), folder, name], { TF_CPP_MIN_LOG_LEVEL: '2' }),
        await startContender('tfjs-node', process.execPath, [runner('tfjs.mjs'), folder, name]),
      ];
      results[name] = await measure(contenders, rounds);
      for (const contender of contenders) await contender.stop();
      report(results[name]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const file = writeResult('train', { rounds, mails, batch: 32, cases: results });
  console.log(`\n written to ${relative(root, file)}`);
}

/** Padded ids [mails, length], the length of each, and its label; raw little-endian int32. */
async function writeData(folder) {
  const dataset = await openDataset('mail', { cache, own: cache });
  const examples = dataset.part('train');
  const vocabulary = buildVocabulary(
    examples.map(({ text }) => text),
    vocabularySize,
  );
  const vectorize = createVectorizer(vocabulary, length);
  const labels = dataset.labels.topic;
  const chosen = examples.filter((example) => example.labels.topic !== undefined).slice(0, mails);
  const sequences = chosen.map(({ text }) => vectorize(text));
  const ids = new Int32Array(mails * length);
  for (const [row, sequence] of sequences.entries()) ids.set(sequence, row * length);
  const write = (name, values) => writeFileSync(join(folder, `${name}.i32`), Int32Array.from(values));
  write('ids', ids);
  write(
    'lengths',
    sequences.map((sequence) => sequence.length),
  );
  write(
    'labels',
    chosen.map((example) => labels.indexOf(example.labels.topic)),
  );
  return { meanLength: sequences.reduce((sum, sequence) => sum + sequence.length, 0) / mails };
}

/** The first round of each is thrown away: graphs are traced and memory is taken there. */
async function measure(contenders, rounds) {
  const seconds = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  const versions = {};
  for (let round = 0; round <= rounds; round++) {
    for (const contender of contenders) {
      const answer = await contender.round();
      versions[contender.name] = answer.version;
      if (round > 0) seconds[contender.name].push(answer.seconds);
    }
  }
  return { seconds, versions };
}

function report({ seconds, versions }) {
  for (const [name, times] of Object.entries(seconds)) {
    const against = name === 'Gradus' ? '' : `   Gradus / ${name} ${ratioText(ratio(seconds.Gradus, times))}`;
    console.log(
      `   ${name.padEnd(10)} ${median(times).toFixed(3).padStart(7)} s an epoch${against}   ${versions[name]}`,
    );
  }
}
