/** Opens the store for a command, also when nothing runs: then PostgreSQL is started on the existing data for that moment. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { GradusError } from '../domain/errors.ts';
import { startEmbedded } from '../store/embedded.ts';
import { openStore, type Store } from '../store/store.ts';
import type { Config } from './config.ts';
import { choosePort } from './free-port.ts';
import { guarded } from './guard.ts';
import { lockHome } from './home-lock.ts';
import { logFile } from './log-file.ts';
import { findParts } from './parts.ts';
import { runningOn } from './run-file.ts';

/** Throws `NOT_RUNNING` where there is no data yet (unless it is to be created), `STORE_UNREACHABLE` where the server of DATABASE_URL is away. */
export async function withStore<T>(
  config: Config,
  use: (store: Store) => Promise<T>,
  options: { create?: boolean } = {},
): Promise<T> {
  const run = runningOn(config.home);
  const url = config.databaseUrl ?? run?.addresses?.database;
  if (url !== undefined) return useAndClose(url, use);
  if (run !== null)
    throw new GradusError('NOT_RUNNING', `gradus up (process ${run.up.pid}) is still starting. Try again.`);
  const dataFolder = postgresFolder(config);
  if (options.create !== true && !existsSync(path.join(dataFolder, 'data', 'PG_VERSION'))) {
    throw new GradusError('NOT_RUNNING', `There are no records in ${config.home} yet. Start with: gradus up`);
  }
  const unlock = await lockHome(config.home, 'reading');
  try {
    const server = await startEmbedded({
      bin: findParts().postgres,
      dataFolder,
      port: await choosePort({ ...config.ports.postgres, port: 0, fixed: false }, new Set()),
      log: logFile(config.home, 'postgres'),
      guard: (command, args) => guarded('INT', command, args),
    });
    try {
      return await useAndClose(server.url, use);
    } finally {
      await server.stop();
    }
  } finally {
    await unlock();
  }
}

export function postgresFolder(config: Config): string {
  return path.join(config.home, 'postgres');
}

async function useAndClose<T>(url: string, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(url, { connections: 2 });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
