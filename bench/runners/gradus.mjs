/** Gradus's own network, one epoch a round, by a replica on each core. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { quietTensorFlow } from '../../dist/src/model/environment.js';
import { newMemory } from '../../dist/src/model/memory.js';
import { readData, serve } from './data.mjs';

const [folder, kind] = process.argv.slice(2);
const { ids, labels } = readData(folder);
const heads = [{ capability: 'topic', labels: Array.from({ length: 10 }, (_, i) => `l${i}`) }];
const shape = { pooling: 'last', vocabulary: 10_000, embedding: 128, units: 128, heads };
const size = { batch: 32, longest: ids.length / labels.length };
const count = availableParallelism();
const memory = newMemory(shape, size, count);

const next = (worker) => new Promise((resolve) => worker.once('message', resolve));
quietTensorFlow();
const workers = [];
for (let index = 0; index < count; index++) {
  const workerData = { folder, kind, shape, size, replica: { index, count, memory } };
  const worker = new Worker(new URL('gradus-replica.mjs', import.meta.url), { workerData });
  // TensorFlow's binding is filled by the first calls without a lock: one after the other.
  await next(worker);
  workers.push(worker);
}

await serve(async () => {
  const since = performance.now();
  for (const worker of workers) worker.postMessage('epoch');
  const [loss] = await Promise.all(workers.map(next));
  return { seconds: (performance.now() - since) / 1000, loss, version: `${count} replicas` };
});
for (const worker of workers) await worker.terminate();
