/** One thread of `gradus-inference.mjs`. */
import { parentPort, workerData } from 'node:worker_threads';
import { createAnsweringNetwork, probabilitiesOf } from '../../dist/src/model/inference.js';
import { initialWeights } from '../../dist/src/model/initial-weights.js';
import { gradusShape, readMails, sequencesOf } from './shared.mjs';

const { folder, classes } = workerData;
const shape = gradusShape(classes);
const network = createAnsweringNetwork(shape, initialWeights(shape, 1));
const sequences = sequencesOf(readMails(folder));
const answer = (from, to) => probabilitiesOf(network, sequences.slice(from, to));
answer(0, 2);
parentPort.on('message', ({ from, to }) => parentPort.postMessage(answer(from, to)));
parentPort.postMessage([]);
