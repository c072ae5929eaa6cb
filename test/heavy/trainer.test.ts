/** Training in threads: repeatable to the bit, resumable, stoppable; with errors that say what to do. */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { TrainSpec } from '../../src/domain/plan.ts';
import type { Evaluation, TrainingProgress } from '../../src/domain/version.ts';
import { createModels } from '../../src/model/predictor.ts';
import { parameterNames } from '../../src/model/shape.ts';
import { createTrainer } from '../../src/model/trainer.ts';
import { readVersion } from '../../src/model/version-files.ts';

const datasets = new URL('../fixtures/small-datasets.mjs', import.meta.url).href;
const spec: TrainSpec = {
  data: 'small',
  share: 1,
  network: 'per capability',
  epochs: 8,
  batch: 16,
  learningRate: 1e-2,
  vocabulary: 100,
  length: 40,
  embedding: 16,
  units: 16,
  seed: 1,
};
const capabilities = ['animal', 'loud'];
const never = new AbortController().signal;
const silent = (): void => {};

const folders: string[] = [];
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gradus-model-'));
  folders.push(folder);
  return folder;
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

const trainerIn = (artefacts: string, threads = 2) =>
  createTrainer({ artefacts, places: { cache: artefacts, own: artefacts }, threads, datasets });

describe('a trained version', () => {
  test('answers what it learnt, and is the same to the bit when the same order is trained elsewhere', async () => {
    const [first, second] = [await newFolder(), await newFolder()];
    const version = await trainerIn(first).train({ model: 'pets', capabilities, spec }, silent, never);
    expect(version).toMatchObject({
      model: 'pets',
      spec,
      labels: { animal: ['bird', 'cat', 'dog'], loud: ['no', 'yes'] },
    });
    expect(version.trainedOn).toBe(240);

    const again = await trainerIn(second, 1).train(
      { model: 'pets', capabilities: ['loud', 'animal'], spec },
      silent,
      never,
    );
    expect(again.digest).toBe(version.digest);
    const other = await trainerIn(second).train(
      { model: 'pets', capabilities, spec: { ...spec, seed: 2 } },
      silent,
      never,
    );
    expect(other.digest).not.toBe(version.digest);

    const predictor = await createModels({ artefacts: first }).load(version.digest);
    const texts = ['the paw and the whisker', 'a bark in the song of one woof', 'that nest was a nest'];
    const answers = await predictor.predict('animal', texts);
    expect(answers.map(({ label }) => label)).toEqual(['cat', 'dog', 'bird']);
    for (const { confidence } of answers) expect(confidence).toBeGreaterThan(1 / 3);
  });

  test('learns the same whether one thread or several replicas learn it, but for the order of additions', async () => {
    const [alone, together] = [await newFolder(), await newFolder()];
    const order = { model: 'pets', capabilities: ['animal'], spec: { ...spec, epochs: 2, batch: 15, clipNorm: 0.1 } };
    const [one, three] = [
      await trainerIn(alone, 1).train(order, silent, never),
      await trainerIn(together, 3).train(order, silent, never),
    ];
    expect((await trainerIn(await newFolder(), 3).train(order, silent, never)).digest).toBe(three.digest);
    const weightsOf = async (artefacts: string, digest: string) =>
      (await readVersion(artefacts, digest)).networks[0]?.weights;
    const [ours, theirs] = [await weightsOf(alone, one.digest), await weightsOf(together, three.digest)];
    for (const name of parameterNames) {
      const worst = Math.max(
        ...[...(ours?.[name] ?? [])].map((value, i) => Math.abs(value - (theirs?.[name][i] ?? 0))),
      );
      expect([name, worst]).toEqual([name, expect.closeTo(0, 3)]);
    }
  });

  test('can have one trunk with a head for each capability, where labels may be missing', async () => {
    const artefacts = await newFolder();
    const order = { model: 'pets', capabilities, spec: { ...spec, network: 'shared' as const, epochs: 20 } };
    const trainer = trainerIn(artefacts);
    const version = await trainer.train(order, silent, never);
    const measured = await trainer.evaluate(
      { version: version.digest, stable: null, capabilities, data: 'small', part: 'held-out', baseline: false },
      never,
    );
    for (const { accuracy } of measured.candidate) expect(accuracy).toBeGreaterThan(0.85);
  });
});

