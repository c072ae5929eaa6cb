/** Starts one of our own processes (`gradus worker` and the like) and hears from it when it is ready. */
import { spawn } from 'node:child_process';
import { endOf, stopChild, type Launched } from './launched.ts';
import { note, rotate, withLog } from './log-file.ts';
import { startScript } from './root.ts';

/** What a process of ours says to the one that started it. */
export const readyMessage = 'ready';

export interface NodeProcessOptions {
  /** The command of `gradus` that it runs. */
  command: string;
  environment: NodeJS.ProcessEnv;
  log: string;
  stopWithinMs: number;
}

/**
 * The channel to the process also tells it that we are gone, even when we were killed (see own-process.ts). It has a
 * session of its own, so that Ctrl-C in a terminal reaches us alone and we stop all in order.
 */
export function launchNode({ command, environment, log, stopWithinMs }: NodeProcessOptions): Launched {
  rotate(log);
  const child = withLog(log, (descriptor) =>
    spawn(process.execPath, [startScript, command], {
      env: environment,
      detached: true,
      stdio: ['ignore', descriptor, descriptor, 'ipc'],
    }),
  );
  note(log, `${command} started, process ${child.pid ?? 'unknown'}`);
  const exited = endOf(child);
  const ready = new Promise<void>((resolve) => {
    child.on('message', (message) => {
      if (message === readyMessage) resolve();
    });
  });
  return { pid: child.pid ?? 0, ready, exited, stop: () => stopChild(child, exited, stopWithinMs) };
}
