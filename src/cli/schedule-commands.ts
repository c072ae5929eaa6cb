/** `gradus schedule`: when to look whether a model has something to learn from its users, and then to release it. */
import { userInfo } from 'node:os';
import type { ScheduleHandle } from '@temporalio/client';
import { Command } from 'commander';
import { GradusError } from '../domain/errors.ts';
import { insistStarter } from '../domain/permission.ts';
import { readConfig } from '../platform/config.ts';
import type { ScheduleState } from '../platform/schedules.ts';
import { dataCommand, print, table, type JsonOption } from './output.ts';
import type { CreateOptions } from './schedule-options.ts';
import { moment } from './words.ts';

export function scheduleCommand(): Command {
  const schedule = new Command('schedule').description('let a model learn from its users again and again');
  for (const command of [create(), list(), show(), trigger(), pause(), resume(), backfill(), remove()]) {
    schedule.addCommand(command);
  }
  return schedule;
}

function create(): Command {
  return dataCommand('create', 'make a schedule of a plan', [
    ['gradus schedule create learn-mail mail.yaml', 'as often as iterate.every of the plan says'],
    ['gradus schedule create learn-mail mail --every "1 week"', 'by a stored plan, which is read anew at each look'],
    ['gradus schedule create learn-mail mail --cron "0 3 * * 1" --zone Asia/Shanghai', 'Mondays at three'],
  ])
    .argument('<name>', 'name of the schedule')
    .argument('<plan>', 'a plan file, the name of a stored plan, or - for standard input')
    .option('--every <duration>', 'how often, e.g. "1 week"')
    .option('--cron <expression>', 'when, in the five fields of cron')
    .option('--zone <zone>', 'time zone of --cron', 'UTC')
    .option('--jitter <duration>', 'put each look off by chance, up to so long', '0')
    .option('--overlap <policy>', 'while one is under way: skip, buffer one, buffer all or cancel other', 'skip')
    .option('--catch-up <duration>', 'make up for looks that were missed, if they are not older', '1 day')
    .option('--paused', 'make no looks until it is resumed')
    .option('--by <name>', 'who makes it, and starts its releases', userInfo().username)
    .action(async (name: string, planName: string, options: CreateOptions & JsonOption) => {
      const { createSchedule, readPlanFileOrStored, readSchedule, withStore, withTemporal } = await import('./live.ts');
      const { readCreateOptions } = await import('./schedule-options.ts');
      const { needData } = await import('./need-data.ts');
      const config = readConfig();
      const order = await withStore(config, async ({ plans, policies }) => {
        await insistStarter(policies, options.by);
        return readPlanFileOrStored(planName, async () => plans);
      });
      const { candidate, model, iterate } = order.plan;
      const read = readCreateOptions(name, options, iterate.everyMs ?? null);
      if (candidate.kind !== 'train') {
        const problem = `${planName} releases ${candidate.version} as it is, and only what is trained can learn`;
        throw new GradusError('PLAN_INVALID', `${problem}. Write train: {data: …}.`);
      }
      await needData(config, order.plan);
      const made = await withTemporal(config, async (client) => {
        await createSchedule(client, { ...read, ...order });
        return readSchedule(client, name);
      });
      print(made, options, ({ when }) =>
        [
          `${name} looks ${when} whether ${model} has something to learn.`,
          `Look now: gradus schedule trigger ${name}`,
        ].join('\n'),
      );
    });
}

function list(): Command {
  return dataCommand('list', 'list schedules', [
    ['gradus schedule list', 'when each looks next, and what it found last'],
  ]).action(async (options: JsonOption) => {
    const { listSchedules, withTemporal } = await import('./live.ts');
    print(await withTemporal(readConfig(), listSchedules), options, listText);
  });
}

function listText(schedules: readonly ScheduleState[]): string {
  if (schedules.length === 0) return 'There is no schedule yet. Make one with: gradus schedule create NAME PLAN';
  const rows = schedules.map(({ name, model, when, paused, next, recent }) => [
    name,
    model,
    when,
    paused ? 'paused' : next[0] === undefined ? '' : moment(next[0]),
    recent.at(-1) === undefined ? '' : moment(recent.at(-1)?.at ?? ''),
  ]);
  return table(['schedule', 'model', 'when', 'next look (UTC)', 'last look (UTC)'], rows);
}

function show(): Command {
  return dataCommand('show', 'show one schedule', [['gradus schedule show learn-mail', 'its next looks and its last']])
    .argument('<name>', 'which one')
    .action(async (name: string, options: JsonOption) => {
      const { readSchedule, withTemporal } = await import('./live.ts');
      print(await withTemporal(readConfig(), (client) => readSchedule(client, name)), options, showText);
    });
}

