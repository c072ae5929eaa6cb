/** Weights go from Keras to Gradus and back: each answers with the other's as the other does. */
import { createRequire } from 'node:module';
import { readFile, writeFile } from 'node:fs/promises';
import type * as tfjs from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { kerasSnippet } from '../../src/cli/keras-snippet.ts';
import { poolings } from '../../src/domain/plan.ts';
import { quietTensorFlow } from '../../src/model/environment.ts';
import { createAnsweringNetwork } from '../../src/model/inference.ts';
import { kerasFiles } from '../../src/model/keras-file.ts';
import { fromKeras, toKeras } from '../../src/model/keras-weights.ts';
import { createPredictor } from '../../src/model/predictor.ts';
import { createRandom } from '../../src/model/random.ts';
import { parameterShapes, sizeOf } from '../../src/model/shape.ts';
import type { NetworkShape, Weights } from '../../src/model/shape.ts';
import { tensorflow } from '../../src/model/tensorflow.ts';
import { createVectorizer } from '../../src/model/vectorizer.ts';
import type { ReadVersion } from '../../src/model/version-files.ts';

const sizes = { vocabulary: 30, embedding: 8, units: 16 };
const twoHeads = [
  { capability: 'mood', labels: ['bad', 'fair', 'good'] },
  { capability: '语言', labels: ['de', 'en', 'fr', 'zh', 'other'] },
];
const tolerance = 1e-5;

beforeAll(() => {
  quietTensorFlow();
  tensorflow();
});

/** Made by multiplications and additions alone, so the same bytes everywhere. */
function weightsOf(shape: NetworkShape, seed: number): Weights {
  const random = createRandom(seed);
  const sizes = parameterShapes(shape);
  const draw = (name: keyof Weights): Float32Array =>
    Float32Array.from({ length: sizeOf(sizes[name]) }, () => 2 * random() - 1);
  return {
    embedding: draw('embedding'),
    lstm: draw('lstm'),
    lstmBias: draw('lstmBias'),
    dense: draw('dense'),
    denseBias: draw('denseBias'),
  };
}

const version: ReadVersion = (() => {
  const shape: NetworkShape = { ...sizes, pooling: 'average and max', heads: twoHeads };
  return {
    digest: '0'.repeat(64),
    labels: Object.fromEntries(twoHeads.map(({ capability, labels }) => [capability, labels])),
    data: { name: 'made up', share: 1 },
    madeFrom: { data: 'made up', dataDigest: '', code: '', replicas: 1 },
    length: 12,
    vocabulary: ['<url>', '!', "don't", 'naïve', '价', ...Array.from({ length: 23 }, (_, i) => `word${i}`)],
    networks: [{ shape, weights: weightsOf(shape, 1), keptEpoch: 1, curve: [] }],
  };
})();

const answersSchema = z.record(z.string(), z.array(z.array(z.number())));
const writtenSchema = z.object({
  weights: z.record(z.string(), z.object({ shape: z.array(z.number()), values: z.array(z.number()) })),
  texts: z.array(z.array(z.number())),
  answers: answersSchema,
});
const readSchema = z.object({
  texts: z.array(z.array(z.string())),
  ids: z.array(z.array(z.number())),
  answers: answersSchema,
});

const fixture = (name: string): URL => new URL(`../fixtures/keras/${name}`, import.meta.url);

async function fixtureOf<T>(name: string, schema: z.ZodType<T>): Promise<T> {
  return schema.parse(JSON.parse(await readFile(fixture(name), 'utf8')));
}

