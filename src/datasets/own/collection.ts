/** Keeps the texts of an import once each, in bounded memory, and none whose rows disagree. */
import { createHash } from 'node:crypto';
import { ownString } from './lines.ts';
import type { Refusal } from './records.ts';
import type { Taken } from './take-row.ts';

const mostCharactersOfText = 100_000;

interface Kept {
  /** Null: rows of this text have different labels, and none of them is taken. */
  taken: Taken | null;
  id: string;
  /** Characters of its text, which count even where it is not taken: they bound how many are remembered. */
  size: number;
  /** 0 to 1, by the hash of its text. */
  place: number;
  isCut: boolean;
  path: string;
  line: number;
  /** How many rows were left out as copies of it. */
  copies: number;
}

/** Rows that are refused: `times` of them, of which the first is known by its line. */
export type Refuse = (path: string, refusal: Refusal, times?: number) => void;

/**
 * When there are too many texts, only those are kept whose hash is below a half, then a fourth, and so on: a fair draw. Rows
 * whose text has other labels in another row are refused, all of them. Both are the same whatever the order of rows.
 */
export function createCollection(mostText: number, refuse: Refuse) {
  const texts = new Map<string, Kept>();
  const ids = new Set<string>();
  let [share, characters, sampledOut] = [1, 0, 0];
  const halve = (): void => {
    share /= 2;
    for (const [key, { taken, id, size, place, copies }] of texts) {
      if (place < share) continue;
      texts.delete(key);
      ids.delete(id);
      characters -= size;
      if (taken !== null) sampledOut += 1 + copies;
    }
  };
  const again = (before: Kept, path: string, { line, labels }: Taken & { line: number }): void => {
    const { taken } = before;
    if (taken !== null && same(taken.labels, labels)) {
      before.copies++;
      return;
    }
    const other = (place: Pick<Kept, 'path' | 'line'>): string =>
      before.path === path ? `see line ${place.line}` : `see ${place.path}:${place.line}`;
    if (taken !== null) {
      refuse(before.path, { line: before.line, reason: disagrees, detail: other({ path, line }) }, 1 + before.copies);
      before.taken = null;
    }
    refuse(path, { line, reason: disagrees, detail: other(before) });
  };
  return {
    /** Takes it, refuses it, leaves it out as a copy, or does not draw it. */
    add(path: string, row: Taken & { line: number }): void {
      const hash = createHash('sha256').update(plain(row.text)).digest();
      const [key, place] = [hash.toString('base64', 0, 15), hash.readUIntBE(16, 6) / 2 ** 48];
      if (place >= share) return void sampledOut++;
      const before = texts.get(key);
      if (before !== undefined) return again(before, path, row);
      const id = row.id === '' ? hash.toString('hex', 0, 8) : row.id;
      if (ids.has(id)) return refuse(path, { line: row.line, reason: 'its id was there before, with another text' });
      const taken = kept(row, id);
      const { text } = taken;
      ids.add(taken.id);
      const isCut = text.length < row.text.length;
      texts.set(key, { taken, id: taken.id, size: text.length, place, isCut, path, line: row.line, copies: 0 });
      characters += text.length;
      while (characters > mostText) halve();
    },
    all: (): Taken[] =>
      [...texts.values()]
        .flatMap(({ taken }) => (taken === null ? [] : [taken]))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    counts() {
      const taken = [...texts.values()].filter(({ taken }) => taken !== null);
      const duplicates = taken.reduce((sum, { copies }) => sum + copies, 0);
      return { duplicates, cut: taken.filter(({ isCut }) => isCut).length, sampledOut, share };
    },
  };
}

/** Strings of its own, so that what is kept of a file does not keep the rest of it in memory. */
function kept({ text, labels, part, group, attributes }: Taken, id: string): Taken {
  const ownValues = (of: Record<string, string>) =>
    Object.fromEntries(Object.entries(of).map(([name, value]) => [name, ownString(value)]));
  return {
    id: ownString(id),
    // Never half a character at its end.
    text: ownString(text.slice(0, mostCharactersOfText).replace(/[\ud800-\udbff]$/, '')),
    labels: ownValues(labels),
    part,
    group: group === null ? null : ownString(group),
    attributes: ownValues(attributes),
  };
}

const disagrees = 'its text has other labels in another row';

/** Copies differ at most in case, spaces and forms of characters. */
function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

function same(a: Record<string, string>, b: Record<string, string>): boolean {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.every((name) => a[name] === b[name]);
}
