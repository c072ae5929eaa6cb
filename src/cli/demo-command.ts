/** `gradus demo`: what `npm start` runs after the set-up. */
import type { Command } from 'commander';
import { plainCommand } from './output.ts';

export function demoCommand(): Command {
  return plainCommand('demo', 'train and release a sample model from beginning to end, with simulated users', [
    ['gradus demo', 'version 1 to all at once, then version 2 gradually against it'],
    ['gradus demo --degraded', 'a candidate with a fault, and how it is stopped'],
  ])
    .option('--degraded', 'offer a candidate with a real fault that its own tests do not see')
    .action(async ({ degraded }: { degraded?: boolean }) => {
      const { demo } = await import('./demo.ts');
      process.exit(await demo({ degraded: degraded === true, signal: untilToldToEnd() }));
    });
}

/** The first Ctrl-C asks for an orderly end; another one ends at once, and the processes notice that by themselves. */
function untilToldToEnd(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (ending.signal.aborted && signal === 'SIGINT') process.exit(130);
      ending.abort();
    });
  }
  return ending.signal;
}
