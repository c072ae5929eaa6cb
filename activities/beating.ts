/** Work that says nothing of itself for a while, and yet has to show that it lives. */
import { Context } from '@temporalio/activity';

const everyMs = 3_000;

/** Gives a sign of life now and then until `act` has ended, so that a busy machine is not taken for a dead one. */
export async function beating<T>(act: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), everyMs);
  try {
    return await act();
  } finally {
    clearInterval(timer);
  }
}
