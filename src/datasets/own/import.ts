/** Makes a dataset of a user's files: every row is taken or refused with a reason, copies are found, and parts are drawn. */
import { createHash } from 'node:crypto';
import { GradusError } from '../../domain/errors.ts';
import type { Part } from '../../domain/version.ts';
import { didYouMean, listed } from '../../domain/words.ts';
import type { PartedExample } from '../cached.ts';
import { drawParts, groupsOf } from './parts.ts';
import { balanceOf, createRefusals, problemsOf, type ImportReport } from './report.ts';
import { readRows, type Refusal, type Row, type Source } from './rows.ts';

/** Which columns (or keys of JSON) mean what. */
export interface Mapping {
  /** Joined by line ends where there are several, e.g. a title and a body. */
  text: string[];
  /** Column of each capability's labels. */
  labels: Record<string, string>;
  /** Null: the text says who it is. */
  id: string | null;
  /** Null: parts are drawn. */
  part: string | null;
  /** Rows of one group stay in one part. */
  group: string | null;
  /** What versions are measured by, slice by slice. */
  attributes: string[];
}

/** Of more text than this, a fair share is drawn, so that any file can be learnt from in bounded memory. */
const mostCharacters = 64_000_000;
const mostCharactersOfText = 100_000;
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

export interface Imported {
  examples: PartedExample[];
  report: ImportReport;
}

/** Throws DATA_INVALID where a file cannot be used as a whole, or what it holds is too little to learn from. */
export async function importFiles(sources: Source[], mapping: Mapping, mostText = mostCharacters): Promise<Imported> {
  const collected = createCollection(mostText);
  const refusals = createRefusals();
  let rows = 0;
  for (const source of sources) {
    let isFirst = true;
    for await (const row of readRows(source)) {
      rows++;
      if ('values' in row && isFirst && source.format !== 'jsonl')
        checkColumns(source, [...row.values.keys()], mapping);
      if ('values' in row) isFirst = false;
      const refused = 'reason' in row ? row : collected.take(takeRow(row, mapping));
      if (refused !== null) refusals.add(source.path, refused);
    }
  }
  const taken = collected.all();
  const refused = refusals.summary();
  if (taken.length === 0) throw nothingTaken(rows, refused.first);
  const { groups, nearDuplicates, lengths } = groupsOf(taken);
  const parts = drawParts(taken, groups);
  const examples = taken.map(({ id, text, labels, part, attributes }): PartedExample => {
    const group = groups.get(id) ?? id;
    const own = Object.keys(attributes).length > 0 ? { attributes } : {};
    return { id, group, part: parts.get(id) ?? part ?? 'train', text, labels, ...own };
  });
  const balance = balanceOf(examples, lengths, Object.keys(mapping.labels));
  const report = { rows, refused, ...collected.counts(), nearDuplicates, ...balance };
  const problems = problemsOf(balance);
  if (problems.length > 0) {
    throw new GradusError('DATA_INVALID', ['This cannot be learnt from:', ...problems].join('\n  '), { problems });
  }
  return { examples, report };
}

function checkColumns({ path }: Source, columns: string[], mapping: Mapping): void {
  const wanted = [...mapping.text, ...Object.values(mapping.labels), ...mapping.attributes];
  const named = [...wanted, mapping.id, mapping.part, mapping.group].filter((name) => name !== null);
  const missing = named.filter((name) => !columns.includes(name));
  if (missing.length === 0) return;
  const words = missing.map((name) => `"${name}"${didYouMean(name, columns)}`);
  const shownColumns = columns.slice(0, 20).map((name) => `"${name}"`);
  throw new GradusError(
    'DATA_INVALID',
    `${path} has no column ${listed(words, 'or')}; it has ${listed(shownColumns)}.`,
  );
}

