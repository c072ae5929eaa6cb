/** Puts examples into train, validation and held-out: by hash, alike in labels, and copies never apart. */
import { createHash } from 'node:crypto';
import type { Part } from '../../domain/version.ts';
import { tokenize } from '../../model/tokenizer.ts';
import { groupTexts } from '../groups.ts';
import type { Taken } from './take-row.ts';

/** Comparing more texts than this for near-duplicates would take minutes; then only exact copies are found. */
const mostCompared = 100_000;

export interface Grouped {
  /** By id. */
  groups: Map<string, string>;
  /** How many texts are nearly the same as another one; null where that was not looked for. */
  nearDuplicates: number | null;
  /** Tokens of each text. */
  lengths: number[];
}

export function groupsOf(taken: Taken[]): Grouped {
  const isCompared = taken.length <= mostCompared;
  const lengths: number[] = [];
  const groups = groupTexts(
    taken.map(({ id, text, group }) => {
      const tokens = tokenize(text);
      lengths.push(tokens.length);
      return { id, tokens: isCompared ? tokens : [], links: group === null ? [] : [group] };
    }),
  );
  if (!isCompared) return { groups, nearDuplicates: null, lengths };
  const sizes = new Map<string, number>();
  for (const group of groups.values()) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const nearDuplicates = taken.filter(({ id, group }) => group === null && (sizes.get(groups.get(id) ?? id) ?? 1) > 1);
  return { groups, nearDuplicates: nearDuplicates.length, lengths };
}

/**
 * The parts, by id, of those whose file does not say it: 60/20/20. Where a file says which are for training and which are
 * held out, but none is for validation, a fifth of those for training is.
 */
export function drawParts(taken: Taken[], groups: ReadonlyMap<string, string>): Map<string, Part> {
  const [open, training] = [taken.filter(({ part }) => part === null), taken.filter(({ part }) => part === 'train')];
  if (open.length > 0)
    return draw(open, groups, (place) => (place < 0.6 ? 'train' : place < 0.8 ? 'validation' : 'held-out'));
  if (taken.some(({ part }) => part === 'validation')) return new Map();
  return draw(training, groups, (place) => (place < 0.8 ? 'train' : 'validation'));
}

/** Of each combination of labels, groups in the order of their hashes. */
function draw(taken: Taken[], groups: ReadonlyMap<string, string>, partAt: (place: number) => Part): Map<string, Part> {
  const sizes = new Map<string, number>();
  const strata = new Map<string, Set<string>>();
  for (const { id, labels } of taken) {
    const group = groups.get(id) ?? id;
    const known = sizes.get(group);
    sizes.set(group, (known ?? 0) + 1);
    if (known !== undefined) continue;
    // Of a group with several labels, those of its first text count.
    const stratum = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    const members = strata.get(stratum);
    if (members === undefined) strata.set(stratum, new Set([group]));
    else members.add(group);
  }
  const parts = new Map<string, Part>();
  for (const members of strata.values()) {
    const drawn = [...members]
      .map((group) => ({ group, hash: sha256(group) }))
      .sort((a, b) => (a.hash < b.hash ? -1 : 1));
    const total = drawn.reduce((sum, { group }) => sum + (sizes.get(group) ?? 0), 0);
    let before = 0;
    for (const { group } of drawn) {
      const size = sizes.get(group) ?? 0;
      parts.set(group, partAt((before + size / 2) / total));
      before += size;
    }
  }
  return new Map(taken.map(({ id }) => [id, parts.get(groups.get(id) ?? id) ?? 'train']));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
