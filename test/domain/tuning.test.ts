/** Settings are found by successive halving: the best of many goes through all rounds, and a plan can be written from it. */
import { expect, test } from 'vitest';
import { parsePlan } from '../../src/domain/plan-input.ts';
import type { TrainSpec } from '../../src/domain/plan.ts';
import { drawSpecs, roundsOf, successiveHalving, trainSection } from '../../src/domain/tuning.ts';
import { createRandom } from '../../src/model/random.ts';

function specOf(train: object): TrainSpec {
  const { candidate } = parsePlan({ model: 'm', train: { data: 'mail', ...train }, capabilities: ['a'] });
  if (candidate.kind !== 'train') throw new Error('it trains');
  return candidate.train;
}

test('a third of the trials goes on for three times as many epochs', () => {
  expect(roundsOf(27, 18)).toEqual([
    { trials: 27, epochs: 2 },
    { trials: 9, epochs: 6 },
    { trials: 3, epochs: 18 },
  ]);
  expect(roundsOf(4, 2)).toEqual([
    { trials: 4, epochs: 1 },
    { trials: 2, epochs: 2 },
  ]);
  expect(roundsOf(2, 5)).toEqual([{ trials: 2, epochs: 5 }]);
});

test('specs differ, the plan’s own is among them, and the same seed draws the same', () => {
  const spec = specOf({ units: 48, 'class weights': 'balanced' });
  const specs = drawSpecs(spec, 20, createRandom(3));
  expect(specs).toHaveLength(20);
  expect(new Set(specs.map((one) => JSON.stringify(one))).size).toBe(20);
  expect(specs[0]).toEqual(spec);
  expect(specs.every(({ classWeights, data }) => classWeights === 'balanced' && data === 'mail')).toBe(true);
  expect(drawSpecs(spec, 20, createRandom(3))).toEqual(specs);
  expect(drawSpecs(spec, 10_000, createRandom(3))).toHaveLength(729);
});

test('what is best in every round wins, and of equals the earlier one', async () => {
  const specs = drawSpecs(specOf({ epochs: 18, patience: 4 }), 27, createRandom(1));
  const asked: number[][] = [];
  const best = await successiveHalving(specs, async (spec, round, trial) => {
    asked.push([round, trial, spec.epochs, spec.patience ?? 0]);
    return spec.units / 128 - spec.length / 1000;
  });
  const score = (spec: TrainSpec): number => spec.units / 128 - spec.length / 1000;
  const most = Math.max(...specs.map(score));
  expect(best).toEqual({ spec: specs.find((spec) => score(spec) === most), score: most });
  expect(asked).toHaveLength(27 + 9 + 3);
  expect(asked[0]).toEqual([0, 0, 2, 0]);
  expect(asked.at(-1)).toEqual([2, 2, 18, 4]);
});

test('a train section says the same as the spec that it was made from', () => {
  for (const train of [
    {},
    {
      share: 0.5,
      network: 'shared',
      epochs: 4,
      patience: 2,
      batch: 64,
      'learning rate': 0.005,
      vocabulary: 500,
      seed: 7,
    },
    { pooling: 'max', 'word dropout': 0.4, averaging: 'epochs', 'class weights': 'balanced', schedule: 'cosine' },
  ]) {
    const spec = specOf(train);
    expect(specOf(trainSection(spec))).toEqual(spec);
  }
});
