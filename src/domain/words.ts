/** Numbers, durations and near names in the words that people read in reasons and problems. */

/** At most three decimals, fewer digits for large numbers, two significant digits for tiny ones. */
export function inWords(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  if (size >= 100) return value.toFixed(0);
  return String(size >= 0.01 ? Number(value.toFixed(3)) : Number(value.toPrecision(2)));
}

export function signed(value: number): string {
  return value > 0 ? `+${inWords(value)}` : inWords(value);
}

/**
 * What somebody wrote, as it can be recorded and shown anywhere: without control characters, which terminals obey, and
 * without halves of characters, which no database takes.
 */
export function printable(text: string): string {
  return text.replace(/\s/gu, ' ').replace(/\p{Cc}|\p{Surrogate}/gu, '\uFFFD');
}

/** A share of users, 0 to 1, as `5 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(4))} %`;
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** `14 days`, `1.5 hours`, `10 seconds`. */
export function duration(ms: number): string {
  const [name, size] = units.find(([, unit]) => ms >= unit) ?? (['millisecond', 1] as const);
  const count = Number((ms / size).toFixed(1));
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[], last: 'and' | 'or' = 'and'): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;
}

/** More names than this are counted. */
const mostNames = 5;

/** `a, b and c`, or where they are many `40 capabilities: a, b, c and 37 more`. */
export function fewOf(names: readonly string[], kind = 'capabilities'): string {
  if (names.length <= mostNames) return listed(names);
  const shown = names.slice(0, 3);
  return `${names.length} ${kind}: ${shown.join(', ')} and ${names.length - shown.length} more`;
}

/** What holds a release from outside of it, and until when: a sentence without its full stop. */
export function standingText({ why, until }: { why: string; until: string | null }): string {
  return until === null ? why : `${why}; it goes on at ${until.slice(0, 16).replace('T', ' ')} UTC`;
}

/** The candidate that `name` was most likely meant to be, or null when none is near. */
export function nearest(name: string, candidates: readonly string[]): string | null {
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) > limit) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** ` (did you mean topic?)`, or nothing. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const near = nearest(name, candidates);
  return near === null ? '' : ` (did you mean ${near}?)`;
}

/** Levenshtein distance; two neighbours exchanged count as one step. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
