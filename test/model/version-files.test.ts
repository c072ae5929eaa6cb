/** A version is named by what is in it, and answers only when all of it is whole. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TrainSpec } from '../../src/domain/plan.ts';
import { initialWeights } from '../../src/model/initial-weights.ts';
import { createModels } from '../../src/model/predictor.ts';
import type { NetworkShape } from '../../src/model/shape.ts';
import { readVersion, writeVersion } from '../../src/model/version-files.ts';
import { decodeWeights, encodeWeights } from '../../src/model/weight-file.ts';

const spec: TrainSpec = {
  data: 'mail',
  share: 1,
  network: 'per capability',
  epochs: 1,
  batch: 1,
  learningRate: 1,
  vocabulary: 20,
  length: 8,
  embedding: 4,
  units: 16,
  seed: 1,
};
const shapeOf = (capability: string): NetworkShape => ({
  pooling: 'last',
  vocabulary: 20,
  embedding: 4,
  units: 16,
  heads: [{ capability, labels: ['no', 'yes'] }],
});

let artefacts: string;
beforeEach(async () => {
  artefacts = await mkdtemp(join(tmpdir(), 'gradus-versions-'));
});
afterEach(() => rm(artefacts, { recursive: true }));

async function write(seed = 1): Promise<string> {
  const networks = ['spam', 'html'].map((capability, index) => {
    const shape = shapeOf(capability);
    return {
      heads: shape.heads,
      keptEpoch: 1,
      curve: [{ loss: 1, accuracy: 0.5, macroF1: 0.25 }],
      file: { data: encodeWeights(shape, initialWeights(shape, seed + index)) },
    };
  });
  const madeFrom = { data: 'mail', dataDigest: 'd', code: 'c', replicas: 1 };
  const vocabulary = ['free', 'naïve', '\u{20000}', "don't"];
  return writeVersion(artefacts, { model: 'm', spec, trainedOn: 3, madeFrom, vocabulary, networks });
}

describe('a version', () => {
  test('is named by the checksums of its files, as sha256sum makes them, and by nothing else', async () => {
    const digest = await write();
    const inShell = await promisify(execFile)('sh', ['-c', 'sha256sum * | sha256sum'], {
      cwd: join(artefacts, digest),
      env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    });
    expect(inShell.stdout.slice(0, 64)).toBe(digest);
    expect(await write()).toBe(digest);
    expect(await write(2)).not.toBe(digest);
    expect(await readdir(artefacts)).toHaveLength(2);
  });

  test('is read back as it was written', async () => {
    const version = await readVersion(artefacts, await write());
    expect(version.vocabulary).toEqual(['free', 'naïve', '\u{20000}', "don't"]);
    expect(version.labels).toEqual({ spam: ['no', 'yes'], html: ['no', 'yes'] });
    expect(version.networks.map(({ weights }) => weights)).toEqual([
      initialWeights(shapeOf('spam'), 1),
      initialWeights(shapeOf('html'), 2),
    ]);
  });

  test.each(['manifest.json', 'vocabulary.txt', 'network-2.safetensors'])(
    'with a damaged %s is refused by name',
    async (name) => {
      const digest = await write();
      const path = join(artefacts, digest, name);
      const data = await readFile(path);
      data[Math.floor(data.length / 2)] = (data[Math.floor(data.length / 2)] ?? 0) ^ 1;
      await rm(path);
      const missing = readVersion(artefacts, digest);
      await expect(missing).rejects.toMatchObject({
        code: 'VERSION_DAMAGED',
        message: expect.stringContaining(`${name} of`),
      });
      await writeFile(path, data);
      const changed = readVersion(artefacts, digest);
      await expect(changed).rejects.toMatchObject({
        code: 'VERSION_DAMAGED',
        message: expect.stringContaining(`${name} of`),
      });
    },
  );

  test.each(['f'.repeat(64), '../networks', ''])('that is not there is unknown: %j', async (digest) => {
    await expect(readVersion(artefacts, digest)).rejects.toMatchObject({ code: 'VERSION_UNKNOWN' });
  });

  test('leaves no half of it behind: what a killed process began is swept away later, and is never taken for a version', async () => {
    const old = join(artefacts, '.writing-abc');
    const fresh = join(artefacts, '.writing-def');
    for (const folder of [old, fresh]) await mkdir(folder);
    await utimes(old, new Date(0), new Date(0));
    const digest = await write();
    expect((await readdir(artefacts)).toSorted()).toEqual(['.writing-def', digest].toSorted());
  });
});

describe('a file of weights', () => {
  test('is safetensors: a length, a JSON header, and little-endian float32', () => {
    const shape = shapeOf('spam');
    const weights = initialWeights(shape, 3);
    const file = encodeWeights(shape, weights);
    const header: unknown = JSON.parse(file.subarray(8, 8 + Number(file.readBigUInt64LE())).toString());
    expect(header).toMatchObject({ embedding: { dtype: 'F32', shape: [20, 4], data_offsets: [0, 320] } });
    expect(file.readFloatLE(8 + Number(file.readBigUInt64LE()))).toBe(weights.embedding[0]);
    expect(decodeWeights(file, shape)).toEqual(weights);
  });
});

describe('a predictor', () => {
  test('answers any text with a label and a probability, alone as in a batch', async () => {
    const predictor = await createModels({ artefacts }).load(await write());
    const texts = ['', '\u{d83d}', 'free '.repeat(1e6), ...Array.from({ length: 150 }, (_, i) => `free ${i} don't`)];
    const together = await predictor.predict('spam', texts);
    for (const [index, text] of texts.slice(0, 5).entries()) {
      const [alone] = await predictor.predict('spam', [text]);
      expect(alone?.label).toBe(together[index]?.label);
      expect(alone?.confidence).toBeCloseTo(together[index]?.confidence ?? 0, 5);
    }
    for (const { label, confidence } of together) {
      expect(['no', 'yes']).toContain(label);
      expect(confidence).toBeGreaterThanOrEqual(0.5);
      expect(confidence).toBeLessThanOrEqual(1);
    }
    expect(await predictor.predict('spam', [])).toEqual([]);
  });

  test('names what it knows when it is asked for something else', async () => {
    const predictor = await createModels({ artefacts }).load(await write());
    await expect(predictor.predict('spm', ['a'])).rejects.toMatchObject({
      code: 'CAPABILITY_UNKNOWN',
      message: expect.stringContaining('(did you mean spam?); it has html and spam.'),
    });
  });

  test('still answers after others took its place in memory', async () => {
    const models = createModels({ artefacts, loaded: 1 });
    const first = await models.load(await write(1));
    const [before] = await first.predict('spam', ['free']);
    await (await models.load(await write(2))).predict('spam', ['free']);
    expect(await first.predict('spam', ['free'])).toEqual([before]);
  });

  test('tries again after a version could not be loaded', async () => {
    const digest = await write();
    const path = join(artefacts, digest, 'vocabulary.txt');
    const data = await readFile(path);
    await rm(path);
    const models = createModels({ artefacts });
    await expect(models.load(digest)).rejects.toMatchObject({ code: 'VERSION_DAMAGED' });
    await writeFile(path, data);
    expect((await models.load(digest)).labels['spam']).toEqual(['no', 'yes']);
  });
});
