/** Turns texts into sparse vectors of weighted words, as scikit-learn's TfidfVectorizer with `sublinear_tf` does. */
import { tokenize } from './tokenizer.ts';

/** Rows of a sparse matrix one behind the other: row r has the entries `starts[r]` to `starts[r + 1]`. */
export interface SparseRows {
  starts: Uint32Array;
  columns: Uint32Array;
  values: Float64Array;
}

export interface Tfidf {
  /** Words that are counted. */
  size: number;
  /** Vectors of length 1 (or 0 where no word is known); unknown words are left out. */
  transform(texts: string[]): SparseRows;
}

/** Learns words and their weights, ln((1 + n) / (1 + documents with the word)) + 1, from n texts. */
export function fitTfidf(texts: string[], minDocuments: number): Tfidf {
  const documents = new Map<string, number>();
  for (const text of texts)
    for (const word of new Set(tokenize(text))) documents.set(word, (documents.get(word) ?? 0) + 1);
  const words = [...documents].filter(([, count]) => count >= minDocuments);
  const column = new Map(words.map(([word], index) => [word, index]));
  const weights = words.map(([, count]) => Math.log((1 + texts.length) / (1 + count)) + 1);
  return { size: words.length, transform: (toWeigh) => join(toWeigh.map((text) => weigh(text, column, weights))) };
}

function weigh(text: string, column: Map<string, number>, weights: number[]): [column: number, value: number][] {
  const counts = new Map<number, number>();
  for (const word of tokenize(text)) {
    const at = column.get(word);
    if (at !== undefined) counts.set(at, (counts.get(at) ?? 0) + 1);
  }
  const entries = [...counts].map(([at, count]): [number, number] => [at, (1 + Math.log(count)) * (weights[at] ?? 0)]);
  const length = Math.hypot(...entries.map(([, value]) => value)) || 1;
  return entries.map(([at, value]) => [at, value / length]);
}

function join(rows: [column: number, value: number][][]): SparseRows {
  const starts = new Uint32Array(rows.length + 1);
  for (const [index, row] of rows.entries()) starts[index + 1] = (starts[index] ?? 0) + row.length;
  const entries = rows.flat();
  return {
    starts,
    columns: Uint32Array.from(entries, ([column]) => column),
    values: Float64Array.from(entries, ([, value]) => value),
  };
}
