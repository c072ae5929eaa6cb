/** When a version is called no better than a constant answer. */
import { expect, test } from 'vitest';
import { nothingLearnt } from '../../src/domain/learnt.ts';
import type { Evaluation } from '../../src/domain/version.ts';
import { measure } from '../../src/model/measure.ts';

/** `confusion[true][predicted]` of labels a, b, … */
function evaluationOf(confusion: number[][]): Evaluation {
  const labels = confusion.map((_, index) => 'abcdef'.charAt(index));
  const pairs = confusion.flatMap((row, from) => row.flatMap((n, to) => Array.from({ length: n }, () => [from, to])));
  const named = (place: 0 | 1): string[] => pairs.map((pair) => labels[pair[place] ?? 0] ?? '');
  return { capability: 'label', data: 'd', part: 'validation', ...measure(labels, named(0), named(1)) };
}

test.each([
  [
    'always gives the same answer',
    [
      [40, 0, 0],
      [42, 0, 0],
      [38, 0, 0],
    ],
    'b',
    42 / 120,
  ],
  [
    'guesses, and is a little above chance',
    [
      [16, 12, 12],
      [13, 16, 13],
      [12, 12, 14],
    ],
    'b',
    42 / 120,
  ],
  [
    'guesses where one label is frequent',
    [
      [160, 20],
      [17, 3],
    ],
    'a',
    180 / 200,
  ],
])('one that %s has learnt nothing', (_, confusion, label, share) => {
  expect(nothingLearnt(evaluationOf(confusion))).toEqual({ label, share: expect.closeTo(share, 12) });
});

test.each([
  [
    'finds each label more often than chance does',
    [
      [22, 9, 9],
      [10, 22, 10],
      [8, 8, 22],
    ],
  ],
  [
    'finds the rare label too, for less accuracy than a constant answer has',
    [
      [150, 30],
      [2, 18],
    ],
  ],
  [
    'is always right',
    [
      [6, 0],
      [0, 4],
    ],
  ],
  [
    'was measured on one label alone',
    [
      [0, 10],
      [0, 0],
    ],
  ],
])('one that %s is not called so', (_, confusion) => {
  expect(nothingLearnt(evaluationOf(confusion))).toBeNull();
});
