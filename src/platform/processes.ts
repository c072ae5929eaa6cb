/** The processes that `gradus up` runs: what each is started with, and how long it may take to come and to go. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { GradusError } from '../domain/errors.ts';
import { startEmbedded } from '../store/embedded.ts';
import { childEnvironment, type Config } from './config.ts';
import { choosePort } from './free-port.ts';
import { guarded } from './guard.ts';
import type { Launched } from './launched.ts';
import { logFile, note, rotate } from './log-file.ts';
import { launchNode } from './node-process.ts';
import { findParts } from './parts.ts';
import { postgresFolder } from './records.ts';
import type { Addresses } from './run-file.ts';
import { launchTemporal } from './temporal-server.ts';

export const processNames = [
  'postgres',
  'temporal',
  'worker',
  'trainer',
  'gateway',
  'slack',
  'console',
  'notify',
] as const;
export type ProcessName = (typeof processNames)[number];

/** In this order, each as soon as the one before it has gone: what serves users first, what keeps the records last. */
export const stopOrder = [
  'gateway',
  'slack',
  'console',
  'notify',
  'worker',
  'trainer',
  'temporal',
  'postgres',
] as const satisfies ProcessName[];

/** After this it is killed. */
const stopWithinMs = {
  worker: 10_000,
  trainer: 10_000,
  gateway: 5_000,
  slack: 5_000,
  console: 5_000,
  notify: 5_000,
  temporal: 8_000,
};

/** Parts of `Addresses` that are known already, and the ports that were given out. */
export interface Places {
  addresses: Partial<Addresses>;
  taken: Set<number>;
  /** Where Slack's requests are taken. */
  slack?: string;
  /** Where operators' requests are taken. */
  console?: string;
}

/**
 * How each process is started. Ports are chosen at the first start and kept as soon as the process was ready on them, so
 * that it comes back where the others know it.
 */
export function launchers(
  config: Config,
  places: Places,
): Record<ProcessName, (settled: boolean) => Promise<Launched>> {
  const log = (name: ProcessName): string => logFile(config.home, name);
  const ports = { postgres: 0, temporal: 0, temporalUi: 0, metrics: 0, gateway: 0, slack: 0, console: 0 };
  const choose = async (name: 'postgres' | 'temporal' | 'temporalUi' | 'gateway', host?: string): Promise<number> => {
    places.taken.delete(ports[name]);
    return choosePort(config.ports[name], places.taken, host);
  };
  const ours = (
    command: 'worker' | 'trainer' | 'gateway' | 'slack' | 'console' | 'notify',
    more: Record<string, string> = {},
  ): Launched =>
    launchNode({
      command,
      environment: childEnvironment(config, { ...whereabouts(config, places.addresses), ...more }),
      log: log(command),
      stopWithinMs: stopWithinMs[command],
    });
  return {
    async postgres(settled) {
      if (!settled) ports.postgres = await choose('postgres');
      const file = log('postgres');
      rotate(file);
      const server = await startEmbedded({
        bin: findParts().postgres,
        dataFolder: postgresFolder(config),
        port: ports.postgres,
        log: file,
        guard: (command, args) => guarded('INT', command, args),
      });
      note(file, `postgres started, process ${server.pid}`);
      places.addresses.database = server.url;
      return {
        pid: server.pid,
        ready: Promise.resolve(),
        exited: server.exited.then(() => 'it ended'),
        stop: server.stop,
      };
    },
    async temporal(settled) {
      if (!settled) {
        ports.temporal = await choose('temporal');
        ports.temporalUi = await choose('temporalUi');
        ports.metrics = await choosePort({ port: 0, fixed: false, setting: 'metrics' }, places.taken);
      }
      places.addresses.temporal = `127.0.0.1:${ports.temporal}`;
      places.addresses.temporalUi = `http://127.0.0.1:${ports.temporalUi}`;
      return launchTemporal({
        program: findParts().temporal,
        database: path.join(config.home, 'temporal.db'),
        namespace: config.namespace,
        port: ports.temporal,
        uiPort: ports.temporalUi,
        metricsPort: ports.metrics,
        log: log('temporal'),
        environment: childEnvironment(config, {}),
        stopWithinMs: stopWithinMs.temporal,
      });
    },
    worker: async () => ours('worker'),
    trainer: async () => ours('trainer'),
    async gateway(settled) {
      const { host } = config.gateway;
      if (!settled) ports.gateway = await choose('gateway', host);
      const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
      places.addresses.gateway = config.gateway.url ?? `http://${reachable}:${ports.gateway}`;
      return ours('gateway', { GRADUS_GATEWAY_PORT: String(ports.gateway), GRADUS_GATEWAY_NAME: gatewayName(config) });
    },
    notify: async () => ours('notify'),
    async slack(settled) {
      if (config.slack === null) throw new GradusError('SETTING_INVALID', 'Slack is not set up.');
      if (config.slack.by.kind === 'socket') return ours('slack');
      if (!settled) {
        places.taken.delete(ports.slack);
        ports.slack = await choosePort(config.slack.port, places.taken, config.slack.host);
        places.slack = `http://${config.slack.host}:${ports.slack}/slack/events`;
      }
      return ours('slack', { GRADUS_SLACK_PORT: String(ports.slack) });
    },
    async console(settled) {
      if (config.console === null) throw new GradusError('SETTING_INVALID', 'The console is not set up.');
      const { host, port } = config.console;
      if (!settled) {
        places.taken.delete(ports.console);
        ports.console = await choosePort(port, places.taken, host);
        places.console = `http://${host}:${ports.console}`;
      }
      return ours('console', { GRADUS_CONSOLE_PORT: String(ports.console) });
    },
  };
}

/** The same on every port, so that what a gateway had not yet passed on to the store is found again. */
function gatewayName(config: Config): string {
  const folder = createHash('sha256').update(config.home).digest('hex').slice(0, 6);
  return config.gateway.name ?? `${config.hostname}-${folder}`;
}

/** What our processes are told of where the others are. */
function whereabouts(config: Config, addresses: Partial<Addresses>): Record<string, string> {
  return {
    ...(addresses.database === undefined ? {} : { DATABASE_URL: addresses.database }),
    ...(config.temporal !== null || addresses.temporal === undefined
      ? {}
      : { TEMPORAL_ADDRESS: addresses.temporal, TEMPORAL_NAMESPACE: config.namespace }),
  };
}
