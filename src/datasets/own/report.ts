/** What an import found: what was refused and why, how labels are spread over the parts, and what should be known of them. */
import type { Part } from '../../domain/version.ts';
import type { PartedExample } from '../cached.ts';
import type { Refusal } from './rows.ts';

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
  refused: { total: number; reasons: Record<string, number>; first: (Refusal & { path: string })[] };
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

const mostListed = 100;
const mostLabels = 1000;

export function createRefusals() {
  const reasons = new Map<string, number>();
  const first: ImportReport['refused']['first'] = [];
  let total = 0;
  return {
    add(path: string, { line, reason }: Refusal): void {
      total++;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      if (first.length < mostListed) first.push({ path, line, reason });
    },
    summary: () => ({ total, reasons: Object.fromEntries([...reasons].sort(([, a], [, b]) => b - a)), first }),
  };
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

/** Why nothing could be learnt from this. */
export function problemsOf({ capabilities }: Balance): string[] {
  return Object.entries(capabilities).flatMap(([name, labels]) => {
    const found = Object.keys(labels);
    if (found.length === 0) return `${name}: no row has a label for it`;
    if (found.length === 1) return `${name}: every row has the same label, "${found[0]}"`;
    if (found.length > mostLabels) {
      return `${name}: it has ${found.length} different labels, and ${mostLabels} are the most; is this the right column?`;
    }
    const counts = Object.values(labels);
    const empty = (['train', 'validation', 'held-out'] as const).filter((part) => counts.every((of) => of[part] === 0));
    return empty.map((part) => `${name}: no row with a label for it is in the ${part} part`);
  });
}

/** What a person should know before they trust a model that learnt from this. */
export function warningsOf({ capabilities, tokens, leaking, refused, rows }: ImportReport): string[] {
  const warnings = Object.entries(capabilities).flatMap(([name, labels]) => {
    const counts = Object.entries(labels).map(([label, { train }]) => ({ label, train }));
    const all = counts.reduce((sum, { train }) => sum + train, 0);
    const rare = counts.filter(({ train }) => train < 10).map(({ label }) => `"${label}"`);
    const frequent = counts.find(({ train }) => train > 0.9 * all);
    return [
      ...(rare.length > 0 ? [`${name}: fewer than 10 examples to learn ${rare.slice(0, 10).join(', ')} from`] : []),
      ...(frequent === undefined
        ? []
        : [`${name}: ${Math.round((100 * frequent.train) / all)} % are "${frequent.label}"`]),
    ];
  });
  if (tokens.median > 100) warnings.push(`half of the texts have more than ${tokens.median} tokens; see train.length`);
  if (leaking > 0)
    warnings.push(`${leaking} texts have a near copy in another part: held-out figures will be too good`);
  if (refused.total > rows / 10) warnings.push(`${refused.total} of ${rows} rows were refused`);
  return warnings;
}
