/** Answers of Gradus's own network, on one thread, as a gateway gives them. */
import { quietTensorFlow } from '../../dist/src/model/environment.js';
import { createAnsweringNetwork, probabilitiesOf } from '../../dist/src/model/inference.js';
import { initialWeights } from '../../dist/src/model/initial-weights.js';
import { gradusShape, options, readMails, sequencesOf, serve, timeBatches } from './shared.mjs';

quietTensorFlow();
const shape = gradusShape(options.classes);
const network = createAnsweringNetwork(shape, initialWeights(shape, 1));
const sequences = sequencesOf(readMails(options.folder));
await serve(async () => ({
  seconds: await timeBatches(options.counts, (from, to) => probabilitiesOf(network, sequences.slice(from, to))),
  version: '1 thread',
}));