function takeRow({ line, values }: Row, mapping: Mapping): (Taken & { line: number }) | Refusal {
  const refuse = (reason: string): Refusal => ({ line, reason });
  const value = (column: string | null): string => (column === null ? '' : (values.get(column)?.trim() ?? ''));
  const text = mapping.text.map(value).filter(Boolean).join('\n');
  if (text === '') return refuse('its text is empty');
  if (text.includes('\u{fffd}')) return refuse('its text is not in the encoding that it was read with; see --encoding');
  if (/\p{Surrogate}/u.test(text)) return refuse('its text holds half a character');
  if (text.includes('\0')) return refuse('its text holds a zero character');
  const labels: Record<string, string> = {};
  for (const [capability, column] of Object.entries(mapping.labels)) {
    const label = value(column).normalize('NFC');
    if (label.length > mostCharactersOfLabel) return refuse(`its label of ${capability} is longer than 100 characters`);
    if (label !== '') labels[capability] = label;
  }
  if (Object.keys(labels).length === 0) return refuse('it has no label');
  const part = partNames.get(value(mapping.part).toLowerCase()) ?? null;
  if (mapping.part !== null && part === null) return refuse('its part is none of train, validation and held-out');
  const attributes = Object.fromEntries(
    mapping.attributes.map((name) => [name, value(name)]).filter(([, given]) => given !== ''),
  );
  const group = value(mapping.group);
  return { line, id: value(mapping.id), text, labels, part, group: group === '' ? null : group, attributes };
}

/**
 * Keeps texts that are not copies of others. When there are too many, only those are kept whose hash is below a half,
 * then a fourth, and so on: a fair draw, the same whatever the order of rows.
 */
function createCollection(mostText: number) {
  const kept = new Map<string, { taken: Taken; place: number }>();
  const ids = new Set<string>();
  const counts = { duplicates: 0, cut: 0, sampledOut: 0 };
  let [share, characters] = [1, 0];
  const halve = (): void => {
    share /= 2;
    for (const [key, { taken, place }] of kept) {
      if (place < share) continue;
      kept.delete(key);
      ids.delete(taken.id);
      characters -= taken.text.length;
      counts.sampledOut++;
    }
  };
  return {
    /** A refusal, or null where it was taken, left out as a copy, or not drawn. */
    take(row: (Taken & { line: number }) | Refusal): Refusal | null {
      if ('reason' in row) return row;
      const hash = createHash('sha256').update(plain(row.text)).digest();
      const [key, place] = [hash.toString('base64', 0, 15), hash.readUIntBE(16, 6) / 2 ** 48];
      if (place >= share) return (void counts.sampledOut++, null);
      const before = kept.get(key);
      if (before !== undefined) {
        if (same(before.taken.labels, row.labels)) return (void counts.duplicates++, null);
        return { line: row.line, reason: 'its text was there before, with other labels' };
      }
      const id = row.id === '' ? hash.toString('hex', 0, 8) : row.id;
      if (ids.has(id)) return { line: row.line, reason: 'its id was there before, with another text' };
      if (row.text.length > mostCharactersOfText) counts.cut++;
      const text = row.text.slice(0, mostCharactersOfText);
      const { labels, part, group, attributes } = row;
      ids.add(id);
      kept.set(key, { taken: { id, text, labels, part, group, attributes }, place });
      characters += text.length;
      while (characters > mostText) halve();
      return null;
    },
    all: (): Taken[] => [...kept.values()].map(({ taken }) => taken).sort((a, b) => (a.id < b.id ? -1 : 1)),
    counts: () => ({ ...counts, share }),
  };
}

/** Copies differ at most in case, spaces and forms of characters. */
function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

function same(a: Record<string, string>, b: Record<string, string>): boolean {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.every((name) => a[name] === b[name]);
}

function nothingTaken(rows: number, first: ImportReport['refused']['first']): GradusError {
  const reasons = first.slice(0, 5).map(({ path, line, reason }) => `\n  ${path}, line ${line}: ${reason}`);
  const what = rows === 0 ? 'There is no row below the first line' : `None of the ${rows} rows can be used`;
  return new GradusError('DATA_INVALID', `${what}.${reasons.join('')}`, {
    problems: first.map(({ line, reason }) => `line ${line}: ${reason}`),
  });
}
