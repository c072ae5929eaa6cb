/** Completion, pressed in real shells: what is offered is what the command line has, and names come from the records. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nameKinds, sourceOf } from '../../src/cli/completion/sources.ts';
import { program } from '../../src/cli/program.ts';
import { openStore } from '../../src/store/store.ts';
import { baking, released } from '../fixtures/report-mail.ts';
import { freshHome, gradus } from '../support/gradus.ts';
import { testServer } from '../support/postgres.ts';

const { home, environment, remove } = freshHome();
const folder = mkdtempSync(path.join(tmpdir(), 'gradus-completion-'));
afterAll(() => {
  remove();
  rmSync(folder, { recursive: true, force: true });
});

const scripts: Record<string, string> = {};
beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    scripts[shell] = path.join(folder, `gradus.${shell}`);
    writeFileSync(scripts[shell], (await gradus(['completion', shell], environment)).out);
  }
  mkdirSync(path.join(folder, 'files'));
  for (const name of ['mail.yaml', 'other plan.yaml']) writeFileSync(path.join(folder, 'files', name), '');
});

/** What bash offers when Tab is pressed behind these words; the last one may be begun. */
function offered(words: string[], env: NodeJS.ProcessEnv = environment): string[] {
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gradus; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const cwd = path.join(folder, 'files');
  const args = ['--norc', '--noprofile', '-c', script, 'bash', scripts['bash'] ?? '', 'gradus', ...words];
  const out = execFileSync('bash', args, { env, cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return out.split('\n').filter((line) => line !== '');
}

function all(command: Command, words: string[] = []): { words: string[]; command: Command }[] {
  return [{ words, command }, ...command.commands.flatMap((inner) => all(inner, [...words, inner.name()]))];
}
const commands = all(program());

function isThere(shell: string): boolean {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0;
}

describe('in bash', () => {
  test('every command offers its own commands and options, and no others', () => {
    for (const { words, command } of commands) {
      const inner = command.commands.map((one) => one.name());
      if (inner.length > 0) expect(offered([...words, '']), words.join(' ')).toEqual(inner);
      const options = command.options.map((one) => one.long ?? '');
      expect(offered([...words, '--']).sort(), words.join(' ')).toEqual([...options, '--help'].sort());
    }
  }, 120_000);

  test('a word that was begun is ended', () => {
    expect(offered(['rel'])).toEqual(['release']);
    expect(offered(['release', 're'])).toEqual(['report', 'reject', 'resume']);
    expect(offered(['release', 'list', '--mo'])).toEqual(['--model']);
  });

  test('values are offered where there is a choice, behind a space and behind =', () => {
    expect(offered(['completion', ''])).toEqual(['bash', 'zsh', 'fish']);
    expect(offered(['evaluate', 'm', 'v1', '--part', 'h'])).toEqual(['held-out']);
    expect(offered(['evaluate', 'm', 'v1', '--part', '='])).toEqual(['train', 'validation', 'held-out']);
    expect(offered(['evaluate', 'm', 'v1', '--part', '=', 'v'])).toEqual(['validation']);
    expect(offered(['release', 'approve', '--why', ''])).toEqual([]);
  });

  test('options before the command’s argument do not shift it, and files are offered where a file is wanted', () => {
    expect(offered(['plan', 'check', '--json', '']).sort()).toEqual(['mail.yaml', 'other plan.yaml']);
    expect(offered(['plan', 'check', '--explain', 'gray', 'm'])).toEqual(['mail.yaml']);
    expect(offered(['data', 'add', 'x', 'a.csv', 'm'])).toEqual(['mail.yaml']);
  });

  test('with nothing running it offers the datasets that are there, starts nothing, and prints no error', () => {
    expect(offered(['data', 'show', ''])).toEqual(['mail', 'mail-unstripped']);
    for (const words of [['release', 'status'], ['schedule', 'show'], ['versions'], ['evaluate', 'm']]) {
      expect(offered([...words, ''])).toEqual([]);
    }
    expect(existsSync(path.join(home, 'postgres'))).toBe(false);
  });
});

describe('names from the records', () => {
  let env: NodeJS.ProcessEnv = environment;
  let stop: () => Promise<void> = async () => {};
  const nasty = '$(touch obeyed);x';

  beforeAll(async () => {
    const server = await testServer();
    stop = server.end;
    env = { ...environment, DATABASE_URL: server.url };
    const store = await openStore(server.url);
    for (const report of [
      { ...baking, id: 'mail-assistant-4' },
      released,
      { ...released, id: nasty, model: 'nasty' },
    ]) {
      const { id, model, plan, startedAt } = report;
      await store.releases.begin({ id, runId: id, model: `${model}-${id}`, plan, startedAt });
      await store.releases.record(id, id, report, report.endedAt !== null);
    }
    await store.plans.save('mail', { model: 'mail-assistant' });
    await store.close();
  });
  afterAll(() => stop());

  test('releases, those under way, and plans beside files', () => {
    expect(offered(['release', 'status', 'mail'], env).sort()).toEqual(['mail-assistant-2', 'mail-assistant-4']);
    expect(offered(['release', 'approve', ''], env)).toEqual(['mail-assistant-4']);
    expect(offered(['release', 'start', 'ma'], env)).toEqual(['mail', 'mail.yaml']);
  });

  test('a name that a shell would obey is offered quoted, and is not obeyed', () => {
    const [offer = ''] = offered(['release', 'status', '$'], env);
    const echoed = spawnSync('bash', ['-c', `printf %s ${offer}`], { cwd: folder, encoding: 'utf8' });
    expect(echoed.stdout).toBe(nasty);
    expect(existsSync(path.join(folder, 'files', 'obeyed'))).toBe(false);
    expect(existsSync(path.join(folder, 'obeyed'))).toBe(false);
  });

  test('a server that is away is silence', async () => {
    const away = { ...env, DATABASE_URL: 'postgres://gradus:x@127.0.0.1:1/gradus', TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const kinds = nameKinds.filter((one) => one !== 'datasets');
    const answers = await Promise.all(kinds.map((kind) => gradus(['complete', kind], away)));
    expect(answers).toEqual(kinds.map(() => ({ code: 0, out: '', err: '' })));
    expect(await gradus(['complete', 'nothing'], { ...env, GRADUS_GATEWAY_PORT: 'x' })).toMatchObject({
      code: 0,
      err: '',
    });
  }, 60_000);
});

describe('what may follow', () => {
  /** They hold what only the person knows. */
  const free = new Set(
    ['--explain', '--by', '--head', '--text', '--label', '--id', '--part', '--group', '--slice', '--encoding', '--why']
      .concat(['--every', '--cron', '--zone', '--jitter', '--catch-up', '--from', '--until', '--trials', '--seed'])
      .concat([
        '--user',
        '--satisfaction',
        '--comment',
        'name',
        'id',
        'number',
        'survey',
        'url',
        'address',
        '--end',
        '--evidence',
        '--limit',
        '--sample',
        '--within',
        '--again',
        '--most',
        '--limit',
        '--question',
      ]),
  );

  test('is known of every argument and every option, or free', () => {
    const unknown = commands.flatMap(({ words, command }) => {
      const at = words.join(' ');
      const valued = command.options.filter((one) => one.required || one.optional);
      const names = [...command.registeredArguments.map((one) => one.name()), ...valued.map((one) => one.long ?? '')];
      return names
        .filter((name) => at !== 'completion' && !free.has(name) && sourceOf(at, name, undefined) === null)
        .map((name) => `${at} ${name}`);
    });
    expect(unknown).toEqual([]);
  });
});

describe.each(['zsh', 'fish'])('in %s', (shell) => {
  test.skipIf(!isThere(shell))(`the script is read without an error (skipped where there is no ${shell})`, () => {
    const { status, stderr } = spawnSync(shell, ['-n', scripts[shell] ?? ''], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('the script has every command', () => {
    const text = readFileSync(scripts[shell] ?? '', 'utf8');
    for (const { words } of commands.filter((one) => one.words.length > 0))
      expect(text).toContain(`' ${words.join(' ')}'`);
  });
});

test.skipIf(!isThere('fish'))('fish offers commands and choices', () => {
  const script = `source ${scripts['fish']}; complete -C 'gradus release re'; complete -C 'gradus completion '`;
  const [shell] = ['fish'];
  const { stdout } = spawnSync(shell, ['-c', script], { encoding: 'utf8', env: environment });
  const names = stdout.split('\n').map((line) => line.split('\t')[0]);
  expect(names).toEqual(expect.arrayContaining(['report', 'reject', 'resume', 'bash', 'zsh', 'fish']));
});
