/** The same network of tfjs-node's own layers, one epoch a round. */
import { createRequire } from 'node:module';
import util from 'node:util';
import { readData, serve } from './data.mjs';

// tfjs-node calls a function that Node 23 took away.
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node');
const { ids, labels } = readData(process.argv[2]);
const length = ids.length / labels.length;
const model = tf.sequential({
  layers: [
    tf.layers.embedding({ inputDim: 10_000, outputDim: 128, inputLength: length }),
    tf.layers.lstm({ units: 128 }),
    tf.layers.dense({ units: 10, activation: 'softmax' }),
  ],
});
model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
const x = tf.tensor2d(ids, [labels.length, length], 'int32');
const y = tf.tensor1d(Float32Array.from(labels));

await serve(async () => {
  const since = performance.now();
  const { history } = await model.fit(x, y, { batchSize: 32, epochs: 1, shuffle: false, verbose: 0 });
  return {
    seconds: (performance.now() - since) / 1000,
    loss: history.loss[0],
    version: tf.version['tfjs-node'] ?? tf.version_core,
  };
});
