/** The options that say what is in files with labelled texts. */
import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { standardInput } from '../datasets/own/bytes.ts';
import type { Mapping } from '../datasets/own/mapping.ts';
import type { Format } from '../datasets/own/rows.ts';
import { GradusError } from '../domain/errors.ts';
import { nameProblem } from '../domain/plan-leaves.ts';
import { listed } from '../domain/words.ts';
import type { JsonOption } from './output.ts';

export interface FileOptions extends JsonOption {
  text: string[];
  label: string[];
  id?: string;
  part?: string;
  group?: string;
  slice: string[];
  format?: Format;
  encoding?: string;
}

export function withFileOptions(command: Command): Command {
  return command
    .addOption(severalTimes('--text <column>', 'column of the text; several are joined', 'text'))
    .addOption(
      severalTimes('--label <[capability=]column>', 'column of a capability’s labels; may be given again', 'label'),
    )
    .option('--id <column>', 'column of ids (default: made from the text)')
    .option('--part <column>', 'column that says train, validation or held-out (default: drawn, 60/20/20)')
    .option('--group <column>', 'rows of one group stay in one part, e.g. those of one author')
    .addOption(
      severalTimes('--slice <column>', 'column by whose values versions are measured too; may be given again', 'none'),
    )
    .option('--format <format>', 'csv, tsv or jsonl (default: by the file’s name)', readFormat)
    .option('--encoding <name>', 'e.g. gb18030 or windows-1252 (default: UTF-8, or UTF-16 where marked)', readEncoding);
}

/** `without` says what holds where it is not given. */
function severalTimes(flags: string, description: string, without: string): Option {
  const collect = (value: string, before: string[]): string[] => [...before, value];
  return new Option(flags, description).argParser(collect).default([], without);
}

/** Throws REQUEST_INVALID with all that is wrong with them. */
export function readOptions(files: string[], options: FileOptions) {
  const problems: string[] = [];
  const sources = files.map((path) => {
    const format = options.format ?? formatOf(path);
    if (format === null) problems.push(`${path} does not say by its name what it is; write --format csv, tsv or jsonl`);
    const named = path === '-' ? standardInput : resolve(path);
    return { path: named, format: format ?? 'csv', encoding: options.encoding ?? null };
  });
  const labels: Record<string, string> = {};
  for (const given of options.label.length > 0 ? options.label : ['label']) {
    const at = given.indexOf('=');
    const [capability, column] = at === -1 ? [given, given] : [given.slice(0, at), given.slice(at + 1)];
    const problem = nameProblem(capability);
    if (problem !== null) problems.push(`--label ${given}: ${problem}`);
    if (Object.hasOwn(labels, capability)) problems.push(`--label ${given}: ${capability} has a column already`);
    labels[capability] = column;
  }
  if (problems.length > 0) throw new GradusError('REQUEST_INVALID', problems.join('\n'), { problems });
  const { text, id = null, part = null, group = null, slice } = options;
  const mapping: Mapping = { text: text.length > 0 ? text : ['text'], labels, id, part, group, attributes: slice };
  return { sources, mapping };
}

/** By the ends of a file's name, `.gz` left aside; null where they say nothing. */
function formatOf(path: string): Format | null {
  const name = path.toLowerCase().replace(/\.gz$/, '');
  if (/\.(jsonl|ndjson)$/.test(name)) return 'jsonl';
  return name.endsWith('.tsv') ? 'tsv' : name.endsWith('.csv') ? 'csv' : null;
}

function readFormat(text: string): Format {
  if (text === 'csv' || text === 'tsv' || text === 'jsonl') return text;
  throw new InvalidArgumentError(`It is one of ${listed(['csv', 'tsv', 'jsonl'], 'or')}.`);
}

function readEncoding(name: string): string {
  try {
    return new TextDecoder(name).encoding;
  } catch {
    throw new InvalidArgumentError('There is no such encoding; see https://encoding.spec.whatwg.org for their names.');
  }
}
