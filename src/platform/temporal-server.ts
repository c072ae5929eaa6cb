/** Starts the embedded Temporal server: the official command-line tool's, with its UI and a database in the data folder. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { guarded } from './guard.ts';
import { endOf, stopChild, type Launched } from './launched.ts';
import { note, rotate, withLog } from './log-file.ts';
import { searchAttributes } from './search-attributes.ts';

export interface TemporalServerOptions {
  /** The `temporal` program. */
  program: string;
  database: string;
  namespace: string;
  port: number;
  uiPort: number;
  metricsPort: number;
  log: string;
  environment: NodeJS.ProcessEnv;
  stopWithinMs: number;
}

/** The server's own queues look for work 20 times a second at most, which lets each turn of a workflow wait when many run. */
const queues = ['transfer', 'timer', 'visibility'];
const pollsPerSecond = 1000;

export function launchTemporal(options: TemporalServerOptions): Launched {
  rotate(options.log);
  const attributes = Object.entries(searchAttributes).flatMap(([name, type]) => [
    '--search-attribute',
    `${name}=${type}`,
  ]);
  const flags = {
    '--ip': '127.0.0.1',
    '--port': String(options.port),
    '--ui-port': String(options.uiPort),
    '--metrics-port': String(options.metricsPort),
    '--db-filename': options.database,
    '--namespace': options.namespace,
    '--log-level': 'warn',
    // Half the time of a commit, and as durable as the rollback journal.
    '--sqlite-pragma': 'journal_mode=wal',
  };
  const limits = queues.flatMap((queue) => [
    '--dynamic-config-value',
    `history.${queue}ProcessorMaxPollRPS=${pollsPerSecond}`,
  ]);
  const words = [
    'server',
    'start-dev',
    '--ui-disable-news-fetch',
    ...Object.entries(flags).flat(),
    ...limits,
    ...attributes,
  ];
  const [command, args] = guarded('TERM', options.program, words);
  const child = withLog(options.log, (descriptor) =>
    spawn(command, args, { env: options.environment, detached: true, stdio: ['pipe', descriptor, descriptor] }),
  );
  note(options.log, `temporal started, process ${child.pid ?? 'unknown'}`);
  const exited = endOf(child);
  const gone = new AbortController();
  void exited.then(() => gone.abort());
  return {
    pid: child.pid ?? 0,
    ready: untilAnswers(options, gone.signal),
    exited,
    stop: () => stopChild(child, exited, options.stopWithinMs),
  };
}

/** The UI passes requests on to the server, so that one answer shows that both are there, with our namespace. */
async function untilAnswers(options: TemporalServerOptions, gone: AbortSignal): Promise<void> {
  const address = `http://127.0.0.1:${options.uiPort}/api/v1/namespaces/${encodeURIComponent(options.namespace)}`;
  while (!gone.aborted) {
    const answered = await fetch(address, { signal: AbortSignal.timeout(2_000) }).then(
      async (response) => response.ok && (await response.text()).includes('namespaceInfo'),
      () => false,
    );
    if (answered) return;
    await sleep(30);
  }
  // It has ended; who waits hears that from `exited`.
  await new Promise<never>(() => {});
}
