/** Makes a dataset of a user's files: every row is taken or refused with a reason, copies are found, and parts are drawn. */
import { GradusError } from '../../domain/errors.ts';
import { listed } from '../../domain/words.ts';
import type { PartedExample } from '../cached.ts';
import { createCollection } from './collection.ts';
import { checkNames, type Mapping } from './mapping.ts';
import { drawParts, groupsOf } from './parts.ts';
import { counted, createRefusals, refusedLines, type Refusals } from './refusals.ts';
import { balanceOf, type ImportReport } from './report.ts';
import { readRows, type Row, type Source } from './rows.ts';
import { takeRow } from './take-row.ts';
import { problemsOf } from './warnings.ts';

/** Of more text than this, a fair share is drawn, so that any file can be learnt from in bounded memory. */
const mostCharacters = 64_000_000;
const mostKeys = 1000;
const mostShown = 5;

export interface Imported {
  examples: PartedExample[];
  report: ImportReport;
}

/** Throws DATA_INVALID where a file cannot be used as a whole, or what it holds is too little to learn from. */
export async function importFiles(sources: Source[], mapping: Mapping, mostText = mostCharacters): Promise<Imported> {
  const refusals = createRefusals();
  const collected = createCollection(mostText, refusals.add);
  const keys = new Set<string>();
  let rows = 0;
  for (const source of sources) {
    let isFirst = true;
    for await (const row of readRows(source)) {
      rows++;
      if ('reason' in row) {
        refusals.add(source.path, row);
        continue;
      }
      if (source.format === 'jsonl') addKeys(keys, row);
      else if (isFirst) checkNames(source.path, 'column', [...row.values.keys()], mapping);
      isFirst = false;
      const taken = takeRow(row, mapping);
      if ('reason' in taken) refusals.add(source.path, taken);
      else collected.add(source.path, taken);
    }
  }
  // Lines of JSON need not have all keys, but some line has each of those that are meant.
  if (keys.size > 0 && keys.size < mostKeys) checkNames(pathsOf(sources, 'jsonl'), 'key', [...keys], mapping);
  const taken = collected.all();
  const refused = refusals.summary();
  if (taken.length === 0) throw nothingTaken(sources, rows, refused);
  const { groups, nearDuplicates, lengths } = groupsOf(taken);
  const parts = drawParts(taken, groups);
  const examples = taken.map(({ id, text, labels, part, attributes }): PartedExample => {
    const group = groups.get(id) ?? id;
    const own = Object.keys(attributes).length > 0 ? { attributes } : {};
    return { id, group, part: parts.get(id) ?? part ?? 'train', text, labels, ...own };
  });
  const balance = balanceOf(examples, lengths, Object.keys(mapping.labels));
  const report = { rows, refused, ...collected.counts(), nearDuplicates, ...balance };
  const circumstances = { examples, partColumn: mapping.part, refused: refused.total };
  const problems = problemsOf(balance, circumstances);
  if (problems.length > 0) throw notLearnable(problems, rows, refused);
  return { examples, report };
}

function addKeys(keys: Set<string>, { values, nested }: Row): void {
  if (keys.size >= mostKeys) return;
  for (const key of values.keys()) keys.add(key);
  for (const key of nested?.keys() ?? []) keys.add(key);
}

function pathsOf(sources: Source[], format?: Source['format']): string {
  const all = sources.filter((source) => format === undefined || source.format === format);
  return listed([...new Set(all.map(({ path }) => path))]);
}

function notLearnable(problems: string[], rows: number, refused: Refusals): GradusError {
  const title = `${counted(refused.total)} of ${counted(rows, 'row')} refused:`;
  const why = refused.total === 0 ? [] : [title, ...indented(refused)];
  const lines = ['This cannot be learnt from:', ...problems.map((problem) => `  ${problem}`), ...why];
  return new GradusError('DATA_INVALID', lines.join('\n'), { problems });
}

function nothingTaken(sources: Source[], rows: number, refused: Refusals): GradusError {
  const paths = pathsOf(sources);
  const isTable = sources.some(({ format }) => format !== 'jsonl');
  if (rows === 0) {
    return new GradusError('DATA_INVALID', `There is no row ${isTable ? 'below the first line of' : 'in'} ${paths}.`);
  }
  const none = rows === 1 ? 'The only row' : `None of the ${counted(rows, 'row')}`;
  const first = `${none} of ${paths} can be used.`;
  return new GradusError('DATA_INVALID', [first, ...indented(refused)].join('\n'), {
    problems: refused.first.map(({ line, reason }) => `line ${line}: ${reason}`),
  });
}

function indented(refused: Refusals): string[] {
  return refusedLines(refused, mostShown).map((line) => `  ${line}`);
}
