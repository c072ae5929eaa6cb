/** The network's arithmetic against tfjs's own layers, finite differences and Keras's formula of Adam. */
import { createRequire } from 'node:module';
import type * as tfjs from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { poolings } from '../../src/domain/plan.ts';
import { quietTensorFlow } from '../../src/model/environment.ts';
import { unlabelled } from '../../src/model/heads.ts';
import { createAnsweringNetwork } from '../../src/model/inference.ts';
import { initialWeights } from '../../src/model/initial-weights.ts';
import { createTrainableNetwork } from '../../src/model/network.ts';
import type { TrainableNetwork } from '../../src/model/network.ts';
import { createRandom } from '../../src/model/random.ts';
import { parameterNames } from '../../src/model/shape.ts';
import type { Head, NetworkShape, ParameterName, Weights } from '../../src/model/shape.ts';
import { tensorflow } from '../../src/model/tensorflow.ts';

const units = 32;
const embedding = 24;
const vocabulary = 60;
const shapeOf = (...sizes: number[]): NetworkShape => ({
  pooling: 'last',
  vocabulary,
  embedding,
  units,
  heads: sizes.map((size, index): Head => ({
    capability: `c${index}`,
    labels: Array.from({ length: size }, (_, i) => `l${i}`),
  })),
});

/** Initial weights moved a little, so that no part is at a special point. */
function weightsOf(shape: NetworkShape, seed: number): Weights {
  const weights = initialWeights(shape, seed);
  const random = createRandom(seed + 1);
  for (const name of parameterNames) {
    for (const [i, value] of weights[name].entries()) weights[name][i] = value + (random() - 0.5) * 0.2;
  }
  return weights;
}

function batchOf(lengths: number[], heads: number[], seed: number) {
  const random = createRandom(seed);
  const sequences = lengths.map((n) => Int32Array.from({ length: n }, () => Math.floor(random() * vocabulary)));
  const labels = Int32Array.from(lengths.flatMap(() => heads.map((size) => Math.floor(random() * size))));
  return { sequences, labels };
}

let open: TrainableNetwork[] = [];
function networkOf(
  shape: NetworkShape,
  weights: Weights,
  labelWeights: number[][] = [],
  clip?: number,
): TrainableNetwork {
  const network = createTrainableNetwork(shape, {
    initial: () => weights,
    learningRate: 1e-3,
    batch: 20,
    longest: 12,
    labelWeights,
    ...(clip === undefined ? {} : { clip }),
  });
  open.push(network);
  return network;
}
afterEach(() => {
  for (const network of open) network.dispose();
  open = [];
});

let tf: typeof tfjs;
beforeAll(() => {
  quietTensorFlow();
  tensorflow();
  tf = createRequire(import.meta.url)('@tensorflow/tfjs-node');
});

/** BlockLSTM's gates (input, candidate, forget, output) to Keras's (input, forget, candidate, output), and back. */
function swapGates(values: Float32Array): Float32Array {
  const swapped = values.slice();
  for (let at = 0; at < values.length; at += 4 * units) {
    swapped.set(values.subarray(at + 2 * units, at + 3 * units), at + units);
    swapped.set(values.subarray(at + units, at + 2 * units), at + 2 * units);
  }
  return swapped;
}

