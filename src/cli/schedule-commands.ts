/** `gradus schedule`: when to look whether a model has something to learn from its users, and then to release it. */
import { userInfo } from 'node:os';
import { Command } from 'commander';
import { GradusError } from '../domain/errors.ts';
import { insistStarter } from '../domain/permission.ts';
import { onRecord } from '../domain/on-record.ts';
import { viaCli } from './typed-by.ts';
import { readConfig } from '../platform/config.ts';
import type { ScheduleState } from '../platform/schedules.ts';
import { dataCommand, print, table, type JsonOption } from './output.ts';
import { scheduleChangeCommands } from './schedule-change-commands.ts';
import type { CreateOptions } from './schedule-options.ts';
import { duration, moment } from './words.ts';

export function scheduleCommand(): Command {
  const schedule = new Command('schedule').description('let a model learn from its users again and again');
  for (const command of [create(), list(), show(), ...scheduleChangeCommands()]) schedule.addCommand(command);
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
      const deed = { subject: `schedule ${name}`, operation: 'create', did: 'made the schedule', by: options.by };
      const made = await withStore(config, (store) =>
        onRecord(store.audit, { ...deed, via: viaCli() }, async () => {
          await insistStarter(store.policies, options.by);
          const order = await readPlanFileOrStored(planName, async () => store.plans);
          const { candidate, iterate } = order.plan;
          const read = readCreateOptions(name, options, iterate.everyMs ?? null);
          if (candidate.kind !== 'train') {
            const problem = `${planName} releases ${candidate.version} as it is, and only what is trained can learn`;
            throw new GradusError('PLAN_INVALID', `${problem}. Write train: {data: …}.`);
          }
          await needData(config, order.plan);
          return withTemporal(config, async (client) => {
            await createSchedule(client, { ...read, ...order });
            return readSchedule(client, name);
          });
        }),
      );
      print(made, options, ({ model, when }) =>
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

function showText(state: ScheduleState): string {
  const { name, model, by, when, paused, note, overlap, jitterMs, catchUpMs, next, recent } = state;
  const looks = recent.map(({ at, workflow }) => `  ${moment(at)}  ${workflow}`);
  return [
    `${name}: ${model}, ${when}${paused ? ', paused' : ''}${note === '' ? '' : ` (${note})`}`,
    `  made by ${by}; while one is under way: ${overlap}`,
    `  put off by chance: ${jitterMs === 0 ? 'no' : `by up to ${duration(jitterMs)}`}; made up for when missed: looks of the last ${duration(catchUpMs)}`,
    paused ? '  next: when it is resumed' : `  next: ${next.map((at) => moment(at)).join(', ') || 'none'} (UTC)`,
    ...(looks.length === 0 ? ['  no look yet'] : ['  looks so far (UTC):', ...looks]),
    `What came of them: gradus iteration list --model ${model}`,
  ].join('\n');
}
