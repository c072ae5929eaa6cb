/** Settings: every problem at once, defaults that need nothing, and what processes of ours are told. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { GradusError } from '../../src/domain/errors.ts';
import { childEnvironment, readConfig, type Environment } from '../../src/platform/config.ts';
import { settingsSchema } from '../../src/platform/settings.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gradus-config-'));
/** Keeps a temporal.toml of the machine out of the test. */
const bare: Environment = { TEMPORAL_CONFIG_FILE: path.join(folder, 'none.toml') };

afterAll(() => rmSync(folder, { recursive: true }));

function problemsOf(environment: Environment): string[] {
  try {
    readConfig({ ...bare, ...environment }, folder);
  } catch (error) {
    if (error instanceof GradusError && error.code === 'SETTING_INVALID') return error.problems;
    throw error;
  }
  return [];
}

describe('reading', () => {
  test('an empty environment is enough', () => {
    const config = readConfig(bare, folder);
    expect(config.home).toBe(path.join(folder, '.gradus'));
    expect(config.databaseUrl).toBeNull();
    expect(config.temporal).toBeNull();
    expect(config.ports.gateway).toEqual({ port: 8080, fixed: false, setting: 'GRADUS_GATEWAY_PORT' });
    expect(config.trainerThreads).toBeGreaterThan(0);
  });

  test('every problem is named, each with its setting', () => {
    const problems = problemsOf({
      GRADUS_GATEWAY_PORT: '70000',
      GRADUS_POSTGRES_PORT: 'abc',
      GRADUS_TRAINER_THREADS: '0',
      GRADUS_SECRET: 'short',
      DATABASE_URL: 'mysql://x/y',
      GRADUS_TEMPORAL_UI_URL: 'ftp://x',
      GRADUS_GATWAY_HOST: 'x',
    });
    for (const name of [
      'GRADUS_GATEWAY_PORT',
      'GRADUS_POSTGRES_PORT',
      'GRADUS_TRAINER_THREADS',
      'GRADUS_SECRET',
      'DATABASE_URL',
      'GRADUS_TEMPORAL_UI_URL',
    ]) {
      expect(problems.filter((problem) => problem.startsWith(`${name} `))).toHaveLength(1);
    }
    expect(problems).toContain('GRADUS_GATWAY_HOST is not a setting (did you mean GRADUS_GATEWAY_HOST?)');
    expect(problems).toHaveLength(7);
  });

  test('who is told by HTTP needs addresses and a secret, and every wrong one is refused', () => {
    const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    const urls = 'https://a.example/hook  http://127.0.0.1:9000/x,https://a.example/hook';
    const { webhooks } = readConfig({ ...bare, GRADUS_WEBHOOK_URLS: urls, GRADUS_WEBHOOK_SECRET: secret }, folder);
    expect(webhooks).toEqual({
      urls: ['https://a.example/hook', 'http://127.0.0.1:9000/x'],
      keys: [Buffer.alloc(32, 1)],
    });
    expect(problemsOf({ GRADUS_WEBHOOK_URLS: urls })).toEqual([
      expect.stringMatching(/^GRADUS_WEBHOOK_SECRET is missing/),
    ]);
    expect(problemsOf({ GRADUS_WEBHOOK_SECRET: secret })).toEqual([
      expect.stringMatching(/^GRADUS_WEBHOOK_URLS is missing/),
    ]);
    const bad = { GRADUS_WEBHOOK_URLS: 'https://a.example ftp://b', GRADUS_WEBHOOK_SECRET: `${secret} whsec_short` };
    expect(problemsOf(bad).map((problem) => problem.split(' ')[0])).toEqual(Object.keys(bad));
  });

  test('e-mail needs a server and a sender, and every wrong address is refused', () => {
    const settings = {
      GRADUS_SMTP_URL: 'smtp://gradus:p%40ss@mail.example.org:587',
      GRADUS_SMTP_FROM: 'Gradus <gradus@example.org>',
      GRADUS_MAIL_TO: 'a@example.org, b@example.org',
    };
    expect(readConfig({ ...bare, ...settings }, folder).mail).toEqual({
      url: settings.GRADUS_SMTP_URL,
      from: settings.GRADUS_SMTP_FROM,
      to: ['a@example.org', 'b@example.org'],
    });
    expect(readConfig({ ...bare, ...settings, GRADUS_MAIL_TO: '' }, folder).mail?.to).toEqual([]);
    expect(problemsOf({ GRADUS_MAIL_TO: 'a@example.org' })).toEqual([
      expect.stringMatching(/^GRADUS_SMTP_URL is missing/),
      expect.stringMatching(/^GRADUS_SMTP_FROM is missing/),
    ]);
    const bad = { GRADUS_SMTP_URL: 'http://mail', GRADUS_SMTP_FROM: 'nobody', GRADUS_MAIL_TO: 'a@example.org b' };
    expect(problemsOf(bad).map((problem) => problem.split(' ')[0])).toEqual(Object.keys(bad));
  });

  test('an empty variable is one that is not set', () => {
    expect(problemsOf({ GRADUS_GATEWAY_PORT: '', DATABASE_URL: '' })).toEqual([]);
  });

  test.each([
    'postgres://gradus:secret@127.0.0.1:5432/gradus',
    'postgresql://db/gradus',
    'postgres:///gradus?host=/var/run/postgresql',
    'postgres://u:p%40ss@db.example.org:5432/gradus?sslmode=require',
  ])('DATABASE_URL may be %s', (url) => {
    expect(problemsOf({ DATABASE_URL: url })).toEqual([]);
  });

  test('a port that somebody asked for is fixed, and 0 is any free one', () => {
    const { ports } = readConfig({ ...bare, GRADUS_GATEWAY_PORT: '9000', GRADUS_TEMPORAL_PORT: '0' }, folder);
    expect(ports.gateway).toMatchObject({ port: 9000, fixed: true });
    expect(ports.temporal).toMatchObject({ port: 0, fixed: false });
  });

  test('the data folder of a folder above is found, so that commands work from anywhere in a project', () => {
    const project = path.join(folder, 'project');
    const below = path.join(project, 'a', 'b');
    mkdirSync(below, { recursive: true });
    mkdirSync(path.join(project, '.gradus'));
    writeFileSync(path.join(project, '.gradus', 'secret'), 'x');
    expect(readConfig(bare, below).home).toBe(path.join(project, '.gradus'));
    expect(readConfig({ ...bare, GRADUS_HOME: 'mine' }, below).home).toBe(path.join(below, 'mine'));
  });
});

