/** `gradus demo`: what `npm start` runs after the set-up. */
import type { Command } from 'commander';
import { readConfig } from '../platform/config.ts';
import { plainCommand } from './output.ts';
import { untilToldToEnd } from './told-to-end.ts';

export function demoCommand(): Command {
  return plainCommand('demo', 'train and release a sample model from beginning to end, with simulated users', [
    ['gradus demo', 'version 1 to all at once, then version 2 gradually against it'],
    ['gradus demo --degraded', 'a candidate with a fault, and how it is stopped'],
  ])
    .option('--degraded', 'offer a candidate with a real fault that its own tests do not see')
    .action(async ({ degraded }: { degraded?: boolean }) => {
      const { demo } = await import('./demo.ts');
      process.exit(await demo({ degraded: degraded === true, signal: untilToldToEnd(readConfig()) }));
    });
}