describe('an evaluation', () => {
  test('stands beside stable and a linear baseline, on the same examples, and is quicker when asked again', async () => {
    const artefacts = await newFolder();
    const trainer = trainerIn(artefacts);
    const train = (changes: Partial<TrainSpec>, what = capabilities) =>
      trainer.train({ model: 'pets', capabilities: what, spec: { ...spec, ...changes } }, silent, never);
    const candidate = await train({});
    const stable = await train({ share: 0.1, epochs: 1 }, ['animal']);
    const order = {
      version: candidate.digest,
      stable: stable.digest,
      capabilities,
      data: 'small',
      part: 'held-out',
      baseline: true,
    } as const;
    const measured = await trainer.evaluate(order, never);
    expect(measured.candidate.map(({ capability, n }) => [capability, n])).toEqual([
      ['animal', 80],
      ['loud', 53],
    ]);
    expect(measured.candidate[0]?.accuracy).toBeGreaterThan(0.9);
    expect(measured.stable.map(({ capability }) => capability)).toEqual(['animal']);
    const [better] = measured.comparisons;
    expect(better?.difference).toBeCloseTo(
      (measured.candidate[0]?.accuracy ?? 0) - (measured.stable[0]?.accuracy ?? 0),
      10,
    );
    expect(better?.low).toBeGreaterThan(0);
    expect(measured.baseline.every(({ accuracy }) => accuracy > 0.9)).toBe(true);
    expect(await trainer.evaluate(order, never)).toEqual(measured);
  });

  test('of many examples is shared among threads, and is that of one', async () => {
    const artefacts = await newFolder();
    const version = await trainerIn(artefacts).train({ model: 'pets', capabilities, spec }, silent, never);
    const order = {
      version: version.digest,
      stable: null,
      capabilities: ['loud'],
      data: 'long',
      part: 'held-out' as const,
      baseline: false,
    };
    const together = await trainerIn(artefacts).evaluate(order, never);
    expect(together.candidate[0]?.n).toBe(5300);
    await rm(join(artefacts, 'evaluations'), { recursive: true });
    expect(await trainerIn(artefacts, 1).evaluate(order, never)).toEqual(together);
  });

  test('makes a card whose figures are those of the evaluation, with intervals around them and mistakes explained', async () => {
    const artefacts = await newFolder();
    const trainer = trainerIn(artefacts);
    const train = (epochs: number) =>
      trainer.train({ model: 'pets', capabilities, spec: { ...spec, epochs } }, silent, never);
    const [{ digest: version }, { digest: against }] = [await train(3), await train(1)];
    const order = { version, data: 'small', part: 'held-out' } as const;
    const evaluated = await trainer.evaluate({ ...order, stable: against, capabilities, baseline: true }, never);
    const card = await trainer.card({ ...order, capabilities, against }, never);
    // A card has slices, with intervals, instead of groups.
    const withoutGroups = (all: Evaluation[]) => all.map((one) => ({ ...one, groups: undefined }));
    expect(card.capabilities.map(({ evaluation }) => evaluation)).toEqual(withoutGroups(evaluated.candidate));
    expect(card.capabilities.map((one) => one.against?.comparison)).toEqual(evaluated.comparisons);
    expect(card.capabilities.map(({ baseline }) => baseline.evaluation)).toEqual(withoutGroups(evaluated.baseline));
    for (const one of card.capabilities) {
      const { accuracy, n } = one.evaluation;
      expect(one.intervals.accuracy.low).toBeLessThanOrEqual(accuracy);
      expect(one.intervals.accuracy.high).toBeGreaterThanOrEqual(accuracy);
      expect(one.curve).toHaveLength(3);
      expect(one.calibration.bins.reduce((sum, bin) => sum + bin.n, 0)).toBe(n);
      const counts = Object.values(one.balance).map((of) => of['held-out']);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(n);
      expect(one.mistakes.length).toBe(Math.min(5, Math.round(n * (1 - accuracy))));
      for (const { truth, label, words } of one.mistakes) {
        expect(truth).not.toBe(label);
        expect(words.length).toBeGreaterThan(0);
      }
    }
    expect(card.capabilities.map(({ ranking }) => ranking?.positive ?? null)).toEqual([null, 'yes']);
    const { parameters, madeFrom } = card.files;
    expect(parameters).toBe(2 * (100 * 16 + 32 * 64 + 64) + 16 * 3 + 3 + 16 * 2 + 2);
    expect(madeFrom).toMatchObject({ data: 'small', dataDigest: 'small-1' });

    const answer = await trainer.explain({ version, capability: 'animal', text: 'the purr of one whisker' }, never);
    expect(answer.words.map(({ word }) => word)).toEqual(['the', 'purr', 'of', 'one', 'whisker']);
    const unknown = trainer.explain({ version, capability: 'animals', text: 'the' }, never);
    await expect(unknown).rejects.toMatchObject({ code: 'CAPABILITY_UNKNOWN' });
  });

  test('of a version that is not there says so', async () => {
    const order = {
      version: 'f'.repeat(64),
      stable: null,
      capabilities,
      data: 'small',
      part: 'held-out',
      baseline: false,
    } as const;
    await expect(trainerIn(await newFolder()).evaluate(order, never)).rejects.toMatchObject({
      code: 'VERSION_UNKNOWN',
    });
  });
});

