/** Errors of the command line: what was wrong, where, and a next command that is there; the same as JSON with --json. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { commandIn, commandTyped, nextOf } from '../../src/cli/next.ts';
import { jsonText, writeNamed } from '../../src/cli/output.ts';
import { program } from '../../src/cli/program.ts';
import { errorTable, GradusError, isErrorCode } from '../../src/domain/errors.ts';
import { freshHome, gradus } from '../support/gradus.ts';

const { environment, remove } = freshHome();
const folder = mkdtempSync(path.join(tmpdir(), 'gradus-errors-'));
afterAll(() => {
  remove();
  rmSync(folder, { recursive: true, force: true });
});

const errorSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  problems: z.array(z.string()),
  next: z.string().nullable(),
});

/** Whether `gradus a b …` begins with words of a command that does something. */
function isCommand(text: string): boolean {
  let at: Command | undefined = program();
  for (const word of text.split(' ').slice(1)) {
    const inner: Command | undefined = at.commands.find((one) => one.name() === word);
    if (inner === undefined) return at.commands.length === 0 || word.startsWith('--');
    at = inner;
  }
  return at.commands.length === 0;
}

describe('the next command', () => {
  test('of every code is one that there is', () => {
    const codes = Object.keys(errorTable).filter(isErrorCode);
    const unknown = codes
      .map((code) => nextOf(new GradusError(code, 'Something was wrong.'), 'gradus release list'))
      .filter((next) => next.startsWith('gradus ') && !isCommand(next));
    expect(unknown).toEqual([]);
  });

  test('is the one in the message where there is one', () => {
    expect(commandIn('Nothing runs here. Start it with: gradus up\nOr set X.')).toBe('gradus up');
    expect(commandIn('List them with: gradus release list.')).toBe('gradus release list');
    expect(commandIn('Run `npm run setup`.')).toBe('npm run setup');
    expect(commandIn('Write gradus plan check plan.yaml, then go on')).toBe('gradus plan check plan.yaml');
    expect(commandIn('gradus up (process 12) already runs here.')).toBeNull();
    expect(commandIn('Gradus has no words.')).toBeNull();
  });

  test('of a wrong plan explains the first key that is wrong', () => {
    const problems = ['internal test.gate: recall.spm is not a metric', 'model: is missing'];
    expect(nextOf(new GradusError('PLAN_INVALID', 'plan.yaml: 2 problems', { problems }), 'gradus')).toBe(
      'gradus plan check --explain "internal test.gate"',
    );
  });

  test('of a wrong request is the help of what was typed', () => {
    const typed = commandTyped(program(), ['release', '--json', 'list', 'gray']);
    expect(nextOf(new GradusError('REQUEST_INVALID', 'No.'), typed)).toBe('gradus release list --help');
  });
});

describe('what is printed', () => {
  const plan = path.join(folder, 'plan.yaml');
  writeFileSync(
    plan,
    'model: m\ntrain: { data: mail, epochs: -3 }\ncapabilities: [spam]\ngray: { ramp: [50%, 20%] }\n',
  );

  test.each([
    ['an unknown command', ['release', 'strat'], 'Did you mean start?', 'gradus release --help'],
    ['help for none', ['release', 'strat', '--help'], 'did you mean start?', 'gradus release --help'],
    ['an unknown option', ['release', 'list', '--modl'], 'Did you mean --model?', 'gradus release list --help'],
    ['no records', ['release', 'status', 'x'], 'no records', 'gradus up'],
    ['a folder for a file', ['plan', 'check', folder], 'it is a folder', 'gradus plan list'],
    ['a wrong plan', ['plan', 'check', plan], 'epochs: -3', 'gradus plan check --explain train.epochs'],
  ])('%s: what was wrong and what comes next, in words and as JSON', async (_, args, words, next) => {
    const plain = await gradus(args, environment);
    expect(plain.err).toContain(words);
    expect(plain.err).toContain(next);
    const { code, err } = await gradus([...args, '--json'], environment);
    expect(code).toBe(plain.code);
    const lines = err.trim().split('\n');
    expect(lines).toHaveLength(1);
    const error = errorSchema.parse(JSON.parse(lines[0] ?? ''));
    expect(error.message).toContain(words);
    expect(error.next).toBe(next);
  });

  test('every problem of a wrong plan is in the JSON', async () => {
    const { err } = await gradus(['plan', 'check', plan, '--json'], environment);
    const { problems, code } = errorSchema.parse(JSON.parse(err));
    expect(code).toBe('PLAN_INVALID');
    expect(problems).toHaveLength(2);
  });

  test('--json behind -- is a word, and --help is no error', async () => {
    expect((await gradus(['plan', 'check', '--', '--json'], environment)).err).toContain('There is no file --json.');
    expect(await gradus(['release', 'list', '--json', '--help'], environment)).toMatchObject({ code: 0, err: '' });
  });

  test('a file that cannot be written is told in words, without the codes of the system', () => {
    expect(() => writeNamed(folder, 'x')).toThrow(`${folder} cannot be written: it is a folder.`);
    const nowhere = path.join(folder, 'none', 'card.md');
    expect(() => writeNamed(nowhere, 'x')).toThrow(`${nowhere} cannot be written: its folder is not there.`);
  });

  test('JSON is the same data, and holds nothing that a terminal obeys', () => {
    const strange = { label: 'so\u001b[31m\u009b31m\u0085\u202ered\u2028' };
    const text = jsonText(strange);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
    expect(JSON.parse(text)).toEqual(strange);
  });
});