function showText({ name, model, by, when, paused, note, overlap, next, recent }: ScheduleState): string {
  const looks = recent.map(({ at, workflow }) => `  ${moment(at)}  ${workflow}`);
  return [
    `${name}: ${model}, ${when}${paused ? ', paused' : ''}${note === '' ? '' : ` (${note})`}`,
    `  made by ${by}; while one is under way: ${overlap}`,
    paused ? '  next: when it is resumed' : `  next: ${next.map((at) => moment(at)).join(', ') || 'none'} (UTC)`,
    ...(looks.length === 0 ? ['  no look yet'] : ['  looks so far (UTC):', ...looks]),
    `What came of them: gradus iteration list --model ${model}`,
  ].join('\n');
}

function trigger(): Command {
  return dataCommand('trigger', 'look now', [['gradus schedule trigger learn-mail', 'beside the looks that are due']])
    .argument('<name>', 'which one')
    .option('--by <name>', 'who says so', userInfo().username)
    .action(async (name: string, { by, ...options }: JsonOption & { by: string }) => {
      await insistStarterNow(by);
      const state = await change(name, (handle) => handle.trigger());
      print(state, options, () => `${name} looks now. What comes of it: gradus iteration list`);
    });
}

function pause(): Command {
  return dataCommand('pause', 'make no looks until it is resumed', [
    ['gradus schedule pause learn-mail --why "labels are being cleaned"', 'a release under way goes on'],
  ])
    .argument('<name>', 'which one')
    .option('--why <text>', 'why', '')
    .option('--by <name>', 'who says so', userInfo().username)
    .action(async (name: string, { why, by, ...options }: JsonOption & { why: string; by: string }) => {
      const note = `paused by ${by}${why === '' ? '' : `: ${why}`}`;
      const state = await change(name, (handle) => handle.pause(note));
      print(state, options, () => `${name} is paused. Resume it with: gradus schedule resume ${name}`);
    });
}

function resume(): Command {
  return dataCommand('resume', 'look again when it is due', [['gradus schedule resume learn-mail', 'from now on']])
    .argument('<name>', 'which one')
    .option('--by <name>', 'who says so', userInfo().username)
    .action(async (name: string, { by, ...options }: JsonOption & { by: string }) => {
      const state = await change(name, (handle) => handle.unpause(`resumed by ${by}`));
      print(state, options, ({ next: [next] }) =>
        next === undefined ? `${name} has no time to look at.` : `${name} looks next at ${moment(next)} UTC.`,
      );
    });
}

function backfill(): Command {
  return dataCommand('backfill', 'make the looks that were due in a time that is over', [
    ['gradus schedule backfill learn-mail --from 2026-11-01T00:00Z --until 2026-11-15T00:00Z', 'one after the other'],
  ])
    .argument('<name>', 'which one')
    .requiredOption('--from <time>', 'ISO 8601')
    .requiredOption('--until <time>', 'ISO 8601')
    .option('--by <name>', 'who says so', userInfo().username)
    .action(async (name: string, given: JsonOption & { from: string; until: string; by: string }) => {
      const { from, until, by, ...options } = given;
      const { readPeriod } = await import('./schedule-options.ts');
      await insistStarterNow(by);
      const period = { ...readPeriod(from, until), overlap: 'BUFFER_ALL' as const };
      const state = await change(name, (handle) => handle.backfill(period));
      print(
        state,
        options,
        () => `${name} makes up for its looks of that time. What comes of them: gradus iteration list`,
      );
    });
}

function remove(): Command {
  return dataCommand('delete', 'take a schedule away', [
    ['gradus schedule delete learn-mail', 'a release under way goes on'],
  ])
    .argument('<name>', 'which one')
    .action(async (name: string, options: JsonOption) => {
      const { onSchedule, withTemporal } = await import('./live.ts');
      await withTemporal(readConfig(), (client) => onSchedule(client, name, (handle) => handle.delete()));
      print({ name, deleted: true }, options, () => `${name} is deleted.`);
    });
}

/** Looks that nobody waited for start releases too. */
async function insistStarterNow(by: string): Promise<void> {
  const { withStore } = await import('./live.ts');
  await withStore(readConfig(), ({ policies }) => insistStarter(policies, by));
}

/** Does something to a schedule, and says how it is then. */
async function change(name: string, act: (handle: ScheduleHandle) => Promise<unknown>): Promise<ScheduleState> {
  const { onSchedule, readSchedule, withTemporal } = await import('./live.ts');
  return withTemporal(readConfig(), async (client) => {
    await onSchedule(client, name, act);
    return readSchedule(client, name);
  });
}
