/** Starts a PostgreSQL server of our own on 127.0.0.1: makes its data folder at first, recovers after a crash, stops fast. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, open, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { GradusError } from '../domain/errors.ts';
import { clearWay } from './embedded-lock.ts';
import { chooseUser, giveTo, linkLibraries, run, type RunAs } from './embedded-user.ts';

export interface EmbeddedOptions {
  /** Folder with `postgres` and `initdb`. */
  bin: string;
  /** Ours alone; holds the cluster in `data` and its password in `password`. */
  dataFolder: string;
  port: number;
  /** File that the server's own log is appended to. */
  log: string;
  /** Wraps the server's command so that it ends when the input that we hold open does: with us. */
  guard?: (command: string, args: string[]) => [string, string[]];
}

export interface EmbeddedServer {
  url: string;
  pid: number;
  /** Resolves when the server is gone, for whatever reason. */
  exited: Promise<void>;
  /** Stops fast: clients are cut off, nothing committed is lost. */
  stop(): Promise<void>;
}

const user = 'gradus';
const database = 'gradus';
/** How long a server may take to recover from a crash. */
const startWithinMs = 120_000;
const stopWithinMs = 10_000;

/** Small, and without what a single machine does not need: no replication, no I/O workers, no sockets in the file system. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '80',
  shared_buffers: '32MB',
  max_wal_size: '256MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  io_method: 'sync',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  // After a crash: one call for the file system, where the default opens every file.
  ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
  log_line_prefix: '%m [%p] ',
};

/**
 * Starts the server of `dataFolder`, or throws `ALREADY_RUNNING` where a live server uses it. A folder that was left by a
 * server that was killed is recovered.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const bin = path.resolve(options.bin);
  await mkdir(options.dataFolder, { recursive: true, mode: 0o700 });
  const folder = await realpath(options.dataFolder);
  const data = path.join(folder, 'data');
  await linkLibraries(bin);
  await mkdir(path.dirname(path.resolve(options.log)), { recursive: true });
  const as = await chooseUser(folder);
  const password = await readPassword(folder);
  if (!existsSync(path.join(data, 'PG_VERSION'))) await initialise(bin, folder, data, password, as);
  await clearWay(data);
  await giveTo(as, data);

  const log = await open(options.log, 'a', 0o600);
  const logStart = (await log.stat()).size;
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { guard = (program: string, words: string[]): [string, string[]] => [program, words] } = options;
  const [command, args] = guard(
    ...as.wrap(path.join(bin, 'postgres'), ['-D', data, '-p', String(options.port), ...flags]),
  );
  // A session of its own, so that Ctrl-C in a terminal reaches us and not the server, which has to stop last.
  const child = spawn(command, args, { ...as.ids, cwd: folder, detached: true, stdio: ['pipe', log.fd, log.fd] });
  const exit: { done: boolean; error: Error | null } = { done: false, error: null };
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      exit.error = error;
      resolve();
    });
  }).then(() => {
    exit.done = true;
  });
  await log.close();

  const stop = async (): Promise<void> => {
    if (exit.done) return;
    child.kill('SIGINT');
    const stopped = await Promise.race([exited.then(() => true), sleep(stopWithinMs, false, { ref: false })]);
    if (!stopped) {
      child.kill('SIGQUIT');
      await exited;
    }
  };
  const address = `postgres://${user}:${password}@127.0.0.1:${options.port}`;
  try {
    await untilReady(`${address}/postgres`, () => exit.done);
  } catch (error) {
    await stop();
    throw await explain(options, logStart, exit.error ?? error);
  }
  return { url: `${address}/${database}`, pid: child.pid ?? 0, exited, stop };
}

/** The password is made once; whoever may read the folder may use the server. */
async function readPassword(folder: string): Promise<string> {
  const file = path.join(folder, 'password');
  try {
    await writeFile(file, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!existsSync(file)) throw error;
  }
  await chmod(file, 0o600);
  return (await readFile(file, 'utf8')).trim();
}

/** Makes the cluster beside its place and moves it there when it is whole, so that an interruption leaves nothing half made. */
async function initialise(bin: string, folder: string, data: string, password: string, as: RunAs): Promise<void> {
  const scratch = await mkdtemp(path.join(folder, 'new-'));
  try {
    const fresh = path.join(scratch, 'data');
    const secret = path.join(scratch, 'password');
    await writeFile(secret, password, { mode: 0o600 });
    await giveTo(as, scratch);
    const flags = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-instructions'];
    const [command, args] = as.wrap(path.join(bin, 'initdb'), [
      `--pgdata=${fresh}`,
      `--username=${user}`,
      `--pwfile=${secret}`,
      ...flags,
    ]);
    await run(command, args, as);
    await rename(fresh, data).catch((error: unknown) => {
      // Another process was faster: its cluster is as good as ours.
      if (!existsSync(path.join(data, 'PG_VERSION'))) throw error;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Waits for the server and makes sure that our database is there. */
async function untilReady(url: string, isGone: () => boolean): Promise<void> {
  const deadline = Date.now() + startWithinMs;
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 1.5, 250)) {
    if (isGone()) throw new Error('the server ended while it started');
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      const found = await client.query('select 1 from pg_database where datname = $1', [database]);
      if (found.rowCount === 0) await client.query(`create database ${database}`);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(pauseMs);
    } finally {
      await client.end().catch(() => {});
    }
  }
}

/** Turns a failed start into what was wrong, with the server's own words. */
async function explain(options: EmbeddedOptions, logStart: number, cause: unknown): Promise<GradusError> {
  const words = (await readFile(options.log)).subarray(logStart).toString('utf8').trim();
  if (/lock file .* already exists|shared memory block .* still in use/.test(words)) {
    const message = `Another PostgreSQL server uses ${options.dataFolder}. Stop it, or choose another data folder.`;
    return new GradusError('ALREADY_RUNNING', message, { cause });
  }
  if (/could not bind|Address already in use/i.test(words)) {
    const message = `Port ${options.port} of 127.0.0.1 is taken, so PostgreSQL cannot listen there. Choose another port.`;
    return new GradusError('SETTING_INVALID', message, { cause });
  }
  const last = words.split('\n').slice(-5).join('\n');
  return new GradusError('PART_MISSING', `PostgreSQL did not start; see ${options.log}. Its last words:\n${last}`, {
    cause,
  });
}
