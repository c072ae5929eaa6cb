/** The worker process: runs the workflows and the short activities. */
import { Client, WorkflowNotFoundError } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/index.ts';
import { stateQuery, taskQueue } from '../../workflows/messages.ts';
import { openStore } from '../store/store.ts';
import type { Config } from './config.ts';
import { databaseOf, temporalOf } from './needs.ts';
import { runOwnProcess, whenAborted, type OwnProcess } from './own-process.ts';
import { connectTemporal, ensureSearchAttributes, installRuntime } from './temporal-connection.ts';
import { isEnded } from './end-abandoned.ts';
import { keepTelling } from './tell-releases.ts';
import { workflowBundle } from './workflow-bundle.ts';

export function runWorker(config: Config): Promise<void> {
  return runOwnProcess('worker', (own) => work(config, own));
}

/**
 * How long one moment of a workflow may compute, which is milliseconds: longer than a task may take, so that a busy machine
 * stops nothing. The SDK has this setting, and does not show it in its types.
 */
const patience = { isolateExecutionTimeout: '20 seconds' };

async function work(config: Config, { signal, ready }: OwnProcess): Promise<void> {
  const database = databaseOf(config);
  const temporal = temporalOf(config);
  installRuntime();
  // Records may be away for a moment: activities wait for them by themselves.
  const [bundle, connection, store] = await Promise.all([
    workflowBundle(),
    connectTemporal(temporal, signal),
    openStore(database, { wait: false }),
  ]);
  const { namespace } = temporal;
  const client = new Client({ connection, namespace });
  await ensureSearchAttributes(connection, namespace);
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    identity: `gradus-worker@${config.hostname}`,
    workflowBundle: bundle,
    activities: createActivities({
      ...store,
      isRunning: (id) => isRunning(client, id),
      stateOf: (id) => client.workflow.getHandle(id).query(stateQuery),
    }),
    maxConcurrentActivityTaskExecutions: 40,
    // A worker that was killed keeps its workflows for this long at most, before another gets them.
    stickyQueueScheduleToStartTimeout: '2 seconds',
    ...patience,
    shutdownGraceTime: '2 seconds',
    shutdownForceTime: '8 seconds',
  });
  try {
    const running = worker.runUntil(whenAborted(signal));
    ready();
    await Promise.all([running, keepTelling(client, store, signal)]);
  } finally {
    await store.close();
    await connection.close();
  }
}

/** Whether a release's workflow has not ended; one that Temporal does not know (any more) has. */
async function isRunning(client: Client, releaseId: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(releaseId).describe();
    return !isEnded(status.name);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