describe('gradients', () => {
  test.each([
    ['equal lengths', [7, 7, 7, 7, 7, 7, 7, 7]],
    ['different lengths', [3, 9, 5, 2, 12, 5, 1, 2]],
    ['so many that they are computed step by step', [9, 12, ...Array.from({ length: 18 }, (_, i) => 8 + (i % 5))]],
  ])('are those of tf.layers.lstm, %s', (_, lengths) => {
    const shape = shapeOf(10);
    const weights = weightsOf(shape, 3);
    const { sequences, labels } = batchOf(lengths, [10], 4);
    const lstm = tf.layers.lstm({ units, inputShape: [null, embedding], recurrentActivation: 'sigmoid' });
    lstm.apply(tf.zeros([1, 2, embedding]));
    const kernel = swapGates(weights.lstm);
    lstm.setWeights([
      tf.tensor(kernel.slice(0, embedding * 4 * units), [embedding, 4 * units]),
      tf.tensor(kernel.slice(embedding * 4 * units), [units, 4 * units]),
      tf.tensor(swapGates(weights.lstmBias), [4 * units]),
    ]);
    const table = tf.variable(tf.tensor2d(weights.embedding, [vocabulary, embedding]));
    const dense = tf.variable(tf.tensor2d(weights.dense, [units, 10]));
    const denseBias = tf.variable(tf.tensor1d(weights.denseBias));
    // tfjs's own gradient fails at length 1, so that one goes through as two pieces of the same batch: left out there.
    const used = sequences
      .map((sequence, i) => ({ sequence, label: labels[i] ?? 0 }))
      .filter((e) => e.sequence.length > 1);
    const expected = tf.variableGrads(() => {
      const states = used.map(({ sequence }) => {
        const state = lstm.apply(tf.gather(table, tf.tensor1d(sequence, 'int32')).expandDims(0));
        if (!(state instanceof tf.Tensor)) throw new Error('one state');
        return state;
      });
      const logits = tf.concat(states).matMul(dense).add(denseBias);
      const truth = tf.oneHot(
        tf.tensor1d(
          Int32Array.from(used, (e) => e.label),
          'int32',
        ),
        10,
      );
      const loss = tf.losses.softmaxCrossEntropy(truth, logits);
      if (loss.rank !== 0) throw new Error('one loss');
      return loss.asScalar();
    });
    const got = networkOf(shape, weights).gradients(
      used.map((e) => e.sequence),
      Int32Array.from(used, (e) => e.label),
    );

    expect(got.loss).toBeCloseTo(Number(expected.value.dataSync()[0]), 5);
    const [wx, wh, b] = lstm.trainableWeights.map((weight) => expected.grads[weight.originalName]?.dataSync());
    const kernelGradient = swapGates(got.gradients.lstm);
    const pairs: [string, Float32Array, ArrayLike<number> | undefined][] = [
      ['embedding', got.gradients.embedding, expected.grads[table.name]?.dataSync()],
      ['input kernel', kernelGradient.slice(0, embedding * 4 * units), wx],
      ['recurrent kernel', kernelGradient.slice(embedding * 4 * units), wh],
      ['bias', swapGates(got.gradients.lstmBias), b],
      ['dense', got.gradients.dense, expected.grads[dense.name]?.dataSync()],
      ['dense bias', got.gradients.denseBias, expected.grads[denseBias.name]?.dataSync()],
    ];
    for (const [name, ours, theirs] of pairs) expect([name, worst(ours, theirs)]).toEqual([name, expect.closeTo(0, 5)]);
  });

  test.each(poolings)('agree with finite differences, pooling %s, two heads, labels missing', (pooling) => {
    const shape = { ...shapeOf(3, 5), pooling };
    const weights = weightsOf(shape, 7);
    const { sequences, labels } = batchOf([5, 1, 3, 1], [3, 5], 8);
    labels[1] = unlabelled;
    labels[4] = unlabelled;
    labels[5] = unlabelled;
    const labelWeights = [
      [1, 0.5, 2],
      [2.5, 2.5, 1.5, 0, 3],
    ];
    const { loss, gradients } = networkOf(shape, weights, labelWeights).gradients(sequences, labels);
    const lossAt = (changed: Weights): number => {
      const answering = createAnsweringNetwork(shape, changed);
      const probabilities = answering.probabilities(sequences);
      answering.dispose();
      let sum = 0;
      for (const [i, row] of probabilities.entries()) {
        const [a, b] = [labels[2 * i] ?? unlabelled, labels[2 * i + 1] ?? unlabelled];
        if (a !== unlabelled) sum -= ((labelWeights[0]?.[a] ?? 0) * Math.log(row[a] ?? 0)) / sequences.length;
        if (b !== unlabelled) sum -= ((labelWeights[1]?.[b] ?? 0) * Math.log(row[3 + b] ?? 0)) / sequences.length;
      }
      return sum;
    };
    expect(loss).toBeCloseTo(lossAt(weights), 5);
    const random = createRandom(9);
    for (const name of parameterNames) {
      for (let k = 0; k < 25; k++) {
        const word = sequences[k % 4]?.[0] ?? 0;
        const at =
          name === 'embedding'
            ? word * embedding + Math.floor(random() * embedding)
            : Math.floor(random() * weights[name].length);
        const moved = (by: number): Weights => {
          const values = weights[name].slice();
          values[at] = (values[at] ?? 0) + by;
          return { ...weights, [name]: values };
        };
        const slope = (lossAt(moved(1e-2)) - lossAt(moved(-1e-2))) / 2e-2;
        expect([name, gradients[name][at]]).toEqual([name, expect.closeTo(slope, 3)]);
      }
    }
  });
});

