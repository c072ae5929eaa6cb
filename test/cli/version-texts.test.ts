/** What `train` and `evaluate` say of a version: what was kept, whether it learnt, and what it was measured on. */
import { describe, expect, test } from 'vitest';
import { evaluatedText } from '../../src/cli/evaluated-text.ts';
import { nothingLearntSentence, otherDataSentence, trainedText } from '../../src/cli/learnt-text.ts';
import { trainingScreen } from '../../src/cli/training-screen.ts';
import { findVersion } from '../../src/cli/version-commands.ts';
import type { Evaluation, TrainingProgress, Version } from '../../src/domain/version.ts';
import { measure } from '../../src/model/measure.ts';
import { sampleCard } from '../support/card.ts';

const { spec } = sampleCard().version;
const version: Version = {
  digest: '67f10111de49'.padEnd(64, '0'),
  model: 'reviews',
  number: 2,
  spec: { ...spec, data: 'reviews' },
  labels: { label: ['a', 'b'] },
  trainedOn: 360,
  createdAt: '2026-11-25T19:59:13.000Z',
};
const network = {
  capabilities: ['label'],
  keptEpoch: 2,
  curve: [
    { accuracy: 0.9, macroF1: 0.8 },
    { accuracy: 0.956, macroF1: 0.91 },
    { accuracy: 0.949, macroF1: 0.9 },
  ],
};

function evaluationOf(truth: string[], answers: string[]): Evaluation {
  return { capability: 'label', data: 'reviews', part: 'held-out', ...measure(['a', 'b'], truth, answers) };
}
const evaluation = evaluationOf(['a', 'a', 'b', 'b'], ['a', 'a', 'b', 'b']);

describe('a training', () => {
  test('ends with the epoch that was kept, and its figures rather than the last ones', () => {
    expect(trainedText(version, [network], null)).toBe(
      'v2 of reviews: 67f10111de49, trained on 360 examples of reviews\n' +
        'label: kept epoch 2 of 3, accuracy 0.956 and macro F1 0.910 on the validation part',
    );
  });

  test('that was made before says when', () => {
    expect(trainedText(version, [network], version.createdAt)).toContain(
      'It was trained already (2026-11-25 19:59:13 UTC)',
    );
  });

  test('that goes on says so once, whatever its screen is', () => {
    const progress: TrainingProgress = {
      capability: 'label',
      epoch: 3,
      epochs: 9,
      step: 1,
      steps: 2,
      loss: 1,
      validationAccuracy: 0.5,
      examplesPerSecond: 100,
      wentOnFrom: 3,
      done: 0.3,
      secondsLeft: null,
    };
    for (const isTTY of [true, false]) {
      const written: string[] = [];
      const screen = trainingScreen({ write: (text) => written.push(text), isTTY, columns: 80 });
      screen.show(progress);
      screen.show({ ...progress, epoch: 4 });
      screen.end();
      const said = written.join('').match(/label goes on from epoch 3, where it was stopped before\.\n/g);
      expect(said).toHaveLength(1);
    }
    const anew: string[] = [];
    trainingScreen({ write: (text) => anew.push(text) }).show({ ...progress, wentOnFrom: null });
    expect(anew.join('')).not.toContain('goes on');
  });

  test('whose answers are all the same is told what to change', () => {
    const truth = [...Array.from({ length: 20 }, () => 'a'), ...Array.from({ length: 10 }, () => 'b')];
    const sentence = nothingLearntSentence(
      evaluationOf(
        truth,
        truth.map(() => 'a'),
      ),
    );
    expect(sentence).toBe(
      'no better than always answering "a" (0.667, and that has 0.667 of the held-out part): ' +
        'nothing was learnt; lower train.learning rate, or train for more epochs',
    );
  });
});

describe('an evaluation', () => {
  const alone = { candidate: [evaluation], stable: [], baseline: [], comparisons: [] };
  const how = { version, other: null, baseline: false, part: 'held-out' } as const;

  test('has columns only for what was compared', () => {
    const head = (text: string) => text.split('\n')[0]?.split(/\s{2,}/);
    const own = ['capability', 'n', 'accuracy (95 %)', 'macro F1', 'weighted F1'];
    expect(head(evaluatedText(alone, how))).toEqual(own);
    expect(head(evaluatedText({ ...alone, baseline: [evaluation] }, { ...how, baseline: true }))).toEqual([
      ...own,
      'linear model’s',
    ]);
    expect(head(evaluatedText(alone, { ...how, other: { number: 1 } }))).toEqual([
      ...own,
      'v1’s accuracy',
      'difference (95 %)',
    ]);
  });

  test('has the interval of the card, also where all are right', () => {
    expect(evaluatedText(alone, how)).toContain('1.000 [0.510, 1.000]');
  });

  test('says when the data was replaced since the version learnt from it, and only then', () => {
    const trainedOn = { name: 'reviews', digest: 'a'.repeat(64) };
    const lineage = { trainedOn, measuredOn: { name: 'reviews', digest: 'b'.repeat(64) } };
    expect(evaluatedText({ ...alone, lineage }, how)).toContain(
      '! reviews was replaced since v2 was trained on it (aaaaaaaaaaaa then, bbbbbbbbbbbb now)',
    );
    expect(otherDataSentence(2, 'held-out', { trainedOn, measuredOn: trainedOn })).toBeNull();
    expect(otherDataSentence(2, 'held-out', { ...lineage, measuredOn: { name: 'other', digest: 'c' } })).toBeNull();
  });
});

test('a model that is not there is told apart from a version that is not', async () => {
  const versions = {
    register: () => Promise.reject(new Error('nothing is registered here')),
    find: () => Promise.resolve(null),
    list: (model?: string) => Promise.resolve(model === undefined || model === 'reviews' ? [version] : []),
  };
  await expect(findVersion(versions, 'review', 'v1')).rejects.toThrow(
    'There is no model review (did you mean reviews?); versions are there of reviews.',
  );
  await expect(findVersion(versions, 'reviews', 'v9')).rejects.toThrow('reviews has no version v9; it has v2.');
});
