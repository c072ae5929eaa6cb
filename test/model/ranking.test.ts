/** Areas and average precisions against scikit-learn 1.9.1 (`roc_auc_score`, `average_precision_score`). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { averagePrecision, rocAuc } from '../../src/model/ranking.ts';

const [y, n] = [true, false];

test.each([
  ['no ties', [0.9, 0.8, 0.7, 0.6, 0.55, 0.4, 0.3, 0.2], [y, y, n, y, n, n, y, n], 0.75, 0.8303571428571428],
  [
    'ties',
    [0.5, 0.8, 0.5, 0.5, 0.2, 0.8, 0.1, 0.2, 0.5, 0.9],
    [y, y, n, n, y, n, n, n, y, n],
    0.5,
    0.40873015873015867,
  ],
  ['one score for all', [0.3, 0.3, 0.3, 0.3, 0.3], [y, n, n, y, n], 0.5, 0.4],
  ['the wrong order', [-3, -1, 2, 4], [y, y, n, n], 0, 0.41666666666666663],
  ['zeros of both signs', [0, -0, 1], [y, n, y], 0.75, 0.8333333333333333],
])('%s: area and average precision are those of scikit-learn', (_, scores, positive, area, precision) => {
  expect(rocAuc(scores, positive)).toBeCloseTo(area, 14);
  expect(averagePrecision(scores, positive)).toBeCloseTo(precision, 14);
});

test('one class has no area; without positives there is no average precision', () => {
  expect(rocAuc([], [])).toBeNull();
  expect(rocAuc([0.2, 0.1, 0.2], [y, y, y])).toBeNull();
  expect(rocAuc([0.2, 0.1], [n, n])).toBeNull();
  expect(averagePrecision([], [])).toBeNull();
  expect(averagePrecision([0.2, 0.1], [n, n])).toBeNull();
  expect(averagePrecision([0.2, 0.1, 0.2], [y, y, y])).toBe(1);
});

test('the area is the share of pairs in the right order, and does not depend on the order of the examples', () => {
  const examples = fc.array(fc.record({ score: fc.integer({ min: 0, max: 9 }), positive: fc.boolean() }));
  fc.assert(
    fc.property(examples, (examples) => {
      const [scores, positive] = [examples.map(({ score }) => score), examples.map(({ positive }) => positive)];
      const high = examples.filter(({ positive }) => positive);
      const low = examples.filter(({ positive }) => !positive);
      const pairs = high.flatMap((a) => low.map((b) => (Math.sign(a.score - b.score) + 1) / 2));
      const share = pairs.length === 0 ? null : pairs.reduce((sum, won) => sum + won, 0) / pairs.length;
      expect(rocAuc(scores, positive)).toEqual(share === null ? null : expect.closeTo(share, 12));
      expect(rocAuc([...scores].reverse(), [...positive].reverse())).toBe(rocAuc(scores, positive));
      expect(averagePrecision([...scores].reverse(), [...positive].reverse())).toBe(averagePrecision(scores, positive));
    }),
  );
});

test('a score that is no number, or one too many, is an error', () => {
  expect(() => rocAuc([0.1, Number.NaN], [y, n])).toThrow('not a number');
  expect(() => averagePrecision([0.1, 0.2], [y])).toThrow('2 scores cannot belong to 1 examples');
});
