/** `gradus release start` and `watch`: beginning a release, and following it to its end. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { Client } from '@temporalio/client';
import { GradusError } from '../domain/errors.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { readConfig, type Config } from '../platform/config.ts';
import { runningOn } from '../platform/run-file.ts';
import { workflowLink } from '../platform/temporal-links.ts';
import type { Store } from '../store/store.ts';
import { exitCodes } from './exit.ts';
import { needData } from './need-data.ts';
import { dataCommand, plainCommand, print, printJson, type JsonOption } from './output.ts';

export function releaseStartCommands(): Command[] {
  return [start(), watch()];
}

interface StartOptions extends JsonOption {
  by: string;
  wait?: boolean;
  queue?: boolean;
}

function start(): Command {
  return dataCommand('start', 'start a release', [
    ['gradus release start plan.yaml', 'from a file, which is checked first'],
    ['gradus release start mail --wait', 'from a stored plan; ends with the release, 0 where all users have it'],
    ['gradus release start mail --wait --json', 'prints the report at its end'],
  ])
    .argument('<plan>', 'a plan file, the name of a stored plan, or - for standard input')
    .option('--by <name>', 'who starts it', userInfo().username)
    .option('--queue', 'where another release of the model runs: wait for its end, first come, first served')
    .option('--wait', 'watch it until it ends')
    .action(async (name: string, options: StartOptions) => {
      const { readPlanFileOrStored, startRelease, withStore, withTemporal } = await import('./live.ts');
      const config = readConfig();
      await withTemporal(config, (client) =>
        withStore(config, async (store) => {
          const order = await readPlanFileOrStored(name, async () => store.plans);
          await needData(config, order.plan);
          const started = await startRelease(client, store.releases, {
            ...order,
            by: options.by,
            queue: options.queue === true,
          });
          const link = linkOf(config, started.id);
          if (options.wait !== true) {
            const queued = started.behind === null ? '' : `, and waits for the end of ${started.behind}`;
            print({ ...started, url: link }, options, ({ id, url }) =>
              [
                `${id} started${queued}${url === null ? '' : `: ${url}`}`,
                `Watch it with: gradus release watch ${id}`,
              ].join('\n'),
            );
            return;
          }
          if (options.json !== true) console.log(`${started.id} started${link === null ? '' : `: ${link}`}`);
          const report = await follow(config, store, client, started.id, options.json === true);
          if (options.json === true) printJson(report);
          process.exitCode = exitCodeOfRelease(report);
        }),
      );
    });
}

function watch(): Command {
  return plainCommand('watch', 'follow a release until it ends (the newest one by default)', [
    ['gradus release watch', 'in a terminal redrawn in place, elsewhere a line for each thing that happens'],
    ['gradus release watch mail-assistant-2', 'Ctrl-C ends the watching, not the release'],
  ])
    .argument('[release]', 'which one, e.g. mail-assistant-2')
    .action(async (id: string | undefined) => {
      const { connectClient, findRelease, withStore } = await import('./live.ts');
      const config = readConfig();
      const report = await withStore(config, async (store) => {
        const release = await findRelease(store.releases, id);
        const reachable = config.databaseUrl !== null || runningOn(config.home) !== null;
        if (release.endedAt === null && !reachable) {
          throw new GradusError(
            'NOT_RUNNING',
            `${release.id} has not ended, and nothing runs that carries it on. Start it with: gradus up`,
          );
        }
        const client = release.endedAt === null ? await connectClient(config).catch(() => null) : null;
        try {
          return await follow(config, store, client, release.id, false);
        } finally {
          await client?.connection.close();
        }
      });
      process.exitCode = exitCodeOfRelease(report);
    });
}

async function follow(
  config: Config,
  store: Store,
  client: Client | null,
  id: string,
  quiet: boolean,
): Promise<ReleaseReport> {
  const { watchRelease } = await import('./live.ts');
  const ending = new AbortController();
  const end = (): void => ending.abort();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  try {
    return await watchRelease(store.releases, id, { link: linkOf(config, id), client, signal: ending.signal, quiet });
  } finally {
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
  }
}

function linkOf(config: Config, id: string): string | null {
  const addresses = runningOn(config.home)?.addresses ?? null;
  if (addresses !== null) return workflowLink(addresses, id);
  return workflowLink(
    { temporalUi: config.temporalUiUrl, namespace: config.temporal?.namespace ?? config.namespace },
    id,
  );
}

/** A release that did not reach all users in all its capabilities did not end well. */
function exitCodeOfRelease(release: ReleaseReport): number {
  return release.state === 'released' ? exitCodes.done : exitCodes.negative;
}
