/** Reliability and temperature against scikit-learn 1.9.1 and scipy 1.17.1. */
import { expect, test } from 'vitest';
import { fitTemperature, reliability, withTemperature } from '../../src/model/calibration.ts';

const confidences = [0.1, 0.25, 0.3, 0.42, 0.5, 0.55, 0.58, 0.61, 0.7, 0.77, 0.8, 0.83, 0.9, 0.95, 0.99, 1, 0, 0.05];
const correct = [0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1].map(Boolean);

// The filled bins of scikit-learn's `calibration_curve`; the error is their mean gap, weighed by their sizes.
test.each([
  [
    10,
    [3, 0, 2, 0, 2, 2, 2, 2, 2, 3],
    [1 / 3, null, 0.5, null, 0.5, 0.5, 0.5, 1, 0.5, 2 / 3],
    [0.05, null, 0.275, null, 0.46, 0.565, 0.655, 0.785, 0.865, 0.98],
    0.21777777777777776,
  ],
  [4, [4, 3, 4, 7], [0.25, 2 / 3, 0.5, 0.7142857142857143], [0.1, 0.4066666666666667, 0.61, 0.8914285714285715], 0.17],
])('the gaps of %i bins are those of scikit-learn', (count, sizes, accuracies, means, ece) => {
  const got = reliability(confidences, correct, count);
  const near = (value: number | null): unknown => (value === null ? null : expect.closeTo(value, 12));
  expect(got.ece).toBeCloseTo(ece, 12);
  expect(got.bins.map(({ n }) => n)).toEqual(sizes);
  expect(got.bins.map(({ accuracy }) => accuracy)).toEqual(accuracies.map(near));
  expect(got.bins.map(({ confidence }) => confidence)).toEqual(means.map(near));
  expect([got.bins[0]?.from, got.bins[1]?.from, got.bins.at(-1)?.to]).toEqual([0, 1 / count, 1]);
});

test('without examples there are ten empty bins and no error', () => {
  const { ece, bins } = reliability([], []);
  expect(ece).toBeNull();
  expect(bins).toHaveLength(10);
  expect(bins[9]).toEqual({ from: 0.9, to: 1, n: 0, confidence: null, accuracy: null });
});

const answers = [
  [0.7, 0.2, 0.1],
  [0.9, 0.05, 0.05],
  [0.6, 0.3, 0.1],
  [0.05, 0.9, 0.05],
  [0.2, 0.5, 0.3],
  [0.01, 0.01, 0.98],
  [0.3, 0.3, 0.4],
  [0.98, 0.01, 0.01],
].map((row) => Float32Array.from(row));
const binary = [
  [0.6, 0.4],
  [0.55, 0.45],
  [0.7, 0.3],
  [0.2, 0.8],
].map((row) => Float32Array.from(row));

// scipy's `brentq` on the slope of the loss; the temperatures of scikit-learn's `method='temperature'` are within 3e-8.
test.each([
  ['too sure', answers, [0, 1, 0, 1, 2, 2, 0, 0], 1.469389805460164],
  ['not sure enough', answers, [0, 0, 0, 1, 1, 2, 1, 0], 0.2783530730037191],
  ['of two classes', binary, [0, 0, 1, 1], 1.1368701978875217],
])('the temperature of a classifier that is %s is that of scipy', (_, probabilities, truth, temperature) => {
  expect(fitTemperature(probabilities, truth)).toBeCloseTo(temperature, 10);
});

test('a temperature that nothing bounds stops at 0.05 and 20', () => {
  const surely = [Float32Array.of(0.9, 0.1), Float32Array.of(0.2, 0.8)];
  expect(fitTemperature(surely, [0, 1])).toBe(0.05);
  expect(fitTemperature(surely, [1, 0])).toBe(20);
  expect(fitTemperature([Float32Array.of(1, 0, 0)], [1])).toBe(20);
});

test('examples that say nothing leave the temperature at 1', () => {
  expect(fitTemperature([], [])).toBe(1);
  expect(fitTemperature([Float32Array.of(0.25, 0.25, 0.25, 0.25)], [2])).toBe(1);
  expect(fitTemperature([Float32Array.of(1 / 3, 1 / 3, 1 / 3)], [0])).toBe(1);
  expect(fitTemperature([Float32Array.of(1, 0)], [0])).toBe(1);
  expect(() => fitTemperature(answers, [3, 0, 0, 0, 0, 0, 0, 0])).toThrow('Example 0 has no probability');
});

test.each([
  [2, [0.7, 0.2, 0.1], [0.5228793790248447, 0.279490788879373, 0.19762983209578236]],
  [0.5, [0.7, 0.2, 0.1], [0.9074074020417628, 0.07407407836658976, 0.018518519591647437]],
  [1, [0.7, 0.2, 0.1], [0.6999999932944775, 0.20000000447034838, 0.10000000223517419]],
  [20, [1, 0], [0.9874676104235826, 0.012532389576417514]],
  [0.05, [1, 0], [1, 0]],
])("a temperature of %d gives scipy's softmax(log p / T)", (temperature, probabilities, expected) => {
  const got = withTemperature(Float32Array.from(probabilities), temperature);
  expect([...got]).toEqual(expected.map((value): unknown => expect.closeTo(value, 7)));
});

test('a temperature is above 0', () => {
  expect(() => withTemperature(Float32Array.of(0.5, 0.5), 0)).toThrow('above 0, not 0');
});
