/** How one network is trained: which weights are kept. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TrainSpec } from '../../src/domain/plan.ts';
import { quietTensorFlow } from '../../src/model/environment.ts';
import { createAnsweringNetwork } from '../../src/model/inference.ts';
import { createRandom } from '../../src/model/random.ts';
import { parameterNames } from '../../src/model/shape.ts';
import type { LabelledSequences } from '../../src/model/training-data.ts';
import { checkpointsIn, type Checkpoint } from '../../src/model/checkpoint.ts';
import { shapeOf, trainNetwork } from '../../src/model/training.ts';

const heads = [{ capability: 'c', labels: ['a', 'b'] }];
const spec: TrainSpec = {
  data: 'small',
  share: 1,
  network: 'per capability',
  epochs: 3,
  batch: 8,
  learningRate: 1e-2,
  vocabulary: 20,
  length: 6,
  embedding: 16,
  units: 16,
  seed: 1,
};

/** A text is `b` where it has word 7. */
function draw(count: number, seed: number): LabelledSequences {
  const random = createRandom(seed);
  const sequences = Array.from({ length: count }, () =>
    Int32Array.from({ length: 6 }, () => 2 + Math.floor(random() * 8)),
  );
  return { sequences, labels: Int32Array.from(sequences, (sequence) => (sequence.includes(7) ? 1 : 0)) };
}

beforeAll(quietTensorFlow);
const train = (more: Partial<TrainSpec>, validation = draw(0, 2)) =>
  trainNetwork(heads, { ...spec, ...more }, draw(40, 1), validation, () => {});

test('averaged, the weights are the mean of all epochs, where the first counts once, the second twice, …', () => {
  const each = [1, 2, 3].map((epochs) => train({ epochs }).weights);
  const { weights } = train({ averaging: 'epochs' });
  for (const name of parameterNames) {
    const expected = weights[name].map((_, i) =>
      each.reduce((sum, one, epoch) => sum + ((epoch + 1) * (one[name][i] ?? 0)) / 6, 0),
    );
    const worst = weights[name].reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] ?? 0))), 0);
    expect([name, worst]).toEqual([name, expect.closeTo(0, 5)]);
  }
});

test('the epoch that does best on the validation part is kept, and patience ends a training that gets no better', () => {
  const validation = draw(60, 3);
  const whole = train({ epochs: 12 }, validation);
  const scores = whole.curve.map(({ accuracy, macroF1 }) => accuracy + macroF1);
  expect(scores).toHaveLength(12);
  expect(whole.keptEpoch).toBe(scores.indexOf(Math.max(...scores)) + 1);
  const patient = train({ epochs: 12, patience: 1 }, validation);
  const firstFall = scores.findIndex((score, i) => i > 0 && score <= Math.max(...scores.slice(0, i)));
  expect(patient.curve).toHaveLength(firstFall === -1 ? 12 : firstFall + 1);
});

test('where classes are balanced, an example of a rare label counts as if there were as many as of the others', () => {
  const { sequences } = draw(40, 1);
  const labels = Int32Array.from(sequences, (_, i) => (i < 2 ? 1 : 0));
  const tables = { ...spec, epochs: 30, learningRate: 3e-2, pooling: 'average' } as const;
  const shareOfRare = (more: Partial<TrainSpec>): number => {
    const trained = trainNetwork(
      heads,
      { ...tables, ...more },
      { sequences: sequences.map(() => Int32Array.of(2)), labels },
      draw(0, 2),
      () => {},
    );
    const network = createAnsweringNetwork(trained.shape, trained.weights);
    const [row] = network.probabilities([Int32Array.of(2)]);
    network.dispose();
    return row?.[1] ?? 0;
  };
  // All texts are the same, so what can be learnt is how often each label is: 2 of 40, or as if one of two.
  expect(shareOfRare({})).toBeCloseTo(0.05, 1);
  expect(shareOfRare({ classWeights: 'balanced' })).toBeCloseTo(0.5, 1);
});

test('a schedule lets the learning rate fall to nothing: the last steps hardly change anything', () => {
  const moved = (more: Partial<TrainSpec>): number => {
    const [before, after] = [39, 40].map((epochs) => trainAt(epochs, more));
    return Math.max(...(after ?? []).map((value, i) => Math.abs(value - (before?.[i] ?? 0))));
  };
  // Of 40 epochs, the weights after 39 are seen by a checkpoint.
  const trainAt = (epochs: number, more: Partial<TrainSpec>): number[] => {
    let seen: number[] = [];
    const checkpoints = {
      read: () => null,
      everyMs: Infinity,
      write: ({ place, averaged }: Checkpoint) => {
        if (place.epoch === epochs + 1) seen = [...averaged.lstm];
      },
    };
    trainNetwork(heads, { ...spec, epochs: 40, ...more }, draw(40, 1), draw(0, 2), () => {}, { checkpoints });
    return seen;
  };
  const constant = moved({});
  for (const schedule of ['linear', 'cosine'] as const) expect(moved({ schedule })).toBeLessThan(constant / 10);
});

describe('a training that was killed', () => {
  const whole = { epochs: 4, patience: 2, wordDropout: 0.3, averaging: 'epochs', schedule: 'cosine' } as const;
  const validation = draw(30, 3);
  const examples = draw(40, 1);
  const freshPath = (): string => join(mkdtempSync(join(tmpdir(), 'gradus-checkpoint-')), 'a.checkpoint');
  const at = (path: string) => checkpointsIn(path, shapeOf(heads, { ...spec, ...whole }), 40);

  /** Ends as if killed when it would write a checkpoint for the `dies`th time; every step has one. */
  const run = (path: string, dies = Infinity) => {
    let written = 0;
    const checkpoints = {
      ...at(path),
      everyMs: 0,
      write(checkpoint: Parameters<ReturnType<typeof at>['write']>[0]) {
        if (++written === dies) throw new Error('killed');
        at(path).write(checkpoint);
      },
    };
    return trainNetwork(heads, { ...spec, ...whole }, examples, validation, () => {}, { checkpoints });
  };

  test('ends with the same weights, wherever it was killed and however often', () => {
    const undisturbed = train(whole, validation);
    for (const dies of [1, 2, 4, 6, 7, 11, 15]) {
      const path = freshPath();
      expect(() => run(path, dies)).toThrow('killed');
      expect(() => run(path, 3)).toThrow('killed');
      expect([dies, run(path)]).toEqual([dies, undisturbed]);
    }
  });

  test('begins anew where its checkpoint is damaged', () => {
    const path = freshPath();
    expect(() => run(path, 9)).toThrow('killed');
    const file = readFileSync(path);
    writeFileSync(path, Buffer.concat([file.subarray(0, 1000), file.subarray(1001)]));
    expect(at(path).read()).toBeNull();
    expect(run(path)).toEqual(train(whole, validation));
  });
});
