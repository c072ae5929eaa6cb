/** What the contenders in Node have in common: what they are told, the mails, and the loop in which they are asked. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import util from 'node:util';

export const options = JSON.parse(process.argv[2] ?? '{}');

/** What `bench/texts.mjs` wrote. */
export function readMails(folder) {
  const read = (name) => {
    const { buffer, byteOffset, byteLength } = readFileSync(join(folder, `${name}.i32`));
    return new Int32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  };
  const [ids, lengths, labels] = [read('ids'), read('lengths'), read('labels')];
  return { ids, lengths, labels, length: ids.length / labels.length };
}

/** The same without their padding where `natural`, for Gradus. */
export function sequencesOf({ ids, lengths, length }, natural = true) {
  return Array.from(lengths, (own, row) =>
    ids.slice((row + 1) * length - (natural ? own : length), (row + 1) * length),
  );
}

/** The paper's network, with as many labels as it is told. */
export function gradusShape(classes) {
  const heads = [{ capability: 'mail', labels: Array.from({ length: classes }, (_, label) => `l${label}`) }];
  return { pooling: 'last', vocabulary: 10_000, embedding: 128, units: 128, heads };
}

/** The same of tfjs-node's own layers. */
export function stockNetwork(classes, length) {
  // tfjs-node calls a function that Node 23 took away.
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node');
  const model = tf.sequential({
    layers: [
      tf.layers.embedding({ inputDim: 10_000, outputDim: 128, inputLength: length }),
      tf.layers.lstm({ units: 128 }),
      tf.layers.dense({ units: classes, activation: 'softmax' }),
    ],
  });
  return { tf, model, version: tf.version['tfjs-node'] ?? tf.version_core };
}

export async function timed(work) {
  const since = performance.now();
  const result = await work();
  return { seconds: (performance.now() - since) / 1000, result };
}

/** Seconds that `answer(from, to)` takes for the first mails, in batches, by the size of a batch. */
export async function timeBatches(counts, answer) {
  const seconds = {};
  for (const [batch, count] of Object.entries(counts)) {
    const all = await timed(async () => {
      for (let at = 0; at < count; at += Number(batch)) await answer(at, at + Number(batch));
    });
    seconds[batch] = all.seconds;
  }
  return seconds;
}

/** Does `round` for each line of stdin; it returns what is answered. */
export async function serve(round) {
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await round(JSON.parse(line))));
  }
}
