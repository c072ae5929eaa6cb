/** `gradus release start` and `watch`: beginning a release, and following it to its end. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { GradusError } from '../domain/errors.ts';
import { unknownApprovers } from '../domain/known-approvers.ts';
import { note, noteRefusal } from '../domain/on-record.ts';
import { insistStarter } from '../domain/permission.ts';
import { outOfReach } from '../domain/quorum.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { readConfig, type Config } from '../platform/config.ts';
import { runningOn } from '../platform/run-file.ts';
import { workflowLink } from '../platform/temporal-links.ts';
import type { Store } from '../store/store.ts';
import { exitCodes } from './exit.ts';
import { needData } from './need-data.ts';
import { dataCommand, plainCommand, print, printJson, terminal, type JsonOption } from './output.ts';
import { viaCli } from './typed-by.ts';
import type { Watched } from './watch/live-watch.ts';

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
          const { by, queue = false } = options;
          const order = await readPlanFileOrStored(name, async () => store.plans);
          const asked = { operation: 'start', did: 'asked for the release', by, why: name, via: viaCli() };
          const start = async () => {
            await insistStarter(store.policies, by);
            await needData(config, order.plan);
            return startRelease(client, store.releases, { ...order, by, queue });
          };
          const started = await start().catch(async (error: unknown) => {
            await noteRefusal(store.audit, { ...asked, subject: `release of ${order.plan.model}` }, error);
            throw error;
          });
          await note(store.audit, { ...asked, subject: started.id });
          const unknown = unknownApprovers(order.plan, await store.policies.current());
          const warnings = [...unknown, ...outOfReach(order.plan, by)];
          for (const warning of warnings) process.stderr.write(`! ${warning}\n`);
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
          const { report, how } = await follow(config, store, started.id, options);
          if (options.json === true) printJson(report);
          process.exitCode = exitCodeOf(report, how);
        }),
      );
    });
}

function watch(): Command {
  return plainCommand('watch', 'follow a release until it ends (the newest one by default)', [
    ['gradus release watch', 'in a terminal a live view with keys (? explains them), elsewhere a line for each event'],
    ['gradus release watch mail-assistant-2', 'q or Ctrl-C ends the watching, not the release'],
  ])
    .argument(
      '[release]',
      'which one, e.g. mail-assistant-2; left out in a terminal: chosen where several are under way',
    )
    .option('--by <name>', 'who says what is said by keys', userInfo().username)
    .action(async (id: string | undefined, options: { by: string }) => {
      const { findRelease, withStore } = await import('./live.ts');
      const config = readConfig();
      const { report, how } = await withStore(config, async (store) => {
        const open = id === undefined && isLive(config) ? await store.releases.list({ open: true }) : [];
        const release = open.length > 1 ? null : await findRelease(store.releases, id ?? open[0]?.id);
        const reachable = config.databaseUrl !== null || runningOn(config.home) !== null;
        const unended = release === null ? open[0] : isOpen(release) ? release : undefined;
        if (unended !== undefined && !reachable) {
          throw new GradusError(
            'NOT_RUNNING',
            `${unended.id} has not ended, and nothing runs that carries it on. Start it with: gradus up`,
          );
        }
        if (release !== null && !isOpen(release) && isLive(config)) {
          const { progressText } = await import('./progress-text.ts');
          console.log(progressText(release, terminal()));
          return { report: release, how: 'ended' as const };
        }
        return follow(config, store, release?.id ?? null, options);
      });
      process.exitCode = exitCodeOf(report, how);
    });
}

const isOpen = (release: ReleaseReport): boolean => release.endedAt === null;

/** A view that is redrawn needs a terminal that can do that. */
function isLive({ environment }: Config): boolean {
  return process.stdout.isTTY && environment['TERM'] !== 'dumb';
}

/** `id` null: chosen in the view. */
async function follow(
  config: Config,
  store: Store,
  id: string | null,
  { by, json = false }: { by: string; json?: boolean },
): Promise<Watched> {
  const { liveWatch, openSource, watchRelease } = await import('./live.ts');
  const ending = new AbortController();
  const end = (): void => ending.abort();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  const { signal } = ending;
  try {
    if (id !== null && (json || !isLive(config))) {
      const report = await watchRelease(store.releases, id, { signal, quiet: json });
      return { report, how: isOpen(report) ? 'stopped' : 'ended' };
    }
    const source = openSource(config);
    try {
      return await liveWatch(source, { id, by, signal, output: process.stdout, input: process.stdin });
    } finally {
      await source.close();
    }
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
function exitCodeOf(release: ReleaseReport | null, how: Watched['how']): number {
  if (how === 'quit') return exitCodes.done;
  if (how === 'stopped') return exitCodes.stopped;
  return release?.state === 'released' ? exitCodes.done : exitCodes.negative;
}
