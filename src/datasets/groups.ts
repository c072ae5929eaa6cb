/** Finds texts that must stay in one part together: near-duplicates, and those with something in common. */

export interface Groupable {
  id: string;
  tokens: string[];
  /** What it shares with others of its group, e.g. the subject of a thread. */
  links: string[];
}

/** Word 3-shingles of two near-duplicates have at least this Jaccard similarity. */
export const nearDuplicate = 0.5;

// 40 bands of 3 rows find a pair of similarity 0.5 with probability 1 - (1 - 0.5³)⁴⁰ = 0.995, one of 0.8 always.
const bands = 40;
const rows = 3;
const seeds = Int32Array.from({ length: bands * rows }, (_, row) => scramble(row + 1));

/** The group of each text by id. A group's name is the smallest id in it, so it doesn't depend on the order of the texts. */
export function groupTexts(texts: Groupable[]): Map<string, string> {
  const sets = disjointSets(texts.length);
  joinLinked(texts, sets);
  joinNearDuplicates(texts, sets);
  const names = new Map<number, string>();
  for (const [index, text] of texts.entries()) {
    const name = names.get(sets.find(index));
    if (name === undefined || text.id < name) names.set(sets.find(index), text.id);
  }
  return new Map(texts.map((text, index) => [text.id, names.get(sets.find(index)) ?? text.id]));
}

/** Hashes of all runs of three tokens; a shorter text is one shingle, an empty one has none. */
export function shingles(tokens: string[]): Set<number> {
  const found = new Set<number>();
  if (tokens.length === 0) return found;
  const hashes = tokens.map(hash);
  for (let first = 0; first === 0 || first + 3 <= hashes.length; first++) {
    let mixed = 0x811c9dc5;
    for (const value of hashes.slice(first, first + 3)) mixed = scramble(mixed ^ value);
    found.add(mixed >>> 0);
  }
  return found;
}

/** Shared shingles over all shingles, 0 to 1. */
export function jaccard(a: Set<number>, b: Set<number>): number {
  let shared = 0;
  for (const shingle of a) if (b.has(shingle)) shared++;
  const all = a.size + b.size - shared;
  return all === 0 ? 0 : shared / all;
}

/** Broder's MinHash: equal minima under many hash functions are as frequent as two sets are similar. */
function joinNearDuplicates(texts: Groupable[], sets: DisjointSets): void {
  const shingled = texts.map((text) => shingles(text.tokens));
  const signatures = shingled.map(signature);
  for (let band = 0; band < bands; band++) {
    const buckets = new Map<string, number[]>();
    for (const [index, minima] of signatures.entries()) {
      if (shingled[index]?.size === 0) continue;
      const key = minima.slice(band * rows, (band + 1) * rows).join();
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, [index]);
      else bucket.push(index);
    }
    for (const bucket of buckets.values()) joinSimilar(bucket, shingled, sets);
  }
}

function joinSimilar(bucket: number[], shingled: Set<number>[], sets: DisjointSets): void {
  for (const [position, a] of bucket.entries()) {
    for (const b of bucket.slice(position + 1)) {
      const [left, right] = [shingled[a], shingled[b]];
      if (left === undefined || right === undefined || sets.find(a) === sets.find(b)) continue;
      if (jaccard(left, right) >= nearDuplicate) sets.join(a, b);
    }
  }
}

function signature(set: Set<number>): Uint32Array {
  const minima = new Uint32Array(bands * rows).fill(0xffffffff);
  for (const shingle of set) {
    for (let row = 0; row < minima.length; row++) {
      const value = scramble(shingle ^ (seeds[row] ?? 0)) >>> 0;
      if (value < (minima[row] ?? 0)) minima[row] = value;
    }
  }
  return minima;
}

/** FNV-1a. */
function hash(token: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < token.length; index++) value = Math.imul(value ^ token.charCodeAt(index), 0x01000193);
  return value >>> 0;
}

/** The finaliser of MurmurHash3. */
function scramble(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

function joinLinked(texts: Groupable[], sets: DisjointSets): void {
  const first = new Map<string, number>();
  for (const [index, { links }] of texts.entries()) {
    for (const link of links) {
      const other = first.get(link);
      if (other === undefined) first.set(link, index);
      else sets.join(other, index);
    }
  }
}

interface DisjointSets {
  find(item: number): number;
  join(a: number, b: number): void;
}

function disjointSets(size: number): DisjointSets {
  const parents = Uint32Array.from({ length: size }, (_, item) => item);
  const find = (item: number): number => {
    let root = item;
    while (parents[root] !== root) root = parents[root] ?? root;
    for (let next = item; next !== root;) {
      const above = parents[next] ?? root;
      parents[next] = root;
      next = above;
    }
    return root;
  };
  return {
    find,
    join(a, b) {
      parents[find(b)] = find(a);
    },
  };
}
