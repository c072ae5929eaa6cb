/** One row of a file becomes an example, or is refused with the reason. */
import type { Part } from '../../domain/version.ts';
import { didYouMean, listed, printable } from '../../domain/words.ts';
import { tokenize } from '../../model/tokenizer.ts';
import { foundNames, type Mapping } from './mapping.ts';
import type { Refusal } from './records.ts';
import type { Row } from './rows.ts';

const mostCharactersOfLabel = 100;

const partNames = new Map<string, Part>([
  ['train', 'train'],
  ['training', 'train'],
  ['validation', 'validation'],
  ['valid', 'validation'],
  ['dev', 'validation'],
  ['held-out', 'held-out'],
  ['heldout', 'held-out'],
  ['test', 'held-out'],
]);

/** One row that was taken; without a part where parts are drawn. */
export interface Taken {
  id: string;
  text: string;
  labels: Record<string, string>;
  part: Part | null;
  group: string | null;
  attributes: Record<string, string>;
}

export function takeRow(row: Row, mapping: Mapping): (Taken & { line: number }) | Refusal {
  const { line, values } = row;
  const refuse = (reason: string, detail?: string): Refusal => ({
    line,
    reason,
    ...(detail === undefined ? {} : { detail }),
  });
  const value = (column: string | null): string => (column === null ? '' : (values.get(column)?.trim() ?? ''));
  for (const column of [...mapping.text, ...Object.values(mapping.labels)]) {
    const what = row.nested?.get(column);
    if (what !== undefined) return refuse(`its ${column} is ${what}`);
  }
  const text = mapping.text.map(value).filter(Boolean).join('\n');
  const textProblem = text === '' ? absent(row, mapping.text, 'its text is empty') : problemOfText(text);
  if (textProblem !== null) return refuse(...textProblem);
  const labels: Record<string, string> = {};
  for (const [capability, column] of Object.entries(mapping.labels)) {
    const label = value(column).normalize('NFC');
    if (label.length > mostCharactersOfLabel) return refuse(`its label of ${capability} is longer than 100 characters`);
    const problem = problemOfName(label);
    if (problem !== null) return refuse(`its label of ${capability} ${problem}`);
    if (label !== '') labels[capability] = label;
  }
  if (Object.keys(labels).length === 0) return refuse(...absent(row, Object.values(mapping.labels), 'it has no label'));
  const part = partNames.get(value(mapping.part).toLowerCase()) ?? null;
  if (mapping.part !== null && part === null) return refuse('its part is none of train, validation and held-out');
  for (const column of [mapping.id, ...mapping.attributes]) {
    const problem = problemOfName(value(column));
    if (problem !== null) return refuse(`its ${column} ${problem}`);
  }
  const attributes = Object.fromEntries(
    mapping.attributes.map((name) => [name, value(name)]).filter(([, given]) => given !== ''),
  );
  const group = value(mapping.group);
  return { line, id: value(mapping.id), text, labels, part, group: group === '' ? null : group, attributes };
}

/** Why nothing is in these columns: their keys are missing where JSON has others, or they are empty. */
function absent({ values, nested }: Row, columns: string[], empty: string): [reason: string, detail?: string] {
  if (nested === undefined || columns.some((column) => values.has(column))) return [empty];
  const found = [...values.keys(), ...nested.keys()];
  const reason = `it has no key ${listed(
    columns.map((column) => `"${column}"`),
    'or',
  )}`;
  if (found.length === 0) return [reason];
  const near = columns.map((column) => didYouMean(column, found)).join('');
  return [reason, `it has ${foundNames(found)}${printable(near)}`];
}

function problemOfText(text: string): [reason: string] | null {
  if (text.includes('\u{fffd}')) return [otherEncoding];
  if (/\p{Surrogate}/u.test(text)) return ['its text holds half a character'];
  if (text.includes('\0')) return ['its text holds a zero character'];
  // Every letter and every digit is in some token, which spares nearly all texts a second cutting into tokens.
  if (/[\p{L}\p{N}]/u.test(text)) return null;
  // Some emoji have a mark that says they are coloured, which alone is a token but no word.
  return tokenize(text).some((token) => /\P{M}/u.test(token)) ? null : ['its text holds no word'];
}

export const otherEncoding = 'its text is not in the encoding that it was read with; see --encoding';

/** Labels, ids and slices are shown in terminals and kept in databases, which control characters would trouble. */
function problemOfName(name: string): string | null {
  if (name.includes('\u{fffd}')) return 'is not in the encoding that it was read with; see --encoding';
  if (/[\p{Cc}\p{Surrogate}\u2028-\u202e\u2066-\u2069]/u.test(name)) return 'holds a control character';
  return null;
}
