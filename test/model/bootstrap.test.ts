/**
 * Intervals against numpy 2.4.6, given the same draws by a Mulberry32 in Python, and against the bootstraps of
 * scipy 1.17.1.
 */
import { expect, test } from 'vitest';
import { bootstrapInterval, bootstrapOfMacroF1 } from '../../src/model/bootstrap.ts';
import { measure } from '../../src/model/measure.ts';

const values = [3.1, 0.2, 5.5, 4.4, 1.9, 2.2, 8.7, 0.4, 6.1, 3.3];
const truth = [0, 0, 1, 2, 1, 0, 2, 2, 1, 0, 0, 1, 2, 0, 1, 3, 0, 1, 2, 0];
const predicted = [0, 1, 1, 2, 1, 0, 2, 0, 1, 0, 0, 2, 2, 0, 1, 0, 0, 1, 1, 0];

function mean(rows: Int32Array): number {
  return rows.reduce((sum, row) => sum + (values[row] ?? 0), 0) / rows.length;
}

function median(rows: Int32Array): number {
  const sorted = Array.from(rows, (row) => values[row] ?? 0).sort((a, b) => a - b);
  return ((sorted[4] ?? 0) + (sorted[5] ?? 0)) / 2;
}

test('the interval of means and medians is what numpy makes of the same draws', () => {
  expect(bootstrapInterval(10, mean)).toEqual(near(2.0895, 5.12025));
  expect(bootstrapInterval(10, mean, { resamples: 333, seed: 7, level: 0.8 })).toEqual(near(2.41, 4.718));
  expect(bootstrapInterval(10, median)).toEqual(near(1.75, 5.5));
});

test('with many draws, the interval is near that of scipy, which draws otherwise', () => {
  // scipy.stats.bootstrap((values,), np.mean, n_resamples=200000, method='percentile', rng=1)
  const { low, high } = bootstrapInterval(10, mean, { resamples: 100_000 }) ?? { low: 0, high: 0 };
  expect(Math.abs(low - 2.08)).toBeLessThan(0.03);
  expect(Math.abs(high - 5.19)).toBeLessThan(0.03);
});

test("the ends are numpy's quantiles", () => {
  const told = [0.3, 0.1, 0.9, 0.5, 0.7, 0.2, 0.8, 0.4, 0.6, 1];
  const teller = () => {
    let turn = 0;
    return () => told[turn++] ?? 0;
  };
  expect(bootstrapInterval(3, teller(), { resamples: 10 })).toEqual(near(0.1225, 0.9775));
  expect(bootstrapInterval(3, teller(), { resamples: 10, level: 0.8 })).toEqual(near(0.19, 0.91));
  expect(bootstrapInterval(3, teller(), { resamples: 1 })).toEqual({ low: 0.3, high: 0.3 });
});

test('intervals of macro-F1 are what scikit-learn 1.9.1 and numpy make of the same draws', () => {
  expect(bootstrapOfMacroF1(truth, predicted, 4)).toEqual(near(0.38271655701754387, 0.8993505568505568));
  const options = { resamples: 200, seed: 5, level: 0.9 };
  expect(bootstrapOfMacroF1(Int32Array.from(truth), Int32Array.from(predicted), 4, options)).toEqual(
    near(0.4203643724696356, 0.8856163444398739),
  );
});

test('the quick way says what measuring each set says', () => {
  const labels = ['0', '1', '2', '3', '4'];
  const measured = (rows: Int32Array) =>
    measure(
      labels,
      Array.from(rows, (row) => String(truth[row])),
      Array.from(rows, (row) => String(predicted[row])),
    );
  const quick = bootstrapOfMacroF1(truth, predicted, 5, { seed: 3 });
  const macroF1 = bootstrapInterval(20, (rows) => measured(rows).macro.f1, { seed: 3 });
  expect(quick).toEqual(near(macroF1?.low ?? 0, macroF1?.high ?? 0));
});

test('the same seed gives the same interval; where no answer is wrong there is none', () => {
  expect(bootstrapOfMacroF1(truth, predicted, 4)).toEqual(bootstrapOfMacroF1(truth, predicted, 4));
  expect(bootstrapInterval(10, mean, { seed: 1 })).not.toEqual(bootstrapInterval(10, mean, { seed: 2 }));
  expect(bootstrapOfMacroF1(truth, truth, 4)).toBeNull();
});

test('no rows have no interval; what cannot be drawn or counted is an error', () => {
  expect(bootstrapInterval(0, mean)).toBeNull();
  expect(bootstrapOfMacroF1([], [], 3)).toBeNull();
  expect(() => bootstrapInterval(10, mean, { resamples: 0 })).toThrow('not 0');
  expect(() => bootstrapInterval(10, mean, { level: 1 })).toThrow('between 0 and 1');
  expect(() => bootstrapOfMacroF1([0, 2], [0, 1], 2)).toThrow('2 is no index of one of 2 classes');
  expect(() => bootstrapOfMacroF1([0, 1], [0, -1], 2)).toThrow('-1 is no index');
  expect(() => bootstrapOfMacroF1([0, 1], [0], 2)).toThrow('2 examples cannot have 1 answers');
});

function near(low: number, high: number): unknown {
  return { low: expect.closeTo(low, 12), high: expect.closeTo(high, 12) };
}
