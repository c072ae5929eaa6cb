/** Gradus's own network, one epoch a round. */
import { quietTensorFlow } from '../../dist/src/model/environment.js';
import { initialWeights } from '../../dist/src/model/initial-weights.js';
import { createTrainableNetwork } from '../../dist/src/model/network.js';
import { readData, serve } from './data.mjs';

const [folder, kind] = process.argv.slice(2);
const { ids, lengths, labels } = readData(folder);
const batch = 32;
const length = ids.length / labels.length;
const sequences = Array.from(labels, (_, row) =>
  ids.slice(row * length, row * length + (kind === 'natural' ? lengths[row] : length)),
);
quietTensorFlow();
const heads = [{ capability: 'topic', labels: Array.from({ length: 10 }, (_, i) => `l${i}`) }];
const shape = { pooling: 'last', vocabulary: 10_000, embedding: 128, units: 128, heads };
const initial = () => initialWeights(shape, 1);
const network = createTrainableNetwork(shape, {
  initial,
  learningRate: 1e-3,
  batch,
  longest: length,
  headWeights: [1],
});

await serve(() => {
  const since = performance.now();
  let loss = 0;
  for (let at = 0; at < sequences.length; at += batch) {
    loss = network.train(sequences.slice(at, at + batch), labels.subarray(at, at + batch));
  }
  return { seconds: (performance.now() - since) / 1000, loss, version: 'one thread' };
});
