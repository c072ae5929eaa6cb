/** `gradus iteration list`, `show`: what was heard from users, and what models learnt from it. */
import { Command } from 'commander';
import { GradusError } from '../domain/errors.ts';
import type { NumberedIteration } from '../domain/ports.ts';
import { readConfig } from '../platform/config.ts';
import { iterationText } from './iteration-text.ts';
import { dataCommand, print, table, type JsonOption } from './output.ts';
import { moment } from './words.ts';

export function iterationCommand(): Command {
  return new Command('iteration')
    .description('what was heard from users, and what models learnt from it')
    .addCommand(list())
    .addCommand(show());
}

function list(): Command {
  return dataCommand('list', 'list iterations, newest first', [
    ['gradus iteration list', 'of all models'],
    ['gradus iteration list --model mail-assistant', 'of one'],
  ])
    .option('--model <name>', 'only those of this model')
    .action(async (options: JsonOption & { model?: string }) => {
      print(await read(options.model), options, listText);
    });
}

function show(): Command {
  return dataCommand('show', 'show one iteration (the newest one by default)', [
    ['gradus iteration show', 'what it heard, decided and changed'],
    ['gradus iteration show 3 --model mail-assistant', 'the third of a model'],
  ])
    .argument('[number]', 'which one of the model')
    .option('--model <name>', 'the model; left out: that of the newest iteration')
    .action(async (number: string | undefined, options: JsonOption & { model?: string }) => {
      const all = await read(options.model);
      const [newest] = all;
      const model = options.model ?? newest?.model;
      const found =
        number === undefined ? newest : all.find((one) => one.model === model && String(one.number) === number);
      if (found !== undefined) {
        print(found, options, iterationText);
        return;
      }
      const known = all.filter((one) => one.model === model).map((one) => one.number);
      const there =
        known.length === 0
          ? 'There is no iteration yet'
          : `There is no iteration ${number} of ${model}; it has ${known.toReversed().join(', ')}`;
      throw new GradusError('NOT_FOUND', `${there}. A schedule makes them: gradus schedule create --help`);
    });
}

async function read(model?: string): Promise<NumberedIteration[]> {
  const { withStore } = await import('../platform/records.ts');
  return withStore(readConfig(), ({ iterations }) => iterations.list(model));
}

function listText(iterations: readonly NumberedIteration[]): string {
  if (iterations.length === 0) return 'There is no iteration yet. A schedule makes them: gradus schedule create --help';
  const rows = iterations.map(({ model, number, startedAt, release, outcome }) => [
    model,
    String(number),
    moment(startedAt),
    release ?? '',
    outcome,
  ]);
  return table(['model', 'number', 'looked (UTC)', 'release', 'what came of it'], rows);
}
