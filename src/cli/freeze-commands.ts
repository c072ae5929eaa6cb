/** `gradus freeze show`, `override`: the calendar in which nothing grows, and the release that goes on in it all the same. */
import { Command } from 'commander';
import { frozenAt, type Freeze } from '../domain/freeze.ts';
import { readConfig } from '../platform/config.ts';
import { dataCommand, print, type JsonOption } from './output.ts';
import { message } from './release-message-commands.ts';
import { freezeText, moment } from './words.ts';

export function freezeCommand(): Command {
  return new Command('freeze')
    .description('times in which no release gives more users its candidate (set in the policy)')
    .addCommand(show())
    .addCommand(
      message('override', 'let one release go on in the freeze that holds now (admins)', [
        ['gradus freeze override mail-assistant-2 --why "repairs what is broken"', 'until this freeze is over'],
      ]),
    );
}

function show(): Command {
  return dataCommand('show', 'show all freezes, and which hold now', [
    ['gradus freeze show', 'of the policy in force'],
  ]).action(async (options: JsonOption) => {
    const { withStore } = await import('../platform/records.ts');
    const { freeze = [] } = await withStore(readConfig(), ({ policies }) => policies.current());
    print(freeze, options, (all) => freezesText(all, Date.now()));
  });
}

function freezesText(freezes: Freeze[], now: number): string {
  if (freezes.length === 0) return 'There are no freezes. Add them to the policy: see docs/policy.md';
  const models = new Set(freezes.flatMap((freeze) => freeze.models ?? ['']));
  const holding = [...models].flatMap((model) => {
    const frozen = frozenAt(freezes, model, now);
    if (frozen === null) return [];
    const until = frozen.until === null ? 'for years' : `until ${moment(new Date(frozen.until).toISOString())} UTC`;
    return [`${model === '' ? 'all models' : model}: ${frozen.names.join(', ')} ${until}`];
  });
  const standing = holding.length === 0 ? ['None holds now.'] : ['Hold now:', ...holding.map((line) => `  ${line}`)];
  return [...freezes.map((freeze) => `  ${freezeText(freeze)}`), ...standing].join('\n');
}
