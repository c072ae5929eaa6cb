/** Keeps a second gateway from the folder of a live one, whose journal it would take from under it. */
import { createHash } from 'node:crypto';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GradusError } from '../domain/errors.ts';

/**
 * Holds a socket that is named after the folder: it goes with the process, however that ends. Throws `ALREADY_RUNNING`.
 * Gives back how the lock is released.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = `gradus-gateway-${createHash('sha256')
    .update(await realpath(folder))
    .digest('hex')
    .slice(0, 32)}`;
  // Linux has sockets without a file, so that none is left behind; elsewhere one that nobody answers at is.
  const address = process.platform === 'linux' ? `\0${name}` : path.join(tmpdir(), `${name}.sock`);
  let server = await listen(address);
  if (server === null && process.platform !== 'linux' && !(await isAnswered(address))) {
    await rm(address, { force: true });
    server = await listen(address);
  }
  if (server === null) {
    const message = `Another gateway works in ${folder}. Stop it first, or give this one a name of its own.`;
    throw new GradusError('ALREADY_RUNNING', message);
  }
  const held = server;
  return () => new Promise((resolve) => held.close(() => resolve()));
}

/** Null where somebody else has the address. */
function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => ('code' in error && error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
    // It is no reason for the process to go on living.
    server.listen(address, () => resolve(server)).unref();
  });
}

function isAnswered(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => socket.end(() => resolve(true)));
    socket.once('error', () => resolve(false));
  });
}
