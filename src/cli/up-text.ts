/** One line for each thing that happens to a process of `gradus up`. */
import type { UpEvent } from '../platform/up.ts';

/** Null where there is nothing worth a line. */
export function upLine(event: UpEvent): string | null {
  const name = event.process.padEnd(9);
  switch (event.kind) {
    case 'starting':
      return null;
    case 'ready': {
      const address = event.address === undefined ? '' : ` on ${event.address}`;
      return ` ✓ ${name} ${event.again ? 'is back' : 'ready'}${address} (${(event.tookMs / 1000).toFixed(1)} s)`;
    }
    case 'died':
      return ` ! ${name} ended (${event.reason}); starting it again`;
    case 'gaveUp':
      return ` ✗ ${name} could not be kept running: ${event.reason}`;
  }
}
