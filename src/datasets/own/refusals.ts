/** What was refused of an import and why, counted by reason, and in words. */
import type { Refusal } from './records.ts';

export interface Refusals {
  total: number;
  /** The most frequent first. */
  reasons: Record<string, number>;
  first: (Refusal & { path: string })[];
}

const mostListed = 100;

export function createRefusals() {
  const reasons = new Map<string, number>();
  const first: Refusals['first'] = [];
  let total = 0;
  return {
    /** `times` where rows are refused together of which only one is known by its line. */
    add(path: string, refusal: Refusal, times = 1): void {
      const { line, reason, detail } = refusal;
      total += times;
      reasons.set(reason, (reasons.get(reason) ?? 0) + times);
      if (first.length < mostListed) first.push({ path, line, reason, ...(detail === undefined ? {} : { detail }) });
    },
    summary: (): Refusals => ({
      total,
      reasons: Object.fromEntries([...reasons].sort(([, a], [, b]) => b - a)),
      first,
    }),
  };
}

/** `1,200 rows`, `1 field`, `1,200`. */
export function counted(number: number, noun?: string): string {
  const figure = number.toLocaleString('en-US');
  return noun === undefined ? figure : `${figure} ${noun}${number === 1 ? '' : 's'}`;
}

/** The reasons with how often each, then rows with theirs, at most three of each; at most so many of both. */
export function refusedLines({ reasons, first }: Refusals, most: number): string[] {
  const all = Object.entries(reasons);
  const shown = all.flatMap(([reason]) => first.filter((one) => one.reason === reason).slice(0, 3)).slice(0, most);
  return [
    ...all.slice(0, most).map(([reason, times]) => `${counted(times)} × ${reason}`),
    ...(all.length > most ? [`and ${counted(all.length - most, 'other reason')}`] : []),
    ...shown.map(
      ({ path, line, reason, detail }) => `${path}:${line}: ${reason}${detail === undefined ? '' : `: ${detail}`}`,
    ),
  ];
}
