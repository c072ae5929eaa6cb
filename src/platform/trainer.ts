/** The trainer process: runs what takes long and all cores, training and evaluation. */
import { Worker } from '@temporalio/worker';
import { createTrainingActivities } from '../../activities/index.ts';
import { trainingQueue } from '../../workflows/messages.ts';
import { createTrainer } from '../model/trainer.ts';
import { openStore } from '../store/store.ts';
import { artefactsFolder, datasetPlaces, type Config } from './config.ts';
import { databaseOf, temporalOf } from './needs.ts';
import { runOwnProcess, whenAborted, type OwnProcess } from './own-process.ts';
import { connectTemporal, installRuntime } from './temporal-connection.ts';

export function runTrainer(config: Config): Promise<void> {
  return runOwnProcess('trainer', (own) => work(config, own));
}

async function work(config: Config, { signal, ready }: OwnProcess): Promise<void> {
  const temporal = temporalOf(config);
  const database = databaseOf(config);
  installRuntime();
  const trainer = createTrainer({
    artefacts: artefactsFolder(config),
    places: datasetPlaces(config),
    threads: config.trainerThreads,
  });
  const [connection, store] = await Promise.all([
    connectTemporal(temporal, signal),
    openStore(database, { wait: false, connections: 2 }),
  ]);
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    taskQueue: trainingQueue,
    identity: `gradus-trainer@${config.hostname}`,
    activities: createTrainingActivities({ trainer, lessons: store.lessons }),
    // One training uses all cores; an evaluation may come in between.
    maxConcurrentActivityTaskExecutions: 2,
    // What was interrupted goes on elsewhere, or here after the restart: there is nothing to wait for.
    shutdownGraceTime: 0,
    shutdownForceTime: '6 seconds',
  });
  try {
    const running = worker.runUntil(whenAborted(signal));
    ready();
    await running;
  } finally {
    await store.close();
    await connection.close();
  }
}
