/** `gradus iteration list`, `show`: what was heard from users, and what models learnt from it. */
import { Command } from 'commander';
import { GradusError } from '../domain/errors.ts';
import type { Iterations, NumberedIteration } from '../domain/ports.ts';
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
      const { withStore } = await import('../platform/records.ts');
      const all = await withStore(readConfig(), ({ iterations }) => iterations.list(options.model));
      print(all, options, listText);
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
      const { withStore } = await import('../platform/records.ts');
      const found = await withStore(readConfig(), ({ iterations }) => find(iterations, options.model, number));
      print(found, options, iterationText);
    });
}

async function find(iterations: Iterations, of: string | undefined, number?: string): Promise<NumberedIteration> {
  const newest = await iterations.newest(of);
  if (newest !== null && (number === undefined || String(newest.number) === number)) return newest;
  const found = newest !== null && isNumber(number) ? await iterations.newest(newest.model, Number(number)) : null;
  if (found !== null) return found;
  const there =
    newest === null
      ? `There is no iteration${of === undefined ? '' : ` of ${of}`} yet`
      : `There is no iteration ${number} of ${newest.model}; it has 1 to ${newest.number}`;
  throw new GradusError('NOT_FOUND', `${there}. A schedule makes them: gradus schedule create --help`);
}

/** PostgreSQL has no larger ones. */
function isNumber(text = ''): boolean {
  return /^[1-9]\d{0,8}$/.test(text);
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