describe('an interrupted training', () => {
  test('stops within a second, reports each second until then, and goes on from the networks that were finished', async () => {
    const artefacts = await newFolder();
    const long = { ...spec, epochs: 40 };
    const stop = new AbortController();
    const reports: { at: number; progress: TrainingProgress }[] = [];
    const networks = join(artefacts, 'networks');
    const kept = async () => (await readdir(networks).catch(() => [])).filter((name) => name.endsWith('.json'));
    const order = { model: 'pets', capabilities, spec: long };
    const training = trainerIn(artefacts, 1).train(
      order,
      (progress) => reports.push({ at: Date.now(), progress }),
      stop.signal,
    );
    const ended = training.catch((error: unknown) => error);
    while ((await kept()).length < 1) await new Promise((resolve) => setTimeout(resolve, 20));
    const reason = new Error('enough');
    const asked = Date.now();
    stop.abort(reason);
    expect(await ended).toBe(reason);
    expect(Date.now() - asked).toBeLessThan(1000);
    const gaps = reports.slice(1).map(({ at }, index) => at - (reports[index]?.at ?? at));
    expect(Math.max(0, ...gaps)).toBeLessThan(2000);
    expect(reports.every(({ progress }) => progress.done >= 0 && progress.done < 1)).toBe(true);

    const finished = await kept();
    const times = await Promise.all(finished.map((name) => stat(join(networks, name))));
    const version = await trainerIn(artefacts).train(order, silent, never);
    const after = await Promise.all(finished.map((name) => stat(join(networks, name))));
    expect(after.map(({ mtimeMs }) => mtimeMs)).toEqual(times.map(({ mtimeMs }) => mtimeMs));
    const elsewhere = await trainerIn(await newFolder()).train(order, silent, never);
    expect(version.digest).toBe(elsewhere.digest);
  });

  test('trains a network again when its kept file is damaged', async () => {
    const artefacts = await newFolder();
    const order = { model: 'pets', capabilities: ['animal'], spec };
    const version = await trainerIn(artefacts).train(order, silent, never);
    await rm(join(artefacts, version.digest), { recursive: true });
    const [name = ''] = (await readdir(join(artefacts, 'networks'))).filter((name) => name.endsWith('.safetensors'));
    await writeFile(join(artefacts, 'networks', name), 'nothing');
    expect((await trainerIn(artefacts).train(order, silent, never)).digest).toBe(version.digest);
  });
});

describe('what cannot be trained', () => {
  test.each([
    ['a capability without labels', { capabilities: ['animals'] }, {}, 'CAPABILITY_UNKNOWN', 'did you mean animal?'],
    ['one label only', { capabilities: ['loud'] }, { data: 'quiet' }, 'DATA_INVALID', 'loud has one label only, no'],
    [
      'no label at all',
      { capabilities: ['loud'] },
      { data: 'silent' },
      'DATA_INVALID',
      'None of the 240 training examples',
    ],
    ['too small a share', { capabilities }, { share: 1e-6 }, 'DATA_INVALID', 'raise the share'],
    [
      'too high a learning rate',
      { capabilities: ['animal'] },
      { learningRate: 1e38 },
      'TRAINING_DIVERGED',
      'lower train.learningRate',
    ],
    ['odd sizes', { capabilities: ['animal'] }, { units: 20 }, 'PLAN_INVALID', 'train.units must be a multiple of 16'],
    ['too much memory', { capabilities: ['animal'] }, { vocabulary: 100_000_000 }, 'PLAN_INVALID', 'GiB'],
  ])('%s is named', async (_, order, changes, code, message) => {
    const trainer = trainerIn(await newFolder());
    const training = trainer.train({ model: 'pets', ...order, spec: { ...spec, ...changes } }, silent, never);
    const error = await training.catch((error: unknown) => error);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test('a folder that cannot be written to is named', async () => {
    const folder = await newFolder();
    const inTheWay = join(folder, 'file');
    await writeFile(inTheWay, '');
    await expect(trainerIn(inTheWay).train({ model: 'pets', capabilities, spec }, silent, never)).rejects.toThrow(
      /ENOTDIR|EEXIST/,
    );
  });
});

test('the same network that several releases train at once is trained once, and all get the same version', async () => {
  const artefacts = await newFolder();
  const trainer = trainerIn(artefacts);
  // Long enough for checkpoints at the ends of epochs, which threads that learn together must not read differently.
  const order = { capabilities: ['animal'], spec: { ...spec, seed: 77, epochs: 12 } };
  const versions = await Promise.all(
    Array.from({ length: 6 }, (_, i) => trainer.train({ model: `pets-${i % 2}`, ...order }, silent, never)),
  );
  expect(new Set(versions.map(({ digest }) => digest)).size).toBe(2);
  const networks = await readdir(join(artefacts, 'networks'));
  expect(networks.filter((name) => name.endsWith('.safetensors'))).toHaveLength(1);
});