describe('weights that Keras wrote', () => {
  test.each(poolings)('answer here as there, pooling %s', async (pooling) => {
    const { weights, texts, answers } = await fixtureOf('weights.json', writtenSchema);
    const capability = pooling.replaceAll(' ', '_');
    const shape: NetworkShape = { ...sizes, pooling, heads: [{ capability, labels: ['a', 'b', 'c'] }] };
    const tensors = Object.entries(weights).map(([name, { shape, values }]) => ({
      name,
      shape,
      values: Float32Array.from(values),
    }));
    const network = createAnsweringNetwork(shape, fromKeras(shape, tensors));
    const ours = texts.flatMap((ids) => network.probabilities([Int32Array.from(ids)]));
    network.dispose();
    expect(worst(ours, answers[capability])).toBeLessThan(tolerance);
  });

  test('are refused by name where they are not those of the network', async () => {
    const shape: NetworkShape = { ...sizes, pooling: 'last', heads: twoHeads };
    const tensors = toKeras(shape, weightsOf(shape, 2));
    const without = tensors.filter(({ name }) => name !== 'dense_语言/bias');
    expect(() => fromKeras(shape, without)).toThrow('dense_语言/bias is missing');
    expect(() => fromKeras({ ...shape, pooling: 'average and max' }, tensors)).toThrow(
      'dense_mood/kernel is [16, 3], and should be [32, 3]',
    );
  });
});

describe('weights that Gradus wrote', () => {
  const files = { weights: 'gradus.safetensors', vocabulary: 'gradus.vocabulary.txt' };

  test('are, with the snippet that loads them, the bytes that Keras was given', async () => {
    const { shape, weights, vocabulary } = kerasFiles(version);
    const snippet = kerasSnippet(files, shape, version.length, version.vocabulary.slice(0, 2));
    const written = { [files.weights]: weights, [files.vocabulary]: vocabulary, 'load.py': snippet };
    for (const [name, data] of Object.entries(written)) {
      // What is not there is written, for Keras to read.
      await writeFile(fixture(name), data, { flag: 'wx' }).catch(() => {});
      expect((await readFile(fixture(name))).equals(Buffer.from(data)), name).toBe(true);
    }
  });

  test('answer here as there, from the words of a text to the probabilities of each head', async () => {
    const { texts, ids, answers } = await fixtureOf('read-by-keras.json', readSchema);
    const written = texts.map((tokens) => tokens.join(' '));
    const vectorize = createVectorizer(version.vocabulary, version.length);
    expect(written.map((text) => [...vectorize(text)])).toEqual(ids);
    const predictor = createPredictor(version);
    for (const { capability } of twoHeads) {
      const ours: Float32Array[] = [];
      for (const text of written) ours.push(...(await predictor.probabilities(capability, [text])));
      expect(worst(ours, answers[capability]), capability).toBeLessThan(tolerance);
    }
    predictor.release();
  });

  test.each(poolings)('are the same after they went there and back, pooling %s', (pooling) => {
    const shape: NetworkShape = { ...sizes, pooling, heads: twoHeads };
    const weights = weightsOf(shape, 3);
    expect(fromKeras(shape, toKeras(shape, weights))).toEqual(weights);
  });

  test("answer the same in tfjs's own layers", () => {
    const tf: typeof tfjs = createRequire(import.meta.url)('@tensorflow/tfjs-node');
    const { vocabulary, embedding, units } = sizes;
    const shape: NetworkShape = { ...sizes, pooling: 'last', heads: twoHeads.slice(0, 1) };
    const weights = weightsOf(shape, 4);
    const model = tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: vocabulary, outputDim: embedding, inputLength: 9 }),
        tf.layers.lstm({ units, recurrentActivation: 'sigmoid' }),
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    model.setWeights(toKeras(shape, weights).map(({ shape, values }) => tf.tensor(values, shape)));
    const ids = [3, 0, 29, 7, 7, 1, 12, 28, 5];
    const theirs = model.predict(tf.tensor2d([ids]));
    if (!(theirs instanceof tf.Tensor)) throw new Error('one output');
    const network = createAnsweringNetwork(shape, weights);
    expect(worst(network.probabilities([Int32Array.from(ids)]), [theirs.dataSync()])).toBeLessThan(tolerance);
    network.dispose();
  });
});

/** Largest difference. */
function worst(ours: Float32Array[], theirs: ArrayLike<number>[] | undefined): number {
  if (theirs?.length !== ours.length) return Infinity;
  const differences = ours.flatMap((row, i) =>
    theirs[i]?.length === row.length ? [...row].map((value, j) => Math.abs(value - (theirs[i]?.[j] ?? NaN))) : [NaN],
  );
  return Math.max(...differences);
}
