/** Talks to releases in Temporal: starts them, brings them people's messages, and asks how far they are. */
import { Client, Connection } from '@temporalio/client';
import { GradusError } from '../domain/errors.ts';
import type { Config } from './config.ts';
import { temporalOf } from './needs.ts';

const connectWithinMs = 5_000;

/** Throws `NOT_RUNNING` or `TEMPORAL_UNREACHABLE`. */
export async function withTemporal<T>(config: Config, use: (client: Client) => Promise<T>): Promise<T> {
  const client = await connectClient(config);
  try {
    return await use(client);
  } finally {
    await client.connection.close();
  }
}

/** For one that stays connected, and closes `client.connection` itself. */
export async function connectClient(config: Config): Promise<Client> {
  const temporal = temporalOf(config);
  try {
    const connection = await Connection.connect({ ...temporal.connection, connectTimeout: connectWithinMs });
    return new Client({ connection, namespace: temporal.namespace });
  } catch (cause) {
    const message = `No Temporal server answers at ${temporal.address}. Start one (gradus up), or set TEMPORAL_ADDRESS.`;
    throw new GradusError('TEMPORAL_UNREACHABLE', message, { cause });
  }
}
