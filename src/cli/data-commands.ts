/** `gradus data`: datasets of one's own, from files with labelled texts. */
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { Mapping } from '../datasets/own/mapping.ts';
import type { Format } from '../datasets/own/rows.ts';
import { GradusError } from '../domain/errors.ts';
import { nameProblem } from '../domain/plan-leaves.ts';
import { listed } from '../domain/words.ts';
import { datasetPlaces, readConfig } from '../platform/config.ts';
import { dataCommand, print, table, type JsonOption } from './output.ts';

export function dataCommands(): Command {
  return new Command('data')
    .description('bring datasets of your own, and look at them')
    .addCommand(add())
    .addCommand(check())
    .addCommand(list())
    .addCommand(show())
    .addCommand(remove());
}

interface FileOptions extends JsonOption {
  text: string[];
  label: string[];
  id?: string;
  part?: string;
  group?: string;
  slice: string[];
  format?: Format;
  encoding?: string;
}

function withFileOptions(command: Command): Command {
  return command
    .option('--text <column>', 'column of the text; several are joined (default: text)', collect, [])
    .option(
      '--label <[capability=]column>',
      'column of a capability’s labels; may be given again (default: label)',
      collect,
      [],
    )
    .option('--id <column>', 'column of ids (default: made from the text)')
    .option('--part <column>', 'column that says train, validation or held-out (default: drawn, 60/20/20)')
    .option('--group <column>', 'rows of one group stay in one part, e.g. those of one author')
    .option('--slice <column>', 'column by whose values versions are measured too; may be given again', collect, [])
    .option('--format <format>', 'csv, tsv or jsonl (default: by the file’s name)', readFormat)
    .option('--encoding <name>', 'e.g. gb18030 or windows-1252 (default: UTF-8, or UTF-16 where marked)', readEncoding);
}

function add(): Command {
  return withFileOptions(
    dataCommand('add', 'read files with labelled texts, and keep them as a dataset that plans can name', [
      ['gradus data add reviews reviews.csv', 'with columns text and label'],
      ['gradus data add reviews a.jsonl.gz b.jsonl.gz --text body --label mood=stars', 'keys of JSON lines'],
      ['gradus data add reviews reviews.csv --text title --text body --slice country', 'two columns make the text'],
    ]),
  )
    .argument('<name>', 'what plans call it: train.data')
    .argument('<file...>', 'CSV, TSV or JSONL with a header or keys; packed by gzip or not')
    .option('--replace', 'take the place of the dataset of that name')
    .action(async (name: string, files: string[], options: FileOptions & { replace?: boolean }) => {
      const { includedNames, importFiles, listOwn, keepOwn, reportText } = await import('./data-live.ts');
      const { own } = datasetPlaces(readConfig());
      const problem = nameProblem(name, false) ?? (includedNames.includes(name) ? `"${name}" comes with Gradus` : null);
      if (problem !== null) throw new GradusError('REQUEST_INVALID', `The dataset's name: ${problem}.`);
      if (options.replace !== true && (await listOwn(own)).includes(name)) {
        throw new GradusError('REQUEST_INVALID', `There is a dataset "${name}" already; --replace takes its place.`);
      }
      const { sources, mapping } = readOptions(files, options);
      const { examples, report } = await importFiles(sources, mapping);
      await keepOwn(own, name, examples, report);
      print(
        { name, ...report },
        options,
        () => `${reportText(report)}\n\nKept as ${name}. Name it in a plan: train: ${name}`,
      );
    });
}

function check(): Command {
  return withFileOptions(
    dataCommand('check', 'read files as `add` would, and keep nothing', [
      ['gradus data check reviews.csv', 'what would be refused and why, balance, copies'],
    ]),
  )
    .argument('<file...>')
    .action(async (files: string[], options: FileOptions) => {
      const { importFiles, reportText } = await import('./data-live.ts');
      const { sources, mapping } = readOptions(files, options);
      const { report } = await importFiles(sources, mapping);
      print(report, options, reportText);
    });
}

function list(): Command {
  return dataCommand('list', 'list the datasets that a plan can name', [
    ['gradus data list', 'names and sizes'],
  ]).action(async (options: JsonOption) => {
    const { includedNames, listOwn, readReport } = await import('./data-live.ts');
    const { own } = datasetPlaces(readConfig());
    const reports = await Promise.all(
      (await listOwn(own)).map(async (name) => ({ name, report: await readReport(own, name) })),
    );
    const all = [
      ...includedNames.map((name) => ({ name, examples: null, capabilities: null })),
      ...reports.map(({ name, report: { parts, capabilities } }) => ({
        name,
        examples: parts.train + parts.validation + parts['held-out'],
        capabilities: Object.keys(capabilities),
      })),
    ];
    print(all, options, () =>
      table(
        ['dataset', 'examples', 'capabilities'],
        all.map(({ name, examples, capabilities }) => [
          name,
          examples === null ? '' : String(examples),
          capabilities === null ? 'comes with Gradus' : capabilities.join(', '),
        ]),
      ),
    );
  });
}

function show(): Command {
  return dataCommand('show', 'what was found when a dataset was added', [
    ['gradus data show reviews', 'the report again'],
  ])
    .argument('<name>')
    .action(async (name: string, options: JsonOption) => {
      const { readReport, reportText } = await import('./data-live.ts');
      print(await readReport(await ownFolderWith(name), name), options, reportText);
    });
}

function remove(): Command {
  return dataCommand('remove', 'take a dataset away; versions that learnt from it stay', [
    ['gradus data remove reviews', ''],
  ])
    .argument('<name>')
    .action(async (name: string, options: JsonOption) => {
      const { removeOwn } = await import('./data-live.ts');
      await removeOwn(await ownFolderWith(name), name);
      print({ name }, options, () => `${name} is gone.`);
    });
}

async function ownFolderWith(name: string): Promise<string> {
  const { listOwn, unknownDataset } = await import('./data-live.ts');
  const { own } = datasetPlaces(readConfig());
  const names = await listOwn(own);
  if (!names.includes(name)) throw unknownDataset(name, names);
  return own;
}

function readOptions(files: string[], options: FileOptions) {
  const problems: string[] = [];
  const sources = files.map((path) => {
    const format = options.format ?? formatOf(path);
    if (format === null) problems.push(`${path} says not what it is by its name; write --format csv, tsv or jsonl`);
    return { path: resolve(path), format: format ?? 'csv', encoding: options.encoding ?? null };
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

function collect(value: string, before: string[]): string[] {
  return [...before, value];
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
