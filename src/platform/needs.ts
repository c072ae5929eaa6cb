/** What a process that starts alone must be told: settings that have no default, or what `gradus up` on the same data knows. */
import { GradusError } from '../domain/errors.ts';
import type { Config, TemporalAddress } from './config.ts';
import { runningOn } from './run-file.ts';

/** Throws `NOT_RUNNING` where nobody says where the records are. */
export function databaseOf(config: Config): string {
  const url = config.databaseUrl ?? runningOn(config.home)?.addresses?.database;
  if (url === undefined) throw nowhere(config, 'DATABASE_URL', 'postgres://gradus:…@127.0.0.1:5432/gradus');
  return url;
}

/** Throws `NOT_RUNNING` where nobody says where Temporal is. */
export function temporalOf(config: Config): TemporalAddress {
  if (config.temporal !== null) return config.temporal;
  const addresses = runningOn(config.home)?.addresses ?? null;
  if (addresses === null) throw nowhere(config, 'TEMPORAL_ADDRESS', '127.0.0.1:7233');
  const { temporal: address, namespace } = addresses;
  return { address, namespace, connection: { address } };
}

/** Throws `NOT_RUNNING` where nobody says where the gateway is. */
export function gatewayOf(config: Config): string {
  const url = config.gateway.url ?? runningOn(config.home)?.addresses?.gateway;
  if (url === undefined) throw nowhere(config, 'GRADUS_GATEWAY_URL', 'http://127.0.0.1:8080');
  return url;
}

function nowhere(config: Config, setting: string, example: string): GradusError {
  return new GradusError(
    'NOT_RUNNING',
    `Nothing runs on ${config.home}. Start it with: gradus up\nOr set ${setting} to where yours is, e.g. ${example}.`,
  );
}
