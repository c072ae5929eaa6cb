/** `gradus export`: files that Keras is given, and refusals that say what to do. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TrainSpec } from '../../src/domain/plan.ts';
import { initialWeights } from '../../src/model/initial-weights.ts';
import type { Head, NetworkShape } from '../../src/model/shape.ts';
import { writeVersion } from '../../src/model/version-files.ts';
import { encodeWeights } from '../../src/model/weight-file.ts';
import { openStore } from '../../src/store/store.ts';
import { freshHome, gradus, type Outcome } from '../support/gradus.ts';
import { testServer, type TestServer } from '../support/postgres.ts';

const { home, environment, remove } = freshHome();
const spec: TrainSpec = {
  data: 'mail',
  share: 1,
  network: 'per capability',
  epochs: 1,
  batch: 1,
  learningRate: 1,
  vocabulary: 6,
  length: 9,
  embedding: 4,
  units: 16,
  seed: 1,
};
const heads: Head[] = [
  { capability: 'spam', labels: ['no', 'yes'] },
  { capability: 'topic', labels: ['work', 'family', 'rest'] },
];

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  const store = await openStore(server.url);
  await store.versions.register(await version(heads));
  await store.versions.register(await version(heads.slice(0, 1)));
  await store.close();
});
afterAll(async () => {
  await server.end();
  remove();
});

/** A network for each head. */
async function version(heads: Head[]) {
  const networks = heads.map((head) => {
    const shape: NetworkShape = { pooling: 'last', vocabulary: 6, embedding: 4, units: 16, heads: [head] };
    return { heads: [head], keptEpoch: 1, curve: [], file: { data: encodeWeights(shape, initialWeights(shape, 1)) } };
  });
  const madeFrom = { data: 'mail', dataDigest: 'd', code: 'c', replicas: 1 };
  const made = { model: 'm', spec, trainedOn: 3 };
  const vocabulary = ['free', 'naïve'];
  const digest = await writeVersion(path.join(home, 'versions'), { ...made, madeFrom, vocabulary, networks });
  return { ...made, digest, labels: Object.fromEntries(heads.map(({ capability, labels }) => [capability, labels])) };
}

function exported(...args: string[]): Promise<Outcome> {
  return gradus(['export', 'm', ...args], { ...environment, DATABASE_URL: server.url });
}

test('writes weights and words side by side, and prints what loads them', async () => {
  const file = path.join(home, 'topic.safetensors');
  const { code, out, err } = await exported('v1', '--capability', 'topic', '--to', file, '--json');
  expect([code, err]).toEqual([0, '']);
  const words = path.join(home, 'topic.vocabulary.txt');
  expect(JSON.parse(out)).toMatchObject({
    files: { weights: file, vocabulary: words },
    length: 9,
    labels: { topic: ['work', 'family', 'rest'] },
    tensors: { 'embedding/embeddings': [6, 4], 'lstm/kernel': [4, 64], 'dense_topic/kernel': [16, 3] },
  });
  expect(readFileSync(words, 'utf8')).toBe('free\nnaïve\n');
  expect(readFileSync(file).subarray(8).toString('latin1')).toMatch(/^\{"__metadata__":\{.*"pooling":"last"/);
});

test('needs no capability where there is one network, and writes over files only when it is told to', async () => {
  const file = path.join(home, 'spam.safetensors');
  const first = await exported('v2', '--to', file);
  expect(first).toMatchObject({ code: 0, err: '' });
  expect(first.out).toContain(`with open("${file}", "rb") as file:`);
  const again = await exported('v2', '--to', file);
  expect(again).toMatchObject({ code: 2, out: '' });
  expect(again.err).toContain('--force');
  expect(await exported('v2', '--to', file, '--force')).toMatchObject({ code: 0, err: '' });
});

test.each([
  ['no capability of several', ['v1'], 'x.safetensors', '--capability whose is meant, spam or topic.'],
  ['an unknown capability', ['v1', '--capability', 'topc'], 'x.safetensors', '(did you mean topic?)'],
  ['an unknown version', ['v3'], 'x.safetensors', 'm has no version v3; it has v1, v2.'],
  ['another format', ['v2'], 'x.h5', 'does not end with .safetensors'],
])('refuses %s, and writes nothing', async (_, args, name, words) => {
  const file = path.join(home, name);
  const { code, err } = await exported(...args, '--to', file);
  expect(err).toContain(words);
  expect(code).toBe(2);
  expect(existsSync(file)).toBe(false);
});
