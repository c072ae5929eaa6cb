/** Says something to a release for a person: the same way for a command and for a key of the live view. */
import type { Client } from '@temporalio/client';
import type { Operation, PersonSays } from '../domain/approval.ts';
import { GradusError } from '../domain/errors.ts';
import { noteRefusal } from '../domain/on-record.ts';
import { howEnded } from '../domain/report-words.ts';
import { endAbandoned } from '../platform/end-abandoned.ts';
import { sendMessage } from '../platform/send-message.ts';
import type { Store } from '../store/store.ts';

type UseStore = <T>(use: (store: Store) => Promise<T>) => Promise<T>;

/**
 * The release's answer. A release whose workflow was terminated is ended by a roll back. Throws as `sendMessage` does, and
 * `MESSAGE_REFUSED` with how it ended where it has.
 */
export async function tellRelease(
  client: Client,
  useStore: UseStore,
  id: string,
  operation: Operation,
  says: PersonSays,
): Promise<string> {
  return answered(client, useStore, id, operation, says).catch(async (error: unknown) => {
    const deed = { subject: id, operation, did: operation, by: says.by, via: says.via ?? 'cli' };
    await useStore(({ audit }) => noteRefusal(audit, deed, error)).catch(() => undefined);
    throw error;
  });
}

function answered(
  client: Client,
  useStore: UseStore,
  id: string,
  operation: Operation,
  says: PersonSays,
): Promise<string> {
  return sendMessage(client, id, operation, says).catch(async (error: unknown) => {
    if (!(error instanceof GradusError) || error.code !== 'RELEASE_UNKNOWN') throw error;
    const ended = operation === 'rollback' ? await useStore((store) => endAbandoned(store, id, says)) : null;
    if (ended !== null) return ended;
    const report = await useStore(({ releases }) => releases.find(id)).catch(() => null);
    if (report === null) throw error;
    const gone = `The workflow of ${id} was ended from outside (terminated?). Put its users back: gradus release rollback ${id}`;
    throw new GradusError('MESSAGE_REFUSED', report.endedAt === null ? gone : `${howEnded(report)}.`, { cause: error });
  });
}
