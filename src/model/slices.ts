/** Where a version does worse than overall: its accuracy by length, script and attributes of the examples. */
import type { SliceMeasure } from '../domain/card.ts';
import { wilson } from './comparison.ts';

export interface SliceRow {
  text: string;
  /** What a dataset says of an example beside text and label, by the name of the column. */
  attributes: Record<string, string>;
}

export type Script = 'latin' | 'han' | 'kana' | 'cyrillic' | 'arabic' | 'other';

/** Slices of fewer examples say too little. */
const fewest = 10;
/** A column of more values than these is a name or a number of each example, not a group of them. */
const mostValues = 20;
/** The most tokens that each bucket holds. */
const buckets = [
  { most: 10, value: '0–10' },
  { most: 25, value: '11–25' },
  { most: 50, value: '26–50' },
  { most: 100, value: '51–100' },
];
const longest = '101+';

// By the extensions, 'ー' is kana; punctuation has them too, so letters alone count. Runs are found faster than letters.
const letters = /\p{L}+/gu;
const lettersOf = [
  ['latin', /(?:(?=\p{L})\p{scx=Latin})+/gu],
  ['han', /(?:(?=\p{L})\p{scx=Han})+/gu],
  ['kana', /(?:(?=\p{L})[\p{scx=Hiragana}\p{scx=Katakana}])+/gu],
  ['cyrillic', /(?:(?=\p{L})\p{scx=Cyrillic})+/gu],
  ['arabic', /(?:(?=\p{L})\p{scx=Arabic})+/gu],
] as const;

/**
 * The slices of at least 10 examples, the worst first. All lists are [examples]; `tokens` holds the length of each text,
 * in tokens. An example that lacks an attribute is in none of its slices.
 */
export function slices(rows: SliceRow[], correct: boolean[], tokens: number[]): SliceMeasure[] {
  const overall = correct.filter(Boolean).length / rows.length;
  const found: SliceMeasure[] = [];
  const add = (kind: SliceMeasure['kind'], name: string, values: (string | undefined)[]): void => {
    for (const [value, { n, right }] of counted(values, correct)) {
      if (n < fewest) continue;
      const { value: accuracy, low, high } = wilson(right, n);
      found.push({ kind, name, value, n, accuracy, low, high, gap: accuracy - overall });
    }
  };
  add('tokens', 'tokens', tokens.map(bucketOf));
  add(
    'script',
    'script',
    rows.map(({ text }) => scriptOf(text)),
  );
  for (const column of new Set(rows.flatMap(({ attributes }) => Object.keys(attributes)))) {
    // An object has a `constructor` of its own accord, which is no attribute.
    const values = rows.map(({ attributes }) => (Object.hasOwn(attributes, column) ? attributes[column] : undefined));
    if (new Set(values.filter((value) => value !== undefined)).size <= mostValues) add('attribute', column, values);
  }
  // Of equally bad ones, the one that more examples show.
  return found.sort((a, b) => a.accuracy - b.accuracy || b.n - a.n);
}

/** The script of most of the letters; `other` where there are none. */
export function scriptOf(text: string): Script {
  let rest = lengthOf(text.match(letters));
  let best: { script: Script; count: number } = { script: 'other', count: 0 };
  for (const [script, pattern] of lettersOf) {
    const count = lengthOf(text.match(pattern));
    if (count > best.count) best = { script, count };
    rest -= count;
  }
  return rest > best.count ? 'other' : best.script;
}

function lengthOf(runs: string[] | null): number {
  return runs === null ? 0 : runs.join('').length;
}

function bucketOf(tokens: number): string {
  return buckets.find(({ most }) => tokens <= most)?.value ?? longest;
}

function counted(values: (string | undefined)[], correct: boolean[]): Map<string, { n: number; right: number }> {
  const counts = new Map<string, { n: number; right: number }>();
  for (const [index, value] of values.entries()) {
    if (value === undefined) continue;
    const count = counts.get(value) ?? { n: 0, right: 0 };
    counts.set(value, { n: count.n + 1, right: count.right + (correct[index] === true ? 1 : 0) });
  }
  return counts;
}
