/** Threads that train Gradus's networks, shared out as `src/model/trainer.ts` does it. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { prepareForTraining } from '../../dist/src/model/environment.js';
import { newMemory } from '../../dist/src/model/memory.js';
import { gradusShape, readMails } from './shared.mjs';

/** One network is learnt by a replica on each core; several are trained side by side, one a core. */
export async function startTeam({ folder, classes, networks = 1, natural = true, heldOut = null }) {
  const shape = gradusShape(classes);
  const size = { batch: 32, longest: readMails(folder).length };
  const cores = availableParallelism();
  const replicas = Math.max(1, Math.floor(cores / networks));
  const teams = Math.min(networks, Math.floor(cores / replicas));
  const next = (worker) => new Promise((resolve) => worker.once('message', resolve));
  prepareForTraining();
  const workers = [];
  for (let thread = 0; thread < teams * replicas; thread++) {
    const workerData = { folder, natural, heldOut, shape, size };
    const worker = new Worker(new URL('gradus-replica.mjs', import.meta.url), { workerData });
    worker.once('error', (error) => {
      throw error;
    });
    // TensorFlow's binding is filled by the first calls without a lock: one after the other.
    await next(worker);
    workers.push(worker);
  }
  const ask = (tell) =>
    Promise.all(
      workers.map((worker, thread) => {
        worker.postMessage(tell(thread));
        return next(worker);
      }),
    );
  return {
    about: `${teams} at once, threads of each: ${replicas}`,
    /** New networks; `seed` is that of the first one's weights. */
    make(seed) {
      const all = Array.from({ length: networks }, (_, network) => ({
        seed: seed + network,
        team: network % teams,
        memory: newMemory(shape, size, replicas),
      }));
      return ask((thread) => ({
        kind: 'make',
        replicas: all
          .filter(({ team }) => team === Math.floor(thread / replicas))
          .map(({ seed, memory }) => ({ seed, index: thread % replicas, count: replicas, memory })),
      }));
    },
    /** All networks learn from all mails in this order; returns the first one's mean loss. */
    async epoch(order) {
      const [loss] = await ask(() => ({ kind: 'epoch', order }));
      return loss;
    },
    /** Of the first network, on the mails held out. */
    async accuracy() {
      const [accuracy] = await ask((thread) => ({ kind: thread === 0 ? 'accuracy' : 'nothing' }));
      return accuracy;
    },
    async stop() {
      for (const worker of workers) await worker.terminate();
    },
  };
}
