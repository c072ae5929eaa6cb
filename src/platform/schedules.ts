/** Schedules of iterations, kept by Temporal: when to look whether a model has something to learn. */
import { ScheduleAlreadyRunning, ScheduleNotFoundError, type Client, type ScheduleHandle } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { msNumberToTs } from '@temporalio/common/lib/time.js';
import { z } from 'zod';
import { iterationWorkflow, taskQueue, type IterationInput } from '../../workflows/messages.ts';
import { GradusError } from '../domain/errors.ts';
import type { Plan } from '../domain/plan.ts';
import { didYouMean, duration } from '../domain/words.ts';

/** What happens when a look is due while the one before, with its release, is still under way. */
export const overlaps = {
  skip: 'SKIP',
  'buffer one': 'BUFFER_ONE',
  'buffer all': 'BUFFER_ALL',
  'cancel other': 'CANCEL_OTHER',
} as const;
export type Overlap = keyof typeof overlaps;

export interface ScheduleOrder {
  name: string;
  /** A stored plan's name, or the plan as it was written. */
  given: unknown;
  plan: Plan;
  by: string;
  when: { everyMs: number } | { cron: string; zone: string };
  /** Looks are put off by chance by up to so long, so that not all models look at once. */
  jitterMs: number;
  overlap: Overlap;
  /** Looks that were missed while Temporal was down are made up for if they are not older. */
  catchUpMs: number;
  /** Makes no looks until it is resumed. */
  paused: boolean;
}

export interface ScheduleState {
  name: string;
  model: string;
  by: string;
  when: string;
  paused: boolean;
  note: string;
  overlap: string;
  jitterMs: number;
  catchUpMs: number;
  next: string[];
  /** The newest looks, oldest first: their workflows. */
  recent: { at: string; workflow: string }[];
}

const memoSchema = z.object({ model: z.string(), startedBy: z.string(), when: z.string() });

/** Only schedules that Gradus made are shown and changed; each of ours has this in its memo. */
type Memo = z.infer<typeof memoSchema>;

/** Throws `REQUEST_INVALID` where there is one of that name. */
export async function createSchedule(client: Client, order: ScheduleOrder): Promise<void> {
  const { name, given, plan, by, when, jitterMs, overlap, catchUpMs, paused } = order;
  const input: IterationInput = { plan: given, by };
  const memo: Memo = { model: plan.model, startedBy: by, when: whenInWords(when) };
  const model = new TypedSearchAttributes([
    { key: defineSearchAttributeKey('GradusModel', 'KEYWORD'), value: plan.model },
  ]);
  try {
    await client.schedule.create({
      scheduleId: name,
      spec: {
        ...('cron' in when
          ? { cronExpressions: [when.cron], timezone: when.zone }
          : // Intervals are counted from 1970: this one from now on.
            { intervals: [{ every: when.everyMs, offset: Date.now() % when.everyMs }] }),
        jitter: jitterMs,
      },
      action: {
        type: 'startWorkflow',
        workflowType: iterationWorkflow,
        workflowId: name,
        taskQueue,
        args: [input],
        typedSearchAttributes: model,
        memo: { startedBy: by },
        staticSummary: `${plan.model}: looks whether there is something to learn`,
      },
      policies: { overlap: overlaps[overlap], catchupWindow: catchUpMs },
      state: { paused, ...(paused ? { note: `paused by ${by} when it was made` } : {}) },
      memo: { ...memo },
      typedSearchAttributes: model,
    });
  } catch (cause) {
    if (!(cause instanceof ScheduleAlreadyRunning)) throw readable(cause, order);
    const message = `There is a schedule ${name} already. Delete it (gradus schedule delete ${name}), or take another name.`;
    throw new GradusError('REQUEST_INVALID', message, { cause });
  }
}

/** The client throws a TypeError with what the server says of an order that it does not take. */
function readable(cause: unknown, { name, when }: ScheduleOrder): unknown {
  if (!(cause instanceof TypeError)) return cause;
  const problem =
    'cron' in when
      ? `"${when.cron}" in ${when.zone} is not a time that it knows (${cause.message}). Write e.g. --cron "0 3 * * 1" --zone Europe/Berlin`
      : cause.message;
  return new GradusError('REQUEST_INVALID', `Temporal does not take schedule ${name}: ${problem}.`, { cause });
}

export async function listSchedules(client: Client): Promise<ScheduleState[]> {
  const names: string[] = [];
  for await (const { scheduleId, memo } of client.schedule.list()) {
    if (memoSchema.safeParse(memo).success) names.push(scheduleId);
  }
  const all = await Promise.all(names.map((name) => readSchedule(client, name).catch(() => null)));
  return all.filter((one) => one !== null).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Throws `NOT_FOUND`. */
export async function readSchedule(client: Client, name: string): Promise<ScheduleState> {
  const found = await on(client, name, (handle) => handle.describe());
  const memo = memoSchema.safeParse(found.memo);
  if (!memo.success) throw await unknownSchedule(client, name);
  const { state, info, policies, spec } = found;
  const overlap = Object.entries(overlaps).find(([, policy]) => policy === policies.overlap)?.[0];
  return {
    name,
    model: memo.data.model,
    by: memo.data.startedBy,
    when: memo.data.when,
    paused: state.paused,
    note: state.note ?? '',
    overlap: overlap ?? policies.overlap ?? 'skip',
    jitterMs: spec.jitter ?? 0,
    catchUpMs: policies.catchupWindow,
    next: info.nextActionTimes.slice(0, 3).map((at) => at.toISOString()),
    recent: info.recentActions.map(({ takenAt, action }) => ({
      at: takenAt.toISOString(),
      workflow: action.workflow.workflowId,
    })),
  };
}

/** Temporal counts no further. */
const mostCounted = 1000;

/** How many looks were due in a time; `isAll` is false where there may be more. Throws `NOT_FOUND`. */
export async function dueTimes(
  client: Client,
  name: string,
  { start, end }: { start: Date; end: Date },
): Promise<{ looks: number; isAll: boolean }> {
  await readSchedule(client, name);
  const { startTime } = await client.workflowService.listScheduleMatchingTimes({
    namespace: client.options.namespace,
    scheduleId: name,
    startTime: msNumberToTs(start.getTime()),
    endTime: msNumberToTs(end.getTime()),
  });
  return { looks: startTime.length, isAll: startTime.length < mostCounted };
}

/** Does something with a schedule; throws `NOT_FOUND`, with what there is. */
export async function on<T>(client: Client, name: string, act: (handle: ScheduleHandle) => Promise<T>): Promise<T> {
  try {
    return await act(client.schedule.getHandle(name));
  } catch (cause) {
    if (cause instanceof ScheduleNotFoundError) throw await unknownSchedule(client, name, cause);
    throw cause;
  }
}

async function unknownSchedule(client: Client, name: string, cause?: unknown): Promise<GradusError> {
  const names: string[] = [];
  for await (const { scheduleId, memo } of client.schedule.list()) {
    if (memoSchema.safeParse(memo).success) names.push(scheduleId);
  }
  const known =
    names.length === 0 ? 'there is none yet (gradus schedule create --help)' : `there are ${names.join(', ')}`;
  const message = `There is no schedule "${name}"${didYouMean(name, names)}; ${known}.`;
  return new GradusError('NOT_FOUND', message, { cause });
}

export function whenInWords(when: ScheduleOrder['when']): string {
  return 'cron' in when ? `${when.cron} (${when.zone})` : `every ${duration(when.everyMs)}`;
}
