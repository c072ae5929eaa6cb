/** What an import found: what was refused and why, and how labels are spread over the parts. */
import type { Part } from '../../domain/version.ts';
import type { PartedExample } from '../cached.ts';
import type { Refusals } from './refusals.ts';

export type PartCounts = Record<Part, number>;

export interface Balance {
  parts: PartCounts;
  /** Examples of each label of each capability. */
  capabilities: Record<string, Record<string, PartCounts>>;
  /** Tokens of a text: half have no more, and nearly all (95 %) have no more. */
  tokens: { median: number; p95: number };
  /** Texts whose group is in more than one part, which makes figures on held-out examples too good. */
  leaking: number;
}

export interface ImportReport extends Balance {
  /** Rows that were read, the refused ones too. */
  rows: number;
  refused: Refusals;
  /** Copies, which were left out. */
  duplicates: number;
  /** Texts that are nearly another one, which were kept in one part with it; null: not looked for in so many. */
  nearDuplicates: number | null;
  /** Texts of which only the beginning was kept. */
  cut: number;
  /** Of a very large file only this share of its texts was drawn, 0 to 1; and how many were not. */
  share: number;
  sampledOut: number;
}

/** `tokens` are the lengths of the texts. */
export function balanceOf(examples: PartedExample[], tokens: number[], capabilities: string[]): Balance {
  const none = (): PartCounts => ({ train: 0, validation: 0, 'held-out': 0 });
  const parts = none();
  const counts = new Map(capabilities.map((name) => [name, new Map<string, PartCounts>()]));
  const partsOfGroup = new Map<string, Set<Part>>();
  for (const { part, group, labels } of examples) {
    parts[part]++;
    partsOfGroup.set(group, (partsOfGroup.get(group) ?? new Set()).add(part));
    for (const [capability, label] of Object.entries(labels)) {
      const of = counts.get(capability);
      const before = of?.get(label) ?? none();
      of?.set(label, { ...before, [part]: before[part] + 1 });
    }
  }
  const lengths = tokens.toSorted((a, b) => a - b);
  const at = (share: number): number => lengths[Math.floor(share * (lengths.length - 1))] ?? 0;
  const sorted = (of: Map<string, PartCounts>) => Object.fromEntries([...of].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    parts,
    capabilities: Object.fromEntries([...counts].map(([name, of]) => [name, sorted(of)])),
    tokens: { median: at(0.5), p95: at(0.95) },
    leaking: examples.filter(({ group }) => (partsOfGroup.get(group)?.size ?? 0) > 1).length,
  };
}
