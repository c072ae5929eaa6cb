/** Long work ends when somebody presses Ctrl-C or the process is told to stop, with words instead of a stack. */
import type { EventEmitter } from 'node:events';
import { Stopped } from './exit.ts';

/** For work that keeps what it has done so far. */
export const goesOn = 'Stopped. Run it again to go on from where it was.';

/** Aborted by the first such signal; a second one ends the process at once, as it does without us. */
export function interrupted(message = 'Stopped.', from: Pick<EventEmitter, 'once'> = process): AbortSignal {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) from.once(signal, () => ending.abort(new Stopped(message)));
  return ending.signal;
}