describe("a Temporal server of the operator's own", () => {
  test('is found in TEMPORAL_* and in temporal.toml, as every Temporal tool finds it', () => {
    const byVariable = readConfig({ ...bare, TEMPORAL_ADDRESS: 'host:7233', TEMPORAL_NAMESPACE: 'mine' }, folder);
    expect(byVariable.temporal).toMatchObject({ address: 'host:7233', namespace: 'mine' });
    const toml = path.join(folder, 'temporal.toml');
    writeFileSync(toml, '[profile.default]\naddress = "filed:7233"\napi_key = "k"\n');
    const byFile = readConfig({ TEMPORAL_CONFIG_FILE: toml }, folder);
    expect(byFile.temporal).toMatchObject({ address: 'filed:7233', namespace: 'default' });
    expect(byFile.temporal?.connection).toMatchObject({ apiKey: 'k', tls: true });
  });

  test('is refused with its problem when its file cannot be read', () => {
    const broken = path.join(folder, 'broken.toml');
    writeFileSync(broken, '[profile.default\n');
    expect(problemsOf({ TEMPORAL_CONFIG_FILE: broken })).toEqual([expect.stringContaining('temporal.toml')]);
  });

  test('is passed on whole to processes of ours, and kept from them when theirs is the embedded one', () => {
    const keys = { TEMPORAL_API_KEY: 'k', TEMPORAL_TLS: 'true' };
    const own = readConfig({ ...bare, ...keys, TEMPORAL_ADDRESS: 'host:7233' }, folder);
    expect(childEnvironment(own, {})).toMatchObject({ ...keys, TEMPORAL_ADDRESS: 'host:7233', GRADUS_HOME: own.home });
    const embedded = readConfig({ ...bare, ...keys }, folder);
    const told = childEnvironment(embedded, { TEMPORAL_ADDRESS: '127.0.0.1:1', TEMPORAL_NAMESPACE: 'default' });
    expect(told['TEMPORAL_API_KEY']).toBeUndefined();
    expect(readConfig(told, folder).temporal?.connection).toMatchObject({ address: '127.0.0.1:1' });
    expect(readConfig(told, folder).temporal?.connection.tls).toBeUndefined();
  });
});

test('every setting is documented, and nothing else is', () => {
  const documented = readFileSync('docs/configuration.md', 'utf8').matchAll(/^\| `([A-Z_]+)`/gm);
  const names = [...documented].map(([, name]) => name).filter((name) => name !== 'TEMPORAL_ADDRESS');
  expect(new Set(names)).toEqual(new Set(Object.keys(settingsSchema.shape)));
});
