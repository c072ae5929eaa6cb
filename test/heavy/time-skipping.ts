/** A Temporal test server that skips time, with our workflows and real activities over fake ports. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker, type ActivityInterceptorsFactory } from '@temporalio/worker';
import { createActivities, createTrainingActivities } from '../../activities/index.ts';
import type { Ports } from '../../src/domain/ports.ts';
import { findParts } from '../../src/platform/parts.ts';
import { workflowBundle } from '../../src/platform/workflow-bundle.ts';
import { stateQuery, taskQueue, trainingQueue } from '../../workflows/messages.ts';

/** 2: keyword, 3: double, in Temporal's IndexedValueType. */
const searchAttributes = {
  GradusModel: 2,
  GradusVersion: 2,
  GradusStage: 2,
  GradusStep: 2,
  GradusExposure: 4,
  GradusWaiting: 2,
};

export interface Harness {
  readonly env: TestWorkflowEnvironment;
  /** Runs `test` with workers over `ports`. */
  with<T>(ports: Ports, test: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/**
 * The test server loses a timer or an update now and then, and a task in which an activity is cancelled that has
 * just ended: then nothing is done any more. On a busy machine a step takes seconds.
 */
const stuckAfterMs = 40_000;

export async function startTimeSkipping(): Promise<Harness> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  let env = await openServer();
  let lastDoneMs = 0;
  const done = (): void => void (lastDoneMs = Date.now());
  const activity: ActivityInterceptorsFactory[] = [
    () => ({
      inbound: {
        execute(input, next) {
          done();
          return next(input);
        },
      },
    }),
  ];
  const bundle = await workflowBundle();

  /** Runs `test`, and rejects when the server stands still. */
  async function limited<T>(test: () => Promise<T>): Promise<T> {
    const { stuck, end } = untilStuck(env, done, () => Date.now() - lastDoneMs > stuckAfterMs);
    done();
    const run = test();
    try {
      return await Promise.race([run, stuck]);
    } catch (error) {
      // What it still asks must be answered while there is a connection.
      if (error instanceof StandsStill)
        await Promise.race([terminateAll(env).then(() => run), sleep(30_000)]).catch(noop);
      throw error;
    } finally {
      end();
    }
  }

  return {
    get env() {
      return env;
    },
    async with(ports, test) {
      ports.stateOf = (id) => env.client.workflow.getHandle(id).query(stateQuery);
      const common = { connection: env.nativeConnection, namespace: 'default', interceptors: { activity } };
      const training = await Worker.create({
        ...common,
        taskQueue: trainingQueue,
        activities: createTrainingActivities(ports),
      });
      const worker = await Worker.create({
        ...common,
        taskQueue,
        workflowBundle: bundle,
        activities: createActivities(ports),
        shutdownGraceTime: 0,
      });
      try {
        return await worker.runUntil(training.runUntil(() => limited(test)));
      } catch (error) {
        if (error instanceof StandsStill) {
          // Before the next test looks at its clock.
          await env.teardown().catch(() => undefined);
          env = await openServer();
        }
        throw error;
      }
    },
    stop: () => env.teardown(),
  };
}

class StandsStill extends Error {}

const stands = 'the test server stands still; the next test gets another one';

/** Where the open workflows stand: the last events of each, and what it waits for. */
async function standing(env: TestWorkflowEnvironment): Promise<string> {
  try {
    const lines = (await openWorkflows(env)).map(async (handle) => {
      const [{ events }, { raw }] = await Promise.all([handle.fetchHistory(), handle.describe()]);
      const last = events?.slice(-8).map(({ eventId, eventType }) => `${String(eventId)} ${String(eventType)}`);
      const { pendingActivities, pendingWorkflowTask } = raw;
      return JSON.stringify({ id: handle.workflowId, last, pendingActivities, pendingWorkflowTask });
    });
    return (await Promise.all(lines)).join('\n');
  } catch (error) {
    return `and does not say where: ${String(error)}`;
  }
}

async function terminateAll(env: TestWorkflowEnvironment): Promise<void> {
  for (const handle of await openWorkflows(env)) await handle.terminate().catch(noop);
}

async function openWorkflows({ client, connection }: TestWorkflowEnvironment) {
  const { executions } = await connection.workflowService.listOpenWorkflowExecutions({ namespace: 'default' });
  return executions.map(({ execution }) => client.workflow.getHandle(execution?.workflowId ?? ''));
}

const noop = (): void => undefined;

/** `done` is told of time that was skipped; `stuck` rejects as soon as `isStuck` says so. */
function untilStuck(env: TestWorkflowEnvironment, done: () => void, isStuck: () => boolean) {
  let skippedMs = 0;
  async function lookAtClock(): Promise<void> {
    const aheadMs = (await env.currentTimeMs()) - Date.now();
    if (aheadMs > skippedMs + 10_000) done();
    skippedMs = aheadMs;
  }
  let timer: NodeJS.Timeout | undefined;
  const stuck = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      lookAtClock().catch(() => undefined);
      if (!isStuck()) return;
      clearInterval(timer);
      void standing(env).then((where) => reject(new StandsStill(`${stands}; ${where}`)));
    }, 1_000);
  });
  return { stuck, end: () => clearInterval(timer) };
}

async function openServer(): Promise<TestWorkflowEnvironment> {
  const server = findParts().timeSkippingServer;
  if (server === null) throw new Error('the time-skipping server is missing: node scripts/setup.mjs --test');
  const env = await startServer(server);
  await env.connection.operatorService.addSearchAttributes({ searchAttributes, namespace: 'default' });
  return env;
}

/** The SDK gives a server five seconds to start; on a busy machine Java may need more than one try. */
async function startServer(server: string, tries = 12): Promise<TestWorkflowEnvironment> {
  process.env['JAVA_TOOL_OPTIONS'] = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';
  try {
    return await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: server } },
    });
  } catch (error) {
    if (tries === 1) throw error;
    return startServer(server, tries - 1);
  }
}
