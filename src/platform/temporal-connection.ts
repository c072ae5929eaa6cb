/** Connects a process of ours to Temporal, waiting for it while it is away. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { GradusError } from '../domain/errors.ts';
import type { TemporalAddress } from './config.ts';
import { searchAttributes } from './search-attributes.ts';

/** As long as a server may take to recover. After that the process ends, and whoever watches it starts it again. */
const waitMs = 120_000;
const indexedValueTypes = { Keyword: 2, Double: 4 } as const;

/** Signals are ours to handle, so that activities can finish in the order that we want. */
export function installRuntime(): void {
  Runtime.install({ shutdownSignals: [], logger: new WatchfulLogger('INFO') });
}

/**
 * Ends the process where the SDK had to stop a workflow's code: all workflows of a process share one JavaScript context, in
 * which that code goes on by and by, and its commands get into histories of others. The next process begins anew.
 */
class WatchfulLogger extends DefaultLogger {
  override log(...entry: Parameters<DefaultLogger['log']>): void {
    super.log(...entry);
    const error = entry[2]?.['error'];
    if (!(error instanceof Error) || !error.message.startsWith('Script execution timed out')) return;
    console.error('worker: a workflow computed for too long and was stopped; this process ends, to be started again');
    process.exit(1);
  }
}

export async function connectTemporal(temporal: TemporalAddress, signal: AbortSignal): Promise<NativeConnection> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    try {
      return await NativeConnection.connect(temporal.connection);
    } catch (cause) {
      if (signal.aborted || Date.now() > deadline) {
        const message = `No Temporal server answers at ${temporal.address}. Start one (gradus up), or set TEMPORAL_ADDRESS.`;
        throw new GradusError('TEMPORAL_UNREACHABLE', message, { cause });
      }
      await sleep(200);
    }
  }
}

/** Adds the columns that are missing. Where that is not ours to do, the log says what the server's operator has to add. */
export async function ensureSearchAttributes(connection: NativeConnection, namespace: string): Promise<void> {
  try {
    await addMissing(connection, namespace);
  } catch (error) {
    const wanted = Object.entries(searchAttributes).map(([name, type]) => `${name}=${type}`);
    const reason = error instanceof Error ? error.message : String(error);
    console.warn(`Search attributes could not be added (${reason}). Releases need: ${wanted.join(', ')}.`);
  }
}

async function addMissing(connection: NativeConnection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(searchAttributes).filter(([name]) => !(name in customAttributes));
  if (missing.length === 0) return;
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, indexedValueTypes[type]])),
  });
}
