/** `gradus stop-all`: holds every release where it is, at once, and lets them go on. */
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { afterStopText } from '../domain/after-stop.ts';
import type { StopAll } from '../domain/control.ts';
import { GradusError } from '../domain/errors.ts';
import { readConfig, type Config } from '../platform/config.ts';
import type { Store } from '../store/store.ts';
import { dataCommand, print, table, type JsonOption } from './output.ts';
import { printable } from '../domain/words.ts';
import { viaCli } from './typed-by.ts';
import { moment, several, stopWords } from './words.ts';

interface StopAllOptions extends JsonOption {
  by: string;
  why?: string;
  rollBack?: boolean;
  list?: boolean;
  end?: boolean;
}

export function stopAllCommand(): Command {
  return dataCommand(
    'stop-all',
    'stop every release where it is, also those that are started later, until this is ended',
    [
      ['gradus stop-all --why "incident 4711"', 'nobody more gets a candidate; guardrails stay watched'],
      ['gradus stop-all --roll-back --why "it answers nonsense"', 'and users of every release go back to stable'],
      ['gradus stop-all --list', 'all stops, and which one holds'],
      ['gradus stop-all --end --why "it is repaired"', 'releases go on where they were held'],
    ],
  )
    .option('--by <name>', 'who says this', userInfo().username)
    .option('--why <reason>', 'why, for the record')
    .option('--roll-back', 'also roll back every release under way')
    .option('--end', 'end the stop that holds')
    .option('--list', 'show all stops')
    .action(async (options: StopAllOptions) => {
      const { withStore } = await import('./live.ts');
      const config = readConfig();
      const { by, why = '', rollBack = false } = options;
      const chosen = [options.list, options.end, options.rollBack].filter((one) => one === true);
      if (chosen.length > 1) {
        throw new GradusError('REQUEST_INVALID', '--list, --end and --roll-back are three things; choose one of them.');
      }
      if (options.list === true) {
        print(await withStore(config, ({ stopAlls }) => stopAlls.list()), options, listText);
        return;
      }
      const { afterEnd, endStopAll, stopAll } = await import('../platform/stop-all.ts');
      if (options.end === true) {
        const { ended, after } = await withStore(config, async (store) => {
          const stops = await endStopAll(store, { by, why, via: viaCli() });
          return { ended: stops, after: await afterEnd(store, stops) };
        });
        const told = await tell(config);
        const which = ended.map(stopWords).join('; ');
        print(ended, options, () => `Ended: ${which}.\n${afterStopText(after)}${toldText(told)}`);
        return;
      }
      const order = { id: randomUUID(), by, why, rollBack, via: viaCli() };
      const { stop, underWay, before } = await withStore(config, async (store) => {
        const before = await store.stopAlls.current();
        return { stop: await stopAll(store, order), underWay: await openOf(store), before };
      });
      const told = await tell(config);
      print({ ...stop, underWay }, options, () => stoppedText(stop, before, underWay, told));
    });
}

async function openOf({ releases }: Store): Promise<string[]> {
  return (await releases.open()).map(({ id }) => id);
}

/** Null when each release was told; else why not yet. */
async function tell(config: Config): Promise<string | null> {
  const { tellReleases, withStore, withTemporal } = await import('./live.ts');
  try {
    await withTemporal(config, (client) => withStore(config, (store) => tellReleases(client, store)));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** `before` is the stop that held already; null: none did. */
export function stoppedText(
  { number, rollBack }: StopAll,
  before: StopAll | null,
  underWay: string[],
  told: string | null,
): string {
  const which =
    underWay.length === 0
      ? 'no release is under way'
      : `${several(underWay.length, 'release')} under way: ${underWay.map(printable).join(', ')}`;
  const users = rollBack ? ' Users of all of them go back to stable.' : '';
  const already = before === null ? '' : `All releases are stopped already: ${stopWords(before)}.\n`;
  const beside = before === null ? ' holds from now on' : ' holds beside it, and both end together';
  const end = `End ${before === null ? 'it' : 'them'} with: gradus stop-all --end --why REASON`;
  return `${already}Stop ${number}${beside}; ${which}.${users}${toldText(told)}\n${end}`;
}

function toldText(problem: string | null): string {
  return problem === null ? '' : `\nNot every release could be told yet, and nothing grows until it is: ${problem}`;
}

function listText(stops: StopAll[]): string {
  if (stops.length === 0) return 'Releases were never stopped all at once.';
  const rows = stops.map(({ number, by, why, at, rollBack, end }) => [
    String(number),
    moment(at),
    by,
    `${rollBack ? 'rolled back: ' : ''}${why}`,
    end === null ? 'holds' : `ended ${moment(end.at)} by ${end.by}${end.why === '' ? '' : `: ${end.why}`}`,
  ]);
  return table(['stop', 'since (UTC)', 'by', 'why', ''], rows);
}
