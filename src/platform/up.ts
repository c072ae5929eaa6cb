/** Starts everything on one data folder, keeps it running, and stops it in order. */
import type { Config } from './config.ts';
import { GradusError } from '../domain/errors.ts';
import { lockHome } from './home-lock.ts';
import { lastLines, logFile, rotate } from './log-file.ts';
import { markOf } from './process-mark.ts';
import { launchers, processNames, stopOrder, type Places, type ProcessName } from './processes.ts';
import { removeRun, writeRun, type Addresses, type Run } from './run-file.ts';
import { readSecret } from './secret.ts';
import { supervise, type Supervised, type SupervisorEvent } from './supervisor.ts';

export type UpEvent = SupervisorEvent & { process: ProcessName; address?: string };

export interface Running {
  addresses: Addresses;
  /** Numbers of the processes that are there now. */
  pids(): Partial<Record<ProcessName, number>>;
  /** Resolves with the reason when a process could not be kept running. */
  failed: Promise<GradusError>;
  /** Stops all in order. Calling it again waits for the same end. */
  stop(): Promise<void>;
}

const readyWithinMs = 180_000;
const firstTries = 4;
const rotateEveryMs = 60_000;

/**
 * Resolves when all is ready. Throws `ALREADY_RUNNING`, `SETTING_INVALID`, `PART_MISSING`, or `NOT_RUNNING` where `signal`
 * ended the start; nothing is left running then. Parts that `config` says are elsewhere are not started.
 */
export async function startAll(
  config: Config,
  onEvent: (event: UpEvent) => void = () => {},
  signal?: AbortSignal,
): Promise<Running> {
  const unlock = await lockHome(config.home, 'up');
  const places: Places = { addresses: external(config), taken: new Set() };
  const up = markOf(process.pid) ?? { pid: process.pid, began: '' };
  const webhooks = config.webhooks?.urls ?? [];
  const run: Run = { up, startedAt: new Date().toISOString(), addresses: null, processes: {}, webhooks };
  const launch = launchers(config, places);
  const supervised = new Map<ProcessName, Supervised>();
  let fail: (error: GradusError) => void = () => {};
  const failed = new Promise<GradusError>((resolve) => {
    fail = resolve;
  });

  const start = async (name: ProcessName): Promise<void> => {
    if (signal?.aborted === true) throw interrupted();
    let settled = false;
    const log = logFile(config.home, name);
    const process = supervise({
      launch: () => launch[name](settled),
      readyWithinMs,
      firstTries,
      notify(event) {
        if (event.kind === 'starting') {
          const mark = markOf(event.pid);
          if (mark !== null) run.processes[name] = mark;
          writeRun(config.home, run);
        }
        if (event.kind === 'ready') settled = true;
        const address = event.kind === 'ready' ? addressOf(name, places) : undefined;
        onEvent({ ...event, process: name, ...(address === undefined ? {} : { address }) });
        if (event.kind === 'gaveUp') fail(new GradusError('PART_MISSING', explain(name, event.reason, log)));
      },
    });
    supervised.set(name, process);
    await process.ready.catch((error: unknown) => {
      if (signal?.aborted === true) throw interrupted();
      if (error instanceof GradusError && error.code !== 'PART_MISSING') throw error;
      throw new GradusError(
        'PART_MISSING',
        explain(name, error instanceof Error ? error.message : String(error), log),
        {
          cause: error,
        },
      );
    });
  };

  const rotation = setInterval(() => {
    for (const name of supervised.keys()) rotate(logFile(config.home, name));
  }, rotateEveryMs).unref();

  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      clearInterval(rotation);
      for (const name of stopOrder) await supervised.get(name)?.stop();
      removeRun(config.home);
      await unlock();
    })();
    return stopped;
  };

  const interrupt = (): void => void stop();
  signal?.addEventListener('abort', interrupt, { once: true });
  try {
    await readSecret(config);
    writeRun(config.home, run);
    await Promise.all([
      ...(config.databaseUrl === null ? [start('postgres')] : []),
      ...(config.temporal === null ? [start('temporal')] : []),
    ]);
    const speaksInSlack = config.slack === null ? [] : [start('slack')];
    const hasConsole = config.console === null ? [] : [start('console')];
    const tellsOthers = config.webhooks === null && config.mail === null ? [] : [start('notify')];
    const others = [...speaksInSlack, ...hasConsole, ...tellsOthers];
    await Promise.all([start('worker'), start('trainer'), start('gateway'), ...others]);
    signal?.removeEventListener('abort', interrupt);
    if (signal?.aborted === true) throw interrupted();
    const addresses = whole(places.addresses);
    run.addresses = addresses;
    writeRun(config.home, run);
    const pids = (): Partial<Record<ProcessName, number>> =>
      Object.fromEntries(
        processNames.flatMap((name) => {
          const pid = supervised.get(name)?.pid() ?? null;
          return pid === null ? [] : [[name, pid]];
        }),
      );
    return { addresses, pids, failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function interrupted(): GradusError {
  return new GradusError('NOT_RUNNING', 'It was stopped before all was ready.');
}

function external(config: Config): Partial<Addresses> {
  return {
    namespace: config.temporal?.namespace ?? config.namespace,
    temporalUi: config.temporalUiUrl,
    ...(config.databaseUrl === null ? {} : { database: config.databaseUrl }),
    ...(config.temporal === null ? {} : { temporal: config.temporal.address }),
  };
}

function whole({ gateway, temporal, namespace, temporalUi, database }: Partial<Addresses>): Addresses {
  if (gateway === undefined || temporal === undefined || namespace === undefined || database === undefined) {
    throw new Error('a process was ready without an address');
  }
  return { gateway, temporal, namespace, temporalUi: temporalUi ?? null, database };
}

/** What a person may open; the database's has a password in it. */
function addressOf(name: ProcessName, { addresses, slack, console: ofConsole }: Places): string | undefined {
  if (name === 'slack') return slack;
  if (name === 'console') return ofConsole;
  if (name === 'gateway') return addresses.gateway;
  if (name === 'temporal') return addresses.temporalUi ?? addresses.temporal;
  if (name === 'postgres' && addresses.database !== undefined) return new URL(addresses.database).host;
  return undefined;
}

function explain(name: ProcessName, reason: string, log: string): string {
  const words = lastLines(log, 12);
  return `${name} does not run: ${reason}. Its log is ${log}${words === '' ? '.' : `; its last lines:\n${words}`}`;
}
