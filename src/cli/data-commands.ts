/** `gradus data`: datasets of one's own, from files with labelled texts. */
import { Command } from 'commander';
import { GradusError } from '../domain/errors.ts';
import { nameProblem } from '../domain/plan-leaves.ts';
import { datasetPlaces, readConfig } from '../platform/config.ts';
import { readOptions, withFileOptions, type FileOptions } from './data-options.ts';
import { dataCommand, print, table, type JsonOption } from './output.ts';
import { count } from './words.ts';

export function dataCommands(): Command {
  return new Command('data')
    .description('bring datasets of your own, and look at them')
    .addCommand(add())
    .addCommand(check())
    .addCommand(list())
    .addCommand(show())
    .addCommand(remove());
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
    .argument('<file...>', 'CSV, TSV or JSONL with a header or keys; packed by gzip or not; - is the standard input')
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
    .argument('<file...>', 'as for add')
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
    const { includedDatasets, listOwn, readReport } = await import('./data-live.ts');
    const { own } = datasetPlaces(readConfig());
    const reports = await Promise.all(
      (await listOwn(own)).map(async (name) => ({ name, report: await readReport(own, name) })),
    );
    const all = [
      ...includedDatasets.map(({ name, capabilities }) => ({ name, examples: null, capabilities, isIncluded: true })),
      ...reports.map(({ name, report: { parts, capabilities } }) => ({
        name,
        examples: parts.train + parts.validation + parts['held-out'],
        capabilities: Object.keys(capabilities),
        isIncluded: false,
      })),
    ];
    print(all, options, () =>
      table(
        ['dataset', 'examples', 'capabilities', 'from'],
        all.map(({ name, examples, capabilities, isIncluded }) => [
          name,
          // How many the included ones have is known when they are prepared, which takes a while.
          examples === null ? '' : count(examples),
          capabilities.join(', '),
          isIncluded ? 'comes with Gradus' : 'files of yours',
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
    ['gradus data remove reviews', 'plans can no longer name it'],
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
