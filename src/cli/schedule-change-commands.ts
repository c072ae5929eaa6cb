/** `gradus schedule trigger`, `pause`, `resume`, `backfill`, `delete`: what an operator does to a schedule, and its record. */
import { userInfo } from 'node:os';
import type { Client, ScheduleHandle } from '@temporalio/client';
import type { Command } from 'commander';
import { GradusError } from '../domain/errors.ts';
import { insistAllowed } from '../domain/permission.ts';
import { readConfig } from '../platform/config.ts';
import { onRecord, type Deed } from '../domain/on-record.ts';
import { viaCli } from './typed-by.ts';
import type { ScheduleState } from '../platform/schedules.ts';
import type { Store } from '../store/store.ts';
import { canAsk, confirm } from './confirm.ts';
import { dataCommand, print, type JsonOption } from './output.ts';
import { count, moment } from './words.ts';

export function scheduleChangeCommands(): Command[] {
  return [trigger(), pause(), resume(), backfill(), remove()];
}

interface ChangeOptions extends JsonOption {
  by: string;
  why?: string;
  yes?: boolean;
}

function changing(name: string, description: string, examples: [string, string][]): Command {
  return dataCommand(name, description, examples)
    .argument('<name>', 'which one')
    .option('--by <name>', 'who says so: an operator or an admin', userInfo().username);
}

function trigger(): Command {
  return changing('trigger', 'look now', [
    ['gradus schedule trigger learn-mail', 'beside the looks that are due'],
  ]).action(async (name: string, options: ChangeOptions) => {
    const deed = { operation: 'trigger', did: 'triggered a look' };
    const state = await change(name, options, deed, async (handle, store, client) => {
      const { insistFree } = await import('./live.ts');
      await insistFree(client, store, name);
      await handle.trigger();
    });
    print(state, options, () => `${name} looks now. What comes of it: gradus iteration list`);
  });
}

function pause(): Command {
  return changing('pause', 'make no looks until it is resumed', [
    ['gradus schedule pause learn-mail --why "labels are being cleaned"', 'a release under way goes on'],
  ])
    .option('--why <text>', 'why', '')
    .action(async (name: string, options: ChangeOptions) => {
      const { by, why = '' } = options;
      const note = `paused by ${by}${why === '' ? '' : `: ${why}`}`;
      const deed = { operation: 'pause', did: 'paused the schedule' };
      const state = await change(name, options, deed, (handle) => handle.pause(note));
      print(state, options, () => `${name} is paused. Resume it with: gradus schedule resume ${name}`);
    });
}

function resume(): Command {
  return changing('resume', 'look again when it is due', [['gradus schedule resume learn-mail', 'from now on']]).action(
    async (name: string, options: ChangeOptions) => {
      const deed = { operation: 'resume', did: 'resumed the schedule' };
      const state = await change(name, options, deed, (handle) => handle.unpause(`resumed by ${options.by}`));
      print(state, options, ({ next: [next] }) =>
        next === undefined ? `${name} has no time to look at.` : `${name} looks next at ${moment(next)} UTC.`,
      );
    },
  );
}

/** Looks that are made up for without a question. */
const fewLooks = 20;

function backfill(): Command {
  return changing('backfill', 'make the looks that were due in a time that is over', [
    ['gradus schedule backfill learn-mail --from 2026-11-01T00:00Z --until 2026-11-15T00:00Z', 'one after the other'],
  ])
    .requiredOption('--from <time>', 'ISO 8601')
    .requiredOption('--until <time>', 'ISO 8601')
    .option('--yes', `make them without a question, however many they are`)
    .action(async (name: string, options: ChangeOptions & { from: string; until: string }) => {
      const { readPeriod } = await import('./schedule-options.ts');
      const { dueTimes } = await import('./live.ts');
      const period = readPeriod(options.from, options.until);
      const deed = {
        operation: 'backfill',
        did: `made up for its looks from ${period.start.toISOString()} until ${period.end.toISOString()}`,
      };
      const state = await change(name, options, deed, async (handle, _, client) => {
        const { looks, isAll } = await dueTimes(client, name, period);
        const many = `${isAll ? '' : 'at least '}${count(looks)} looks`;
        if (looks === 0) throw new GradusError('REQUEST_INVALID', `${name} had no look due in that time.`);
        if (looks > fewLooks && options.yes !== true) {
          if (!canAsk()) {
            const message = `${name} had ${many} due in that time, and makes them one after the other. With --yes it does; otherwise take a shorter time.`;
            throw new GradusError('REQUEST_INVALID', message);
          }
          await confirm(`${name} makes ${many}, one after the other. Shall it?`, 'Nothing was started.');
        }
        await handle.backfill({ ...period, overlap: 'BUFFER_ALL' as const });
      });
      print(
        state,
        options,
        () => `${name} makes up for its looks of that time. What comes of them: gradus iteration list`,
      );
    });
}

function remove(): Command {
  return changing('delete', 'take a schedule away', [
    ['gradus schedule delete learn-mail', 'a release under way goes on'],
    ['gradus schedule delete learn-mail --yes', 'without a question, which is asked in a terminal'],
  ])
    .option('--yes', 'without a question')
    .option('--why <text>', 'why, for the record', '')
    .action(async (name: string, options: ChangeOptions) => {
      const { onSchedule, readSchedule } = await import('./live.ts');
      const deed = { operation: 'delete', did: 'deleted the schedule' };
      await asOperator(name, options, deed, async (_, client) => {
        const { model, when } = await readSchedule(client, name);
        const question = `${name} looks at ${model} ${when}. Delete it?`;
        if (options.yes !== true) await confirm(question, `${name} stays as it was.`);
        await onSchedule(client, name, (handle) => handle.delete());
      });
      print({ name, deleted: true }, options, () => `${name} is deleted.`);
    });
}

type Change = Pick<Deed, 'operation' | 'did'>;

/** Does something to a schedule for an operator, on record, and says how it is then. */
function change(
  name: string,
  options: ChangeOptions,
  deed: Change,
  act: (handle: ScheduleHandle, store: Store, client: Client) => Promise<unknown>,
): Promise<ScheduleState> {
  return asOperator(name, options, deed, async (store, client) => {
    const { onSchedule, readSchedule } = await import('./live.ts');
    await onSchedule(client, name, (handle) => act(handle, store, client));
    return readSchedule(client, name);
  });
}

/** Throws `NOT_ALLOWED`. What is done, and what is refused, goes to the audit log. */
async function asOperator<T>(
  name: string,
  { by, why = '' }: ChangeOptions,
  deed: Change,
  act: (store: Store, client: Client) => Promise<T>,
): Promise<T> {
  const { withStore, withTemporal } = await import('./live.ts');
  const config = readConfig();
  const whole = { ...deed, subject: `schedule ${name}`, by, why, via: viaCli() };
  return withStore(config, (store) =>
    onRecord(store.audit, whole, async () => {
      await insistAllowed(store.policies, by, 'start', 'Nothing was changed');
      return withTemporal(config, (client) => act(store, client));
    }),
  );
}
