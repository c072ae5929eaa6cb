/** Tells a quoted text of many lines from rows that a quote which nobody closed has swallowed. */

import { ownString } from './lines.ts';

/** A column with more different values than this is none of labels or the like. */
const mostValues = 1000;
const mostCharacters = 100;
/** So many lines in a row that have the columns of a row are rows, whatever is in them. */
const manyLines = 10;

type SeenValues = ReturnType<typeof seenValues>;

/** What values each column has had so far, where they are few. */
export function seenValues() {
  /** Null: too many to be kept. */
  const columns: (Set<string> | null | undefined)[] = [];
  return {
    add(fields: readonly string[]): void {
      for (const [column, value] of fields.entries()) {
        if (value === '' || value.length > mostCharacters) continue;
        if (columns[column] === undefined) columns[column] = new Set();
        const values = columns[column];
        if (values === null || values.has(value)) continue;
        values.add(ownString(value));
        if (values.size > mostValues) columns[column] = null;
      }
    },
    has: (column: number, value: string): boolean => columns[column]?.has(value) ?? false,
  };
}

/**
 * How many of the lines before that in which a quoted field is closed look like rows; 0: not enough of them to be any. Those with as
 * many fields as the file's columns do; and there have to be ten of them, nine tenths of all, or one of their columns has values
 * that it had in rows before, in half of the lines: lines of a text hardly ever end in a label.
 */
export function swallowedRows(
  lines: readonly string[],
  { delimiter, columns, seen }: { delimiter: string; columns: number; seen: SeenValues },
): number {
  if (columns < 2) return 0;
  const rows = lines
    .map((line) => line.replaceAll('"', '').split(delimiter))
    .filter(({ length }) => length === columns);
  if (rows.length >= manyLines && rows.length >= 0.9 * lines.length) return rows.length;
  const known = Array.from({ length: columns }, (_, i) => rows.filter((fields) => seen.has(i, fields[i] ?? '')).length);
  return Math.max(...known) >= lines.length / 2 ? rows.length : 0;
}
