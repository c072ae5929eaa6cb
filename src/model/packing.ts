/** Puts sequences of different lengths into one array without padding them all to the longest. */

/** Token ids of one text; never empty. */
export type Sequence = Int32Array;

/** Steps that are computed together, because about the same sequences are still going on. */
export interface Chunk {
  /** Where its first step begins in the packed array. */
  base: number;
  rows: number;
  steps: number;
}

/**
 * Row `b` of step `s` lies at `at[s] + b`. Rows are sorted by length, longest first, and `rows[s]` of them are computed at
 * step `s`; a few of these may have ended already. What those compute cannot change anything: outputs are read where
 * each sequence ends.
 */
export interface Packed {
  /** Which sequence each row is. */
  order: number[];
  chunks: Chunk[];
  at: number[];
  rows: number[];
  /** Rows that have not ended before each step; one more entry, 0, at the end. */
  active: number[];
  /** Token ids, [total]. */
  ids: Int32Array;
  /** Place of each row's last token. */
  ends: Int32Array;
  /** One over each row's length. */
  shares: Float32Array;
  total: number;
}

/** A new chunk begins when this share of the rows has ended: smaller ones waste less but call more kernels. */
const endedShare = 1 / 8;

export function pack(sequences: Sequence[]): Packed {
  const sorted = sequences
    .map((sequence, index) => ({ sequence, index }))
    .sort((a, b) => b.sequence.length - a.sequence.length);
  const lengths = sorted.map(({ sequence }) => sequence.length);
  const steps = lengths[0] ?? 0;
  const spare = Math.max(2, Math.floor(sorted.length * endedShare));

  const chunks: Chunk[] = [];
  const at: number[] = [];
  const rows: number[] = [];
  const active: number[] = [];
  let chunk: Chunk = { base: 0, rows: sorted.length, steps: 0 };
  chunks.push(chunk);
  let total = 0;
  let going = sorted.length;
  for (let step = 0; step < steps; step++) {
    while ((lengths[going - 1] ?? 0) <= step) going--;
    if (going <= chunk.rows - spare) {
      chunk = { base: total, rows: going, steps: 0 };
      chunks.push(chunk);
    }
    active.push(going);
    at.push(total);
    rows.push(chunk.rows);
    total += chunk.rows;
    chunk.steps++;
  }
  active.push(0);

  const ids = new Int32Array(total);
  const ends = new Int32Array(sorted.length);
  for (const [row, { sequence }] of sorted.entries()) {
    for (let step = 0; step < steps && row < (rows[step] ?? 0); step++) {
      // A row that has ended gets its first token again: any valid id will do.
      ids[(at[step] ?? 0) + row] = sequence[step < sequence.length ? step : 0] ?? 0;
    }
    ends[row] = (at[sequence.length - 1] ?? 0) + row;
  }
  const shares = Float32Array.from(lengths, (length) => 1 / length);
  return { order: sorted.map(({ index }) => index), chunks, at, rows, active, ids, ends, shares, total };
}
