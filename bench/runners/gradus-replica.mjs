/** One thread of `gradus-team.mjs`. */
import { parentPort, workerData } from 'node:worker_threads';
import { createAnsweringNetwork, probabilitiesOf } from '../../dist/src/model/inference.js';
import { initialWeights } from '../../dist/src/model/initial-weights.js';
import { createTrainableNetwork } from '../../dist/src/model/network.js';
import { readMails, sequencesOf } from './shared.mjs';

const { folder, natural, heldOut, shape, size } = workerData;
const mails = readMails(folder);
const sequences = sequencesOf(mails, natural);
const create = ({ seed, ...replica }) => {
  const options = { ...size, learningRate: 1e-3, labelWeights: [], initial: () => initialWeights(shape, seed) };
  return createTrainableNetwork(shape, options, replica.memory && replica);
};

const alone = create({ seed: 1 });
alone.train(sequences.slice(0, 2), mails.labels.subarray(0, 2));
alone.dispose();

let networks = [];
const tasks = {
  nothing: () => null,
  make({ replicas }) {
    for (const network of networks) network.dispose();
    networks = replicas.map(create);
    return null;
  },
  epoch({ order }) {
    const losses = networks.map((network) => {
      let loss = 0;
      for (let at = 0; at < order.length; at += size.batch) {
        const places = order.slice(at, at + size.batch);
        const labels = Int32Array.from(places, (place) => mails.labels[place]);
        const batch = places.map((place) => sequences[place]);
        loss += (places.length / order.length) * network.train(batch, labels);
      }
      return loss;
    });
    return losses[0];
  },
  accuracy() {
    const { labels, ...unseen } = readMails(heldOut);
    const network = createAnsweringNetwork(shape, networks[0].weights());
    const answers = probabilitiesOf(network, sequencesOf(unseen));
    network.dispose();
    const right = answers.filter((answer, row) => answer.indexOf(Math.max(...answer)) === labels[row]);
    return right.length / labels.length;
  },
};
parentPort.on('message', ({ kind, ...given }) => parentPort.postMessage(tasks[kind](given)));
parentPort.postMessage('ready');
