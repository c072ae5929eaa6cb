/**
 * Answers of Gradus's own network: few on one thread, as a gateway gives them, and many on a thread of each core, as
 * `src/model/side-by-side.ts` shares out an evaluation.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { quietTensorFlow } from '../../dist/src/model/environment.js';
import { createAnsweringNetwork, probabilitiesOf } from '../../dist/src/model/inference.js';
import { initialWeights } from '../../dist/src/model/initial-weights.js';
import { gradusShape, options, readMails, sequencesOf, serve, timeBatches } from './shared.mjs';

/** A batch from which on threads share it. */
const many = 256;

quietTensorFlow();
const shape = gradusShape(options.classes);
const network = createAnsweringNetwork(shape, initialWeights(shape, 1));
const sequences = sequencesOf(readMails(options.folder));
const next = (worker) => new Promise((resolve) => worker.once('message', resolve));
const helpers = [];
for (let thread = 1; thread < availableParallelism(); thread++) {
  const helper = new Worker(new URL('gradus-answerer.mjs', import.meta.url), { workerData: options });
  helper.once('error', (error) => {
    throw error;
  });
  await next(helper);
  helpers.push(helper);
}

async function answer(from, to) {
  if (to - from < many) return probabilitiesOf(network, sequences.slice(from, to));
  const share = Math.ceil((to - from) / (helpers.length + 1));
  const others = helpers.map((helper, index) => {
    const begin = from + share * (index + 1);
    helper.postMessage({ from: begin, to: Math.min(to, begin + share) });
    return next(helper);
  });
  const own = probabilitiesOf(network, sequences.slice(from, from + share));
  return [own, ...(await Promise.all(others))].flat();
}

await serve(async () => ({
  seconds: await timeBatches(options.counts, answer),
  version: `1 thread, ${helpers.length + 1} for batches of ${many}`,
}));
for (const helper of helpers) await helper.terminate();
