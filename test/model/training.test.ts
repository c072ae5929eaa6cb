/** How one network is trained: which weights are kept. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TrainSpec } from '../../src/domain/plan.ts';
import { quietTensorFlow } from '../../src/model/environment.ts';
import { createRandom } from '../../src/model/random.ts';
import { parameterNames } from '../../src/model/shape.ts';
import type { LabelledSequences } from '../../src/model/training-data.ts';
import { checkpointsIn } from '../../src/model/checkpoint.ts';
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
  const scores = whole.validation.map(({ accuracy, macroF1 }) => accuracy + macroF1);
  expect(scores).toHaveLength(12);
  expect(whole.keptEpoch).toBe(scores.indexOf(Math.max(...scores)) + 1);
  const patient = train({ epochs: 12, patience: 1 }, validation);
  const firstFall = scores.findIndex((score, i) => i > 0 && score <= Math.max(...scores.slice(0, i)));
  expect(patient.validation).toHaveLength(firstFall === -1 ? 12 : firstFall + 1);
});

describe('a training that was killed', () => {
  const whole = { epochs: 4, patience: 2, wordDropout: 0.3, averaging: 'epochs' } as const;
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
