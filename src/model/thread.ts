/** Threads that train and evaluate, so that the process's own event loop stays free. */
import { Worker } from 'node:worker_threads';
import { GradusError } from '../domain/errors.ts';
import { compiled, prepareForTraining } from './environment.ts';
import type { Job, ThreadMessage, ThreadSetting } from './thread-messages.ts';

/** Given each message of a thread; what it returns, unless undefined, is the job's result. */
type Pick<T> = (message: ThreadMessage) => T | undefined;

export interface Thread {
  /** One job at a time. */
  run<T>(job: Job, pick: Pick<T>): Promise<T>;
  isAlive(): boolean;
  /** Whether the process goes on living for its sake. */
  hold(held: boolean): void;
  stop(): Promise<void>;
}

let lastStart: Promise<unknown> = Promise.resolve();

/**
 * Threads start one after the other, in the whole process: TensorFlow's binding has a table that is filled by the first
 * calls without a lock, and a thread is ready when it has made them.
 */
export function startThread(setting: ThreadSetting): Promise<Thread> {
  prepareForTraining();
  const started = lastStart.then(() => start(setting));
  lastStart = started.catch(() => {});
  return started;
}

async function start(setting: ThreadSetting): Promise<Thread> {
  const worker = new Worker(compiled('model-thread.js'), { workerData: setting });
  let alive = true;
  worker.once('exit', () => (alive = false));
  // Between jobs nobody else listens, and an error without a listener ends the process.
  worker.on('error', () => {});
  try {
    await outcome(worker, (message) => message.kind === 'ready' || undefined);
  } catch (error) {
    // One that could not get ready would wait for jobs, and the process for it.
    await worker.terminate();
    throw error;
  }
  return {
    run(job, pick) {
      const result = outcome(worker, pick);
      worker.postMessage(job);
      return result;
    },
    isAlive: () => alive,
    hold(held) {
      if (held) worker.ref();
      else worker.unref();
    },
    async stop() {
      await worker.terminate();
    },
  };
}

function outcome<T>(worker: Worker, pick: Pick<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (done: () => void): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      done();
    };
    const onMessage = (message: ThreadMessage): void => {
      if (message.kind === 'failed') return settle(() => reject(errorOf(message)));
      const result = pick(message);
      if (result !== undefined) settle(() => resolve(result));
    };
    const onError = (cause: Error): void => settle(() => reject(broken(cause.message, cause)));
    const onExit = (code: number): void => settle(() => reject(broken(`it ended with code ${code}`)));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}

function errorOf({ code, message, problems }: Extract<ThreadMessage, { kind: 'failed' }>): Error {
  return code === null ? broken(message) : new GradusError(code, message, { problems });
}

const outOfMemory = /out of memory|could not allocate|memory limit|\bOOM\b|Array buffer allocation failed/i;

function broken(reason: string, cause?: Error): GradusError {
  const message = outOfMemory.test(reason)
    ? `The machine has not enough memory for it (${firstLine(reason)}): lower train.batch, train.length, train.vocabulary, train.units, train.embedding or train.share, or use a larger machine.`
    : `A model thread broke: ${reason}. See the log, and try again.`;
  return new GradusError('TRAINING_FAILED', message, { cause });
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
