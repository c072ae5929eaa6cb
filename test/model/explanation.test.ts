/** What words did for an answer: the parts sum up to the whole, and a word that decides has the largest. */
import { beforeAll, expect, test } from 'vitest';
import { quietTensorFlow } from '../../src/model/environment.ts';
import { attribute } from '../../src/model/explanation.ts';
import { createAnsweringNetwork } from '../../src/model/inference.ts';
import { initialWeights } from '../../src/model/initial-weights.ts';
import { createRandom } from '../../src/model/random.ts';
import type { NetworkShape, Weights } from '../../src/model/shape.ts';
import { trainNetwork } from '../../src/model/training.ts';

beforeAll(quietTensorFlow);

const heads = [
  { capability: 'a', labels: ['x', 'y', 'z'] },
  { capability: 'b', labels: ['p', 'q'] },
];

function logOf(shape: NetworkShape, weights: Weights, sequence: Int32Array, place: number): number {
  const network = createAnsweringNetwork(shape, weights);
  const value = Math.log(network.probabilities([sequence])[0]?.[place] ?? 0);
  network.dispose();
  return value;
}

// The axiom of completeness (proposition 1 of the paper).
test.each(['last', 'average', 'max', 'average and max'] as const)(
  'with %s pooling, the parts sum up to the difference between the words and none',
  (pooling) => {
    const shape: NetworkShape = { pooling, vocabulary: 30, embedding: 16, units: 16, heads };
    const weights = initialWeights(shape, 3);
    const random = createRandom(5);
    weights.embedding = weights.embedding.map(() => random() * 2 - 1);
    const sequence = Int32Array.of(0, 0, 4, 9, 9, 2, 17, 25);
    const silent = { ...weights, embedding: weights.embedding.map((value, i) => (i < 16 ? value : 0)) };
    for (const [head, label, place] of [
      [0, 1, 1],
      [1, 0, 3],
    ] as const) {
      const parts = attribute({ shape, weights }, sequence, head, label);
      const whole = logOf(shape, weights, sequence, place) - logOf(shape, silent, sequence, place);
      expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(whole, 2);
      expect([...parts.subarray(0, 2)]).toEqual([0, 0]);
    }
  },
);

test('the word that the label depends on has the largest part', () => {
  const random = createRandom(1);
  const sequences = Array.from({ length: 120 }, () =>
    Int32Array.from({ length: 6 }, () => 2 + Math.floor(random() * 8)),
  );
  const labels = Int32Array.from(sequences, (sequence) => (sequence.includes(7) ? 1 : 0));
  const spec = {
    data: 'd',
    share: 1,
    network: 'per capability',
    epochs: 20,
    batch: 8,
    learningRate: 1e-2,
    vocabulary: 20,
    length: 6,
    embedding: 16,
    units: 16,
    pooling: 'max',
    seed: 1,
  } as const;
  const none = { sequences: [], labels: new Int32Array() };
  const trained = trainNetwork(
    [{ capability: 'c', labels: ['no', 'yes'] }],
    spec,
    { sequences, labels },
    none,
    () => {},
  );
  const parts = attribute(trained, Int32Array.of(3, 5, 7, 2, 4, 3), 0, 1);
  expect(parts.indexOf(Math.max(...parts))).toBe(2);
});
