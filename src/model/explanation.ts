/** What each word did for an answer: integrated gradients (M. Sundararajan, A. Taly, Q. Yan, ICML 2017, equation 3). */
import { createTrainableNetwork } from './network.ts';
import type { Sequence } from './packing.ts';
import type { NetworkShape, Weights } from './shape.ts';
import { padding } from './vectorizer.ts';

/** Points on the way from no words to the words: the sum of the parts is then right to some percent. */
const points = 32;

/**
 * For each position of a sequence, its part of log p(label), compared with a text of as many words that say nothing
 * (embeddings of zero). `label` is a place among the labels of the head `head`. The parts sum up to the difference.
 */
export function attribute(
  { shape, weights }: { shape: NetworkShape; weights: Weights },
  sequence: Sequence,
  head: number,
  label: number,
): Float32Array {
  const { embedding } = shape;
  const length = sequence.length;
  // Every position of every point is a word of its own, so that the gradient of the embedding is that of each input.
  const table = new Float32Array(points * length * embedding);
  for (let point = 0; point < points; point++) {
    for (const [position, word] of sequence.entries()) {
      const share = word === padding ? 1 : (point + 0.5) / points;
      const row = weights.embedding.subarray(word * embedding, (word + 1) * embedding);
      table.set(
        row.map((value) => share * value),
        (point * length + position) * embedding,
      );
    }
  }
  const sequences = Array.from({ length: points }, (_, point) =>
    Int32Array.from({ length }, (_, position) => point * length + position),
  );
  const labelWeights = shape.heads.map((one, index) => one.labels.map(() => (index === head ? 1 : 0)));
  const labels = Int32Array.from({ length: points * shape.heads.length }, (_, i) =>
    i % shape.heads.length === head ? label : 0,
  );
  const network = createTrainableNetwork(
    { ...shape, vocabulary: points * length },
    {
      initial: () => ({ ...weights, embedding: table }),
      learningRate: 0,
      batch: points,
      longest: length,
      labelWeights,
    },
  );
  try {
    // The loss is the mean of −log p over the points.
    const { gradients } = network.gradients(sequences, labels);
    const parts = new Float32Array(length);
    for (const [position, word] of sequence.entries()) {
      if (word === padding) continue;
      for (let i = 0; i < embedding; i++) {
        let slope = 0;
        for (let point = 0; point < points; point++) {
          slope -= gradients.embedding[(point * length + position) * embedding + i] ?? 0;
        }
        parts[position] = (parts[position] ?? 0) + slope * (weights.embedding[word * embedding + i] ?? 0);
      }
    }
    return parts;
  } finally {
    network.dispose();
  }
}