describe('training', () => {
  test.each([
    ['as they are', undefined],
    ['clipped by their norm', 0.05],
  ])('is Adam as Keras has it, dense also for the embedding, over 30 steps, gradients %s', (_, clip) => {
    const shape = shapeOf(10);
    const weights = weightsOf(shape, 5);
    const network = networkOf(shape, weights, [], clip);
    let clipped = 0;
    const double = (name: ParameterName) => {
      const w = Float64Array.from(weights[name]);
      return { name, w, m: new Float64Array(w.length), v: new Float64Array(w.length) };
    };
    const expected = parameterNames.map(double);
    for (let step = 1; step <= 30; step++) {
      const lengths = [1 + (step % 5), 3, 1 + (step % 2), 6];
      const { sequences, labels } = batchOf(lengths, [10], 100 + step);
      // Half of the words never come in the first half of the steps, and the others rest in the second.
      const half = sequences.map((ids) => ids.map((id) => (id % 30) + (step > 15 ? 30 : 0)));
      const { gradients } = network.gradients(half, labels);
      const norm = Math.hypot(...parameterNames.map((name) => Math.hypot(...gradients[name])));
      const scale = Math.min(1, (clip ?? Infinity) / norm);
      if (scale < 1) clipped++;
      const rate = (1e-3 * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
      for (const { name, w, m, v } of expected) {
        for (const [i, gradient] of gradients[name].entries()) {
          const g = scale * gradient;
          const mean = 0.9 * (m[i] ?? 0) + 0.1 * g;
          const variance = 0.999 * (v[i] ?? 0) + 0.001 * g * g;
          [m[i], v[i]] = [mean, variance];
          w[i] = (w[i] ?? 0) - (rate * mean) / (Math.sqrt(variance) + 1e-7);
        }
      }
      network.train(half, labels);
    }
    expect(clipped > 0).toBe(clip !== undefined);
    const got = network.weights();
    for (const { name, w } of expected) expect([name, worst(got[name], w)]).toEqual([name, expect.closeTo(0, 5)]);
  });

  test('gives the same weights from the same seed, bit for bit, and frees its tensors', () => {
    const shape = shapeOf(4);
    const run = (): Weights => {
      const network = createTrainableNetwork(shape, {
        initial: () => initialWeights(shape, 1),
        learningRate: 1e-2,
        batch: 8,
        longest: 12,
        labelWeights: [],
      });
      for (let step = 0; step < 20; step++) {
        const { sequences, labels } = batchOf([12, 3, 9, 9, 4, 2, 1, 7], [4], step);
        network.train(sequences, labels);
      }
      const weights = network.weights();
      network.dispose();
      return weights;
    };
    const first = run();
    const tensors = tensorflow().getNumOfTensors();
    expect(run()).toEqual(first);
    expect(tensorflow().getNumOfTensors()).toBe(tensors);
    expect(first.embedding).not.toEqual(initialWeights(shape, 1).embedding);
  });

  test('answers the same for a text alone as in a batch of other lengths', () => {
    const shape = shapeOf(3, 4);
    const network = createAnsweringNetwork(shape, weightsOf(shape, 2));
    const { sequences } = batchOf([1, 12, 5, 40, 3, 3, 9, 27, 2], [3, 4], 6);
    const together = network.probabilities(sequences);
    for (const [i, sequence] of sequences.entries()) {
      const [alone] = network.probabilities([sequence]);
      expect(worst(alone ?? new Float32Array(), together[i])).toBeCloseTo(0, 5);
      expect(alone?.slice(0, 3).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    }
    network.dispose();
  });
});

/** Largest difference. */
function worst(ours: Float32Array, theirs: ArrayLike<number> | undefined): number {
  if (theirs?.length !== ours.length) return Infinity;
  return ours.reduce((most, value, i) => Math.max(most, Math.abs(value - (theirs[i] ?? Infinity))), 0);
}
