/** Says something to a release for a person: the same way for a command and for a key of the live view. */
import type { Client } from '@temporalio/client';
import type { Operation, PersonSays } from '../domain/approval.ts';
import { GradusError } from '../domain/errors.ts';
import { endAbandoned } from '../platform/end-abandoned.ts';
import { sendMessage } from '../platform/send-message.ts';
import type { Store } from '../store/store.ts';

type UseStore = <T>(use: (store: Store) => Promise<T>) => Promise<T>;

/** The release's answer. A release whose workflow was terminated is ended by a roll back. Throws as `sendMessage` does. */
export async function tellRelease(
  client: Client,
  useStore: UseStore,
  id: string,
  operation: Operation,
  says: PersonSays,
): Promise<string> {
  return sendMessage(client, id, operation, says).catch(async (error: unknown) => {
    const isGone = error instanceof GradusError && error.code === 'RELEASE_UNKNOWN' && operation === 'rollback';
    const ended = isGone ? await useStore((store) => endAbandoned(store, id, says)) : null;
    if (ended === null) throw error;
    return ended;
  });
}
