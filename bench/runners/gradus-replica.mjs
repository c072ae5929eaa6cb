/** One replica of `gradus.mjs`, in a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { initialWeights } from '../../dist/src/model/initial-weights.js';
import { createTrainableNetwork } from '../../dist/src/model/network.js';
import { readData } from './data.mjs';

const { folder, kind, shape, size, replica } = workerData;
const { ids, lengths, labels } = readData(folder);
const sequences = Array.from(labels, (_, row) =>
  ids.slice(row * size.longest, row * size.longest + (kind === 'natural' ? lengths[row] : size.longest)),
);
const options = { ...size, learningRate: 1e-3, headWeights: [1] };
const alone = createTrainableNetwork(shape, { ...options, initial: () => initialWeights(shape, 1) });
alone.train(sequences.slice(0, 2), labels.subarray(0, 2));
alone.dispose();

let network = null;
parentPort.on('message', () => {
  network ??= createTrainableNetwork(shape, { ...options, initial: () => initialWeights(shape, 1) }, replica);
  let loss = 0;
  for (let at = 0; at < sequences.length; at += size.batch) {
    loss = network.train(sequences.slice(at, at + size.batch), labels.subarray(at, at + size.batch));
  }
  parentPort.postMessage(loss);
});
parentPort.postMessage('ready');
