/** The whole of Gradus as `gradus up` runs it, on a data folder of its own, for tests that need everything for real. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import pg from 'pg';
import { expect } from 'vitest';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { readRun, type Addresses } from '../../src/platform/run-file.ts';
import { workflowBundle } from '../../src/platform/workflow-bundle.ts';
import type { release } from '../../workflows/index.ts';
import { stateQuery, taskQueue } from '../../workflows/messages.ts';
import { allGone, freshHome, outcomeOf, processesOf, startGradus, untilPrinted } from '../support/gradus.ts';

export type Handle = WorkflowHandle<typeof release>;

export interface System {
  environment: NodeJS.ProcessEnv;
  addresses: Addresses;
  /** Where the Slack process takes requests; null where there is none. */
  slack: string | null;
  client: Client;
  /** Kills one of the processes as a crash would, and says which process it was. */
  kill(name: string): number;
  /** `by` says who starts it, where there is a policy. */
  start(id: string, plan: unknown, by?: string): Promise<Handle>;
  /** Resets a release, as `temporal workflow reset` does, to where it was about to begin with a stage for the first time. */
  resetToStage(handle: Handle): Promise<Handle>;
  rows(sql: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** `settings` are added to the environment of `gradus up`. */
export async function startSystem(settings: NodeJS.ProcessEnv = {}): Promise<System> {
  const { home, environment: own, remove } = freshHome();
  const environment = { ...own, ...settings };
  const up: ChildProcess = startGradus(['up'], environment);
  const printed = await untilPrinted(up, 'Ready:', 180_000);
  const addresses = readRun(home)?.addresses;
  if (addresses === null || addresses === undefined) throw new Error('run.json has no addresses');
  const connection = await Connection.connect({ address: addresses.temporal });
  const client = new Client({ connection });
  return {
    environment,
    addresses,
    slack: /slack .*(http:\S+\/slack\/events)/.exec(printed)?.[1] ?? null,
    client,
    kill(name) {
      const pid = Object.entries(readRun(home)?.processes ?? {}).find(([key]) => key === name)?.[1]?.pid;
      if (pid === undefined) throw new Error(`run.json does not know ${name}`);
      process.kill(pid, 'SIGKILL');
      return pid;
    },
    start: (id, plan, by) =>
      client.workflow.start<typeof release>('release', {
        taskQueue,
        workflowId: id,
        args: [{ plan, ...(by === undefined ? {} : { by }) }],
      }),
    async resetToStage(handle) {
      const { events } = await handle.fetchHistory();
      const begun = (events ?? []).find((event) => event.startChildWorkflowExecutionInitiatedEventAttributes);
      const { runId } = await client.workflowService.resetWorkflowExecution({
        namespace: addresses.namespace,
        workflowExecution: { workflowId: handle.workflowId },
        reason: 'its stage is tried again',
        workflowTaskFinishEventId:
          begun?.startChildWorkflowExecutionInitiatedEventAttributes?.workflowTaskCompletedEventId ?? null,
        requestId: handle.workflowId,
        // Otherwise what people said later is said again: 1 are Signals, 2 Updates.
        // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the names are in @temporalio/proto, which is not ours to import
        resetReapplyExcludeTypes: [1, 2],
      });
      return client.workflow.getHandle(handle.workflowId, runId);
    },
    async rows(sql) {
      const database = new pg.Client({ connectionString: addresses.database });
      await database.connect();
      try {
        return (await database.query<Record<string, unknown>>(sql)).rows;
      } finally {
        await database.end();
      }
    },
    async stop() {
      await connection.close();
      const ended = outcomeOf(up);
      up.kill('SIGTERM');
      await ended;
      const left = await allGone(home, 10_000);
      for (const { pid } of processesOf(home)) process.kill(pid, 'SIGKILL');
      remove();
      if (left.length > 0) throw new Error(`left running: ${left.join(', ')}`);
    },
  };
}

/** The release's state as soon as `holds` says so of it; asks on while parts of the system are away. */
export async function until(
  handle: Handle,
  what: string,
  holds: (report: ReleaseReport) => boolean,
  withinMs = 180_000,
): Promise<ReleaseReport> {
  const deadline = Date.now() + withinMs;
  let last: ReleaseReport | null = null;
  for (;;) {
    last = await handle.query(stateQuery).catch(() => last);
    if (last !== null && holds(last)) return last;
    if (last !== null && last.endedAt !== null) throw new Error(`ended before ${what}: ${last.state}, ${last.reason}`);
    if (last?.steps.every(({ state }) => state === 'waiting') === true) await refusedOrNot(handle);
    if (Date.now() > deadline) {
      const state = `${JSON.stringify(last?.steps)}; ${await troubleOf(handle)}`;
      throw new Error(`not ${what} within ${withinMs} ms: ${state}`);
    }
    await sleep(200);
  }
}

/** Why its workflow does not go on, as far as its history says. */
async function troubleOf(handle: Handle): Promise<string> {
  const history = await handle.fetchHistory();
  const failed = failedTasks(history);
  const { raw } = await handle.describe();
  const { pendingActivities, pendingWorkflowTask } = raw;
  return JSON.stringify({ failed, last: history.events?.at(-1)?.eventType, pendingActivities, pendingWorkflowTask });
}

/** Throws why a release was refused before its first step; nothing where it was not. */
async function refusedOrNot(handle: Handle): Promise<void> {
  const { status } = await handle.describe();
  if (status.name === 'FAILED') await handle.result();
}

/** A small plan on real mails: seconds to train, seconds to release. */
export function smallPlan(share: number, more: object = {}): object {
  return {
    model: 'mail-assistant',
    train: { data: 'mail', share, epochs: 3 },
    capabilities: { spam: { importance: 9 }, html: { importance: 2 } },
    stages: [['spam'], ['html']],
    'internal test': { gate: 'accuracy >= 0.5' },
    gray: {
      ramp: ['10%', '40%'],
      bake: '4 s',
      'check every': '1 s',
      'min rated': 20,
      guardrails: ['satisfaction >= stable - 0.3'],
    },
    'ab test': {
      share: '50%',
      margin: 0.5,
      'check every': '1 s',
      'min rated': 20,
      within: '2 minutes',
      'if inconclusive': 'advance',
    },
    ...more,
  };
}

/** Why tasks of a workflow failed, of each that did. */
export function failedTasks({ events }: Pick<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>, 'events'>): string[] {
  return (events ?? []).flatMap((event) => event.workflowTaskFailedEventAttributes?.failure?.message ?? []);
}

/** What a workflow has done is told alike when another worker takes it over. */
export async function expectReplay(handle: WorkflowHandle): Promise<void> {
  const history = await handle.fetchHistory();
  const replayed = Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history, handle.workflowId);
  await expect(replayed).resolves.toBeUndefined();
}
