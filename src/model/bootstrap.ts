/** Intervals of whatever is measured on a set of examples, from measuring it again on sets drawn from them. */
import type { Interval } from '../domain/intervals.ts';
import { createRandom } from './random.ts';

export interface BootstrapOptions {
  resamples?: number;
  /** The same seed gives the same interval on every machine. */
  seed?: number;
  /** How often the interval should hold, between 0 and 1. */
  level?: number;
}

/**
 * The percentile interval (B. Efron and R. Tibshirani, An introduction to the bootstrap, 1993, section 13.3): the middle
 * `level` of what `statistic` says of `resamples` sets of n rows drawn with replacement. It is given their indices, [n],
 * in an array that the next set overwrites. Null where there are no rows.
 */
export function bootstrapInterval(
  n: number,
  statistic: (rows: Int32Array) => number,
  options: BootstrapOptions = {},
): Interval | null {
  const { resamples, seed, level } = settled(options);
  if (n === 0) return null;
  const values = new Float64Array(resamples);
  resample(n, resamples, seed, (rows, turn) => {
    values[turn] = statistic(rows);
  });
  return middle(values, level);
}

/**
 * The percentile interval of macro-F1 (over the classes that occur in a set, as `measure` has it), from the same sets
 * that `bootstrapInterval` draws. `truth` and `predicted` are [examples], indices below `classes`. Null where there are
 * no rows, and where no answer is wrong: every set drawn of those is without a mistake, which says nothing of doubt.
 */
export function bootstrapOfMacroF1(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
  options: BootstrapOptions = {},
): Interval | null {
  const { resamples, seed, level } = settled(options);
  const n = truth.length;
  if (n === 0) return null;
  const { cells, cellOf } = cellsOf(truth, predicted, classes);
  if (cells.every(({ label, answer }) => label === answer)) return null;

  const macros = new Float64Array(resamples);
  const counts = new Int32Array(cells.length);
  const right = new Int32Array(classes);
  /** Of each class, how often it is the truth plus how often it is the answer: F1 is 2 right / named. */
  const named = new Int32Array(classes);
  resample(n, resamples, seed, (rows, turn) => {
    // One addition for each row; all else is for each different pair of truth and answer.
    counts.fill(0);
    for (let i = 0; i < n; i++) add(counts, cellOf[rows[i] ?? 0] ?? 0, 1);
    right.fill(0);
    named.fill(0);
    for (const [place, { label, answer }] of cells.entries()) {
      const count = counts[place] ?? 0;
      add(named, label, count);
      add(named, answer, count);
      if (label === answer) add(right, label, count);
    }
    let [f1, occurring] = [0, 0];
    for (let label = 0; label < classes; label++) {
      const [hit, times] = [right[label] ?? 0, named[label] ?? 0];
      if (times === 0) continue;
      f1 += (2 * hit) / times;
      occurring++;
    }
    macros[turn] = f1 / occurring;
  });
  return middle(macros, level);
}

function settled({ resamples = 1000, seed = 1, level = 0.95 }: BootstrapOptions): Required<BootstrapOptions> {
  if (!(resamples >= 1)) throw new RangeError(`An interval needs resamples, not ${resamples}.`);
  if (!(level > 0 && level < 1)) throw new RangeError(`level is between 0 and 1, not ${level}.`);
  return { resamples, seed, level };
}

/** The different pairs of truth and answer, and for each example which of them it is. */
function cellsOf(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): { cells: { label: number; answer: number }[]; cellOf: Int32Array } {
  if (predicted.length !== truth.length) {
    throw new RangeError(`${truth.length} examples cannot have ${predicted.length} answers.`);
  }
  const places = new Map<number, number>();
  const cells: { label: number; answer: number }[] = [];
  const cellOf = Int32Array.from(truth, (label, index) => {
    const answer = predicted[index] ?? -1;
    for (const place of [label, answer]) {
      if (!(place >= 0 && place < classes)) throw new RangeError(`${place} is no index of one of ${classes} classes.`);
    }
    const code = label * classes + answer;
    const known = places.get(code);
    if (known !== undefined) return known;
    places.set(code, cells.length);
    return cells.push({ label, answer }) - 1;
  });
  return { cells, cellOf };
}

function add(counts: Int32Array, place: number, more: number): void {
  counts[place] = (counts[place] ?? 0) + more;
}

function resample(n: number, times: number, seed: number, look: (rows: Int32Array, turn: number) => void): void {
  const random = createRandom(seed);
  const rows = new Int32Array(n);
  for (let turn = 0; turn < times; turn++) {
    for (let i = 0; i < n; i++) rows[i] = Math.floor(random() * n);
    look(rows, turn);
  }
}

function middle(values: Float64Array, level: number): Interval {
  values.sort();
  return { low: quantile(values, (1 - level) / 2), high: quantile(values, (1 + level) / 2) };
}

/** Between the two nearest of the sorted values, in proportion (numpy's `quantile`). */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const [below = 0, above = below] = sorted.subarray(Math.floor(place), Math.floor(place) + 2);
  return below + (above - below) * (place % 1);
}
