/** Finds a port of 127.0.0.1 to listen on: the usual one, or the next that nobody has. */
import { createServer } from 'node:net';
import { GradusError } from '../domain/errors.ts';
import type { PortChoice } from './config.ts';

/** How far from the usual port we look. */
const reach = 200;

/**
 * `taken` are ports that were given out already and may not be listened on yet; the new one is added. Throws
 * `SETTING_INVALID` where somebody asked for a port that is not free.
 */
export async function choosePort(choice: PortChoice, taken: Set<number>, host = '127.0.0.1'): Promise<number> {
  const port = choice.fixed ? await tryPort(choice.port, host) : await nextFree(choice.port, taken, host);
  if (typeof port === 'string') throw refusal(choice, host, port);
  if (choice.fixed && taken.has(port)) throw refusal(choice, host, 'EADDRINUSE');
  taken.add(port);
  return port;
}

/** For a process that starts alone: listens on the port that was asked for, or on the usual one or the next. Throws as `choosePort`. */
export async function listenOn<T>(choice: PortChoice, host: string, listen: (port: number) => Promise<T>): Promise<T> {
  const port = await choosePort(choice, new Set(), host);
  try {
    return await listen(port);
  } catch (error) {
    // Another program was faster.
    if (codeOf(error) === 'EADDRINUSE') throw refusal({ ...choice, port, fixed: true }, host, 'EADDRINUSE');
    throw error;
  }
}

async function nextFree(from: number, taken: Set<number>, host: string): Promise<number | string> {
  if (from === 0) return tryPort(0, host);
  for (let port = from; port < Math.min(from + reach, 65_536); port++) {
    if (!taken.has(port) && typeof (await tryPort(port, host)) === 'number') return port;
  }
  return tryPort(0, host);
}

function refusal({ port, setting, fixed }: PortChoice, host: string, code: string): GradusError {
  const hostSetting = setting.replace(/_PORT$/, '_HOST');
  const otherwise = `set ${setting} to another port (left out, the next free one is used)`;
  let message = `No port is free for ${setting}.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    message = `${host} is no address of this machine. Set ${hostSetting} to one that is, or to 0.0.0.0 for all.`;
  } else if (code === 'EACCES') {
    message = `You may not listen on port ${port}: ports below 1024 are for the system. Get that right, or ${otherwise}.`;
  } else if (fixed) message = `Port ${port} is taken by another program. Stop it, or ${otherwise}.`;
  return new GradusError('SETTING_INVALID', message);
}

/** The port where it is free, otherwise the error's code; 0 gives any free one. */
function tryPort(port: number, host: string): Promise<number | string> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(codeOf(error) ?? 'EADDRINUSE'));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const got = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(got));
    });
  });
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
