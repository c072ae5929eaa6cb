/** Why an import cannot be learnt from, and what should be known before one trusts what learnt from it. */
import { listed, printable } from '../../domain/words.ts';
import type { PartedExample } from '../cached.ts';
import { counted } from './refusals.ts';
import type { Balance, ImportReport } from './report.ts';
import { otherEncoding } from './take-row.ts';

const mostLabels = 1000;
const mostShown = 10;

/** What is known of an import beside its balance. */
export interface Circumstances {
  examples: PartedExample[];
  /** Which column says parts; null: they were drawn. */
  partColumn: string | null;
  refused: number;
}

/** Why nothing could be learnt from this, and what to do. */
export function problemsOf({ capabilities }: Balance, { examples, partColumn, refused }: Circumstances): string[] {
  return Object.entries(capabilities).flatMap(([name, labels]) => {
    const found = Object.keys(labels);
    const rows = refused > 0 ? 'row that was not refused' : 'row';
    if (found.length === 0) return `${name}: no ${rows} has a label for it`;
    if (found.length === 1) return `${name}: every ${rows} has the same label, "${found[0]}"`;
    if (found.length > mostLabels) {
      return `${name}: it has ${counted(found.length, 'different label')}, and ${counted(mostLabels)} are the most; is this the right column?`;
    }
    const counts = Object.values(labels);
    const empty = (['train', 'validation', 'held-out'] as const).filter((part) => counts.every((of) => of[part] === 0));
    if (empty.length === 0) return [];
    const labelled = examples.filter(({ labels }) => Object.hasOwn(labels, name));
    if (isHardlyRepeated(found.length, labelled.length))
      return `${name}: ${hardlyRepeated(found.length, labelled.length)}`;
    const groups = new Set(labelled.map(({ group }) => group)).size;
    const why =
      partColumn === null
        ? `its ${counted(labelled.length, 'example')} are in ${counted(groups, 'group')} (near copies, and rows of one --group, stay together); add texts that differ more, or name a column of parts with --part`
        : `the column "${printable(partColumn)}" puts none there; add some, or let parts be drawn, without --part`;
    return `${name}: no row with a label for it is in the ${listed(empty, 'or')} part: ${why}`;
  });
}

/** What a person should know before they trust a model that learnt from this; the gravest first. */
export function warningsOf(report: ImportReport): string[] {
  const { capabilities, tokens, leaking, refused, rows } = report;
  const warnings: string[] = [];
  if (refused.total > rows / 10) {
    const share = Math.round((100 * refused.total) / rows);
    const isEncoding = (refused.reasons[otherEncoding] ?? 0) > refused.total / 2;
    const why = isEncoding ? '; say what the file is written in, e.g. --encoding windows-1252' : '';
    warnings.push(`${counted(refused.total)} of ${counted(rows, 'row')} (${share} %) were refused${why}`);
  }
  if (leaking > 0) {
    warnings.push(`${counted(leaking, 'text')} have a near copy in another part: held-out figures will be too good`);
  }
  if (tokens.median > 100)
    warnings.push(`half of the texts have more than ${counted(tokens.median)} tokens; see train.length`);
  const ofLabels = Object.entries(capabilities).flatMap(([name, labels]) =>
    [...balanceWarnings(labels), ...spellingWarnings(Object.keys(labels))].map((warning) => `${name}: ${warning}`),
  );
  return [...warnings, ...ofLabels];
}

function balanceWarnings(labels: Balance['capabilities'][string]): string[] {
  const counts = Object.entries(labels).map(([label, { train }]) => ({ label, train }));
  const train = counts.reduce((sum, { train }) => sum + train, 0);
  const examples = Object.values(labels).reduce((sum, of) => sum + of.train + of.validation + of['held-out'], 0);
  const rare = counts.filter(({ train }) => train < 10).map(({ label }) => label);
  const frequent = counts.find((one) => one.train > 0.9 * train);
  return [
    ...(isHardlyRepeated(counts.length, examples) ? [hardlyRepeated(counts.length, examples)] : []),
    ...(rare.length > 0 ? [`fewer than 10 examples to learn ${shown(rare)} from`] : []),
    ...(frequent === undefined
      ? []
      : [`${Math.round((100 * frequent.train) / train)} % of what is learnt from are ${shown([frequent.label])}`]),
  ];
}

const missing = new Set(['nan', 'null', 'none', 'nil', 'n/a', 'na', '#n/a', 'undefined', 'missing', '-', '?', '.']);

/** Labels that are perhaps one and the same, or none at all. */
function spellingWarnings(labels: string[]): string[] {
  const times = new Map<string, number>();
  for (const label of labels) times.set(label.toLowerCase(), (times.get(label.toLowerCase()) ?? 0) + 1);
  const byCase = labels.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  const sameButCase = byCase.filter((label) => (times.get(label.toLowerCase()) ?? 0) > 1);
  const none = labels.filter((label) => missing.has(label.toLowerCase()));
  return [
    ...(sameButCase.length > 0 ? [`labels differ only in case: ${shown(sameButCase)}`] : []),
    ...(none.length > 0 ? [`labels look like missing values: ${shown(none)}`] : []),
  ];
}

function shown(labels: string[]): string {
  const words = labels.slice(0, mostShown).map((label) => `"${printable(label)}"`);
  return `${words.join(', ')}${labels.length > mostShown ? ` and ${counted(labels.length - mostShown)} more` : ''}`;
}

function isHardlyRepeated(labels: number, examples: number): boolean {
  return labels >= 20 && labels > examples / 2;
}

function hardlyRepeated(labels: number, examples: number): string {
  return `it has ${counted(labels, 'different label')} in ${counted(examples, 'example')}; is this the right column?`;
}
