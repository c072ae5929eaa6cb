/** McNemar's test against statsmodels 0.15.0 (`mcnemar`, exact below 25 pairs, else with correction). */
import { expect, test } from 'vitest';
import { mcnemar } from '../../src/model/mcnemar.ts';

test.each([
  [0, 0, 0, 1],
  [1, 0, 0, 1],
  [3, 3, 3, 1],
  [9, 2, 2, 0.0654296875],
  [2, 9, 2, 0.0654296875],
  [0, 12, 0, 0.00048828125],
  [14, 10, 10, 0.5412561893463135],
  [24, 0, 0, 1.1920928955078125e-7],
])('of %i and %i, the exact test says what statsmodels says', (candidateOnly, stableOnly, statistic, pValue) => {
  expect(mcnemar(candidateOnly, stableOnly)).toEqual({ statistic, pValue: expect.closeTo(pValue, 15), exact: true });
});

test.each([
  [12, 13, 0, 1],
  [15, 10, 0.64, 0.4237107971667936],
  [20, 20, 0.025, 0.8743670611628918],
  [37, 12, 11.755102040816327, 0.0006067668456360641],
  [25, 0, 23.04, 1.5866563039511885e-6],
  [150, 60, 37.71904761904762, 8.170286845707661e-10],
  [400, 20, 342.002380952381, 2.337713943876981e-76],
])('of %i and %i, χ² says what statsmodels says', (candidateOnly, stableOnly, statistic, pValue) => {
  const got = mcnemar(candidateOnly, stableOnly);
  expect(got).toMatchObject({ statistic: expect.closeTo(statistic, 11), exact: false });
  expect(got.pValue / pValue).toBeCloseTo(1, 11);
  expect(mcnemar(stableOnly, candidateOnly)).toEqual(got);
});
