/** When somebody wants a command to end that runs until then. */
import type { Config } from '../platform/config.ts';

const lookEveryMs = 1000;

/**
 * The first signal asks for an orderly end; a second Ctrl-C ends at once, and the processes notice that by themselves. npm
 * and npx run commands in a shell that passes no SIGTERM on: there, the loss of that parent is the signal.
 */
export function untilToldToEnd({ environment }: Pick<Config, 'environment'>): AbortSignal {
  const told = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (told.signal.aborted && signal === 'SIGINT') process.exit(130);
      told.abort();
    });
  }
  if (environment['npm_lifecycle_event'] !== undefined) {
    const parent = process.ppid;
    const looking = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(looking);
      told.abort();
    }, lookEveryMs).unref();
  }
  return told.signal;
}
