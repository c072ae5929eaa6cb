/** Releases on a server that skips time, a day at a time, with a crowd that uses what it is given. */
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { expect } from 'vitest';
import type { ReleaseReport, Waiting } from '../../src/domain/report.ts';
import type { release } from '../../workflows/index.ts';
import { stateQuery, taskQueue } from '../../workflows/messages.ts';
import { crowd } from '../support/crowd.ts';
import { createFakePorts, type FakePorts } from '../support/fake-ports.ts';
import { startTimeSkipping } from './time-skipping.ts';

export type Handle = WorkflowHandle<typeof release>;
export type Releases = Awaited<ReturnType<typeof openReleases>>;

const capabilities = { spam: { importance: 9 }, html: { importance: 8 }, topic: { importance: 7, requires: 'spam' } };
export const weeks = {
  model: 'mail',
  train: { data: 'mail' },
  capabilities,
  stages: [['spam', 'html'], ['topic']],
  gray: { ramp: ['1%', '25%'], bake: '14 days', 'check every': '1 day', within: '60 days' },
  'ab test': { 'check every': '1 day', within: '30 days', margin: 0.3 },
};

/** Two stages, each with all users after a day. */
export const inDays = { ...weeks, strategy: 'gray', gray: { ramp: ['25%'], bake: '1 day', 'check every': '1 day' } };

/** The same as `weeks` with all capabilities in one stage. */
export function oneStage(more: object) {
  return { ...weeks, stages: { first: 3, then: 1 }, ...more };
}

export interface RunOptions {
  ports?: FakePorts;
  /** Who starts it. */
  by?: string;
  satisfaction?: number;
  users?: number;
  onWaiting?: (handle: Handle, waiting: Waiting) => Promise<void>;
  eachDay?: (handle: Handle, state: ReleaseReport, day: number) => Promise<void>;
}

export async function openReleases() {
  const harness = await startTimeSkipping();

  /** Runs a release to its end, a day at a time. */
  async function run(plan: unknown, options: RunOptions = {}) {
    const ports = await withStable(options.ports ?? createFakePorts());
    const end = crowd(ports, {
      candidate: options.satisfaction ?? 0.92,
      stable: 0.9,
      users: options.users ?? 200,
      seed: 7,
    });
    const report = await harness.with(ports, async () => {
      const handle = await start({ plan, ...(options.by === undefined ? {} : { by: options.by }) });
      const alone = options.onWaiting === undefined && options.eachDay === undefined;
      for (let day = 0; day < 400 && !alone; day++) {
        const state = await handle.query(stateQuery);
        if (state.endedAt !== null) break;
        if (state.waiting !== null) await options.onWaiting?.(handle, state.waiting);
        await options.eachDay?.(handle, state, day);
        await harness.env.sleep('1 day');
      }
      return handle.result();
    });
    end();
    const days = (Date.parse(report.endedAt ?? '') - Date.parse(report.startedAt)) / 86_400_000;
    return { report, ports, days };
  }

  async function start(input: unknown): Promise<Handle> {
    return harness.env.client.workflow.start('release', {
      taskQueue,
      workflowId: `mail-${randomUUID()}`,
      args: [input],
    });
  }

  /** When the first users have its first stage and nothing is being done: a test may cancel it then. */
  async function baking(handle: Handle): Promise<void> {
    const exposure = async (): Promise<number> => (await handle.query(stateQuery)).stages[0]?.exposure ?? 0;
    await expect.poll(exposure, { timeout: 20_000 }).toBeGreaterThan(0);
  }

  async function failureOf(input: unknown, ports = createFakePorts()): Promise<ApplicationFailure> {
    const error = await harness.with(ports, async () =>
      (await start(input)).result().catch((caught: unknown) => caught),
    );
    if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) return error.cause;
    throw new Error('the release did not fail as expected', { cause: error });
  }

  return { harness, run, start, baking, failureOf, stop: () => harness.stop() };
}

export async function refusal(handle: Handle, update: string, message: unknown): Promise<string> {
  try {
    await handle.executeUpdate(update, { args: [message] });
    return 'accepted';
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) return error.cause?.message ?? '';
    throw error;
  }
}

/** Everything is stable on an older version. */
export async function withStable(ports: FakePorts): Promise<FakePorts> {
  await ports.versions.register({
    digest: 'stable-digest',
    model: 'mail',
    spec: { ...specOfStable },
    labels: { spam: ['no', 'yes'], html: ['no', 'yes'], topic: ['no', 'yes'] },
    trainedOn: 10,
  });
  const to = { kind: 'full', candidate: 'stable-digest' } as const;
  await ports.routes.set({ model: 'mail', capabilities: Object.keys(capabilities), phase: '', to });
  ports.routes.history.length = 0;
  return ports;
}

export async function expectStable(ports: FakePorts): Promise<void> {
  for (const route of await ports.routes.current()) {
    expect([route.stable, route.candidate]).toEqual(['stable-digest', null]);
  }
}

const specOfStable = {
  data: 'mail',
  share: 0.25,
  network: 'per capability',
  epochs: 10,
  batch: 32,
  learningRate: 0.001,
  vocabulary: 10_000,
  length: 100,
  embedding: 128,
  units: 128,
  seed: 1,
} as const;
