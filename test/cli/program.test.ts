/** The command line as a whole: help everywhere, exit codes that scripts can use, and errors that say what to do. */
import { Command, CommanderError } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { program } from '../../src/cli/program.ts';
import { freshHome, gradus } from '../support/gradus.ts';

const { environment, remove } = freshHome();
afterAll(remove);

/** Every command with the words by which it is called. */
function all(command: Command, words: string[] = []): { words: string[]; command: Command }[] {
  return [{ words, command }, ...command.commands.flatMap((inner) => all(inner, [...words, inner.name()]))];
}

const commands = all(program());

describe('help', () => {
  test('the commands of the documents are there', () => {
    const names = commands.map(({ words }) => words.join(' '));
    const documented = [
      'up',
      'worker',
      'trainer',
      'gateway',
      'slack',
      'policy set',
      'policy check',
      'policy show',
      'audit verify',
      'audit export',
      'plan check',
      'plan schema',
      'plan save',
      'plan list',
    ];
    const release = ['start', 'list', 'status', 'watch', 'approve', 'reject', 'pause', 'resume', 'rollback', 'report'];
    const others = ['train', 'evaluate', 'predict', 'feedback', 'versions', 'export', 'completion'];
    for (const name of [...documented, ...release.map((one) => `release ${one}`), ...others])
      expect(names).toContain(name);
  });

  test.each(commands.map(({ words }) => [words.join(' '), words]))('gradus %s --help exits 0', async (_, words) => {
    const gradusItself = program();
    const printed: string[] = [];
    for (const { command } of all(gradusItself)) command.configureOutput({ writeOut: (text) => printed.push(text) });
    const end = gradusItself.parseAsync(['node', 'gradus', ...words, '--help']);
    await expect(end).rejects.toSatisfy((error) => error instanceof CommanderError && error.exitCode === 0);
    expect(printed.join('')).toContain('Usage: gradus');
  });

  test('every command that does something shows how it is typed', () => {
    for (const { words, command } of commands.filter((one) => one.command.commands.length === 0)) {
      const printed: string[] = [];
      command.configureOutput({ writeOut: (text) => printed.push(text) });
      command.outputHelp();
      expect(printed.join('')).toMatch(/Examples:\n {2}\$ /);
      expect(printed.join('')).toContain(`gradus ${words.join(' ')}`);
    }
  });

  test('all that print data have --json', () => {
    const names = ['up', 'worker', 'trainer', 'gateway', 'slack', 'console', 'notify', 'watch', 'schema', 'demo'];
    const silent = [...names, 'completion'];
    const without = commands
      .filter(({ command }) => command.commands.length === 0)
      .filter(({ command }) => !command.options.some((option) => option.long === '--json'))
      .map(({ command }) => command.name());
    expect(without.filter((name) => !silent.includes(name))).toEqual([]);
  });
});

describe('exit codes', () => {
  test.each([
    ['an unknown command', ['relese'], 'Did you mean release?'],
    ['an unknown option', ['release', 'list', '--modl', 'x'], 'Did you mean --model?'],
    ['a missing argument', ['plan', 'save', 'x'], "missing required argument 'file'"],
    ['a file that is not there', ['plan', 'check', 'nowhere.yaml'], 'no file nowhere.yaml'],
    ['a part that no dataset has', ['evaluate', 'm', 'v1', '--part', 'best'], 'train, validation, held-out'],
    ['a text given twice', ['predict', 'spam', '--text', 'x', '--stdin'], 'Give the text once'],
    ['an unknown key', ['plan', 'check', '--explain', 'rampp'], 'no key "rampp"'],
  ])('2 for %s', async (_, args, words) => {
    const { code, err } = await gradus(args, environment);
    expect(err).toContain(words);
    expect(code).toBe(2);
  });

  test('2 for settings, with every problem', async () => {
    const wrong = { ...environment, GRADUS_GATEWAY_PORT: 'x', GRADUS_POSTGRES_PORT: 'y' };
    const { code, err } = await gradus(['up'], wrong);
    expect(code).toBe(2);
    expect(err).toContain('GRADUS_GATEWAY_PORT has to be a number');
    expect(err).toContain('GRADUS_POSTGRES_PORT has to be a number');
  });

  test.each([
    ['records', ['release', 'report'], 'gradus up'],
    ['a gateway', ['predict', 'spam', '--text', 'x'], 'gradus up'],
    ['Temporal', ['release', 'approve', 'm-1'], 'gradus up'],
    ['records for a worker', ['worker'], 'DATABASE_URL'],
  ])('3 where there is nothing: %s', async (_, args, words) => {
    const { code, err } = await gradus(args, environment);
    expect(err).toContain(words);
    expect(code).toBe(3);
  });

  test('3 where what was named does not answer', async () => {
    const away = {
      ...environment,
      DATABASE_URL: 'postgres://gradus:x@127.0.0.1:1/gradus',
      TEMPORAL_ADDRESS: '127.0.0.1:1',
    };
    // Each waits for some seconds before it gives up.
    const [list, approve] = await Promise.all([
      gradus(['release', 'list'], away),
      gradus(['release', 'approve', 'm-1'], away),
    ]);
    expect(list).toMatchObject({ code: 3 });
    expect(approve).toMatchObject({ code: 3 });
    expect(approve.err).toContain('127.0.0.1:1');
  }, 120_000);
});
