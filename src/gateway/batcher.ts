/** Puts texts that come while a version computes into one batch, since a network answers many almost as fast as one. */
import type { Prediction, Predictor } from '../domain/ports.ts';

/** Answers one text. */
export type Answerer = (capability: string, text: string) => Promise<Prediction>;

interface Waiting {
  text: string;
  resolve(prediction: Prediction): void;
  reject(error: unknown): void;
}

const largestBatch = 64;

export function createBatcher(predictor: Predictor): Answerer {
  const queues = new Map<string, { waiting: Waiting[]; working: boolean }>();

  async function work(capability: string, queue: { waiting: Waiting[]; working: boolean }): Promise<void> {
    queue.working = true;
    while (queue.waiting.length > 0) {
      const batch = queue.waiting.splice(0, largestBatch);
      try {
        await answer(capability, batch);
      } catch (error) {
        // One text that the version cannot take must not cost the others their answer.
        if (batch.length === 1) batch[0]?.reject(error);
        else for (const each of batch) await answer(capability, [each]).catch(each.reject);
      }
    }
    queue.working = false;
  }

  async function answer(capability: string, batch: Waiting[]): Promise<void> {
    const predictions = await predictor.predict(
      capability,
      batch.map(({ text }) => text),
    );
    for (const [i, each] of batch.entries()) {
      const prediction = predictions[i];
      if (prediction === undefined) throw new Error(`The version gave no answer to text ${i + 1} of ${batch.length}.`);
      each.resolve(prediction);
    }
  }

  return (capability, text) =>
    new Promise((resolve, reject) => {
      const queue = queues.get(capability) ?? { waiting: [], working: false };
      queues.set(capability, queue);
      queue.waiting.push({ text, resolve, reject });
      if (!queue.working) void work(capability, queue);
    });
}
