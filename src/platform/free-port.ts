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
  if (port === null || (choice.fixed && taken.has(port))) throw refusal(choice);
  taken.add(port);
  return port;
}

async function nextFree(from: number, taken: Set<number>, host: string): Promise<number | null> {
  if (from === 0) return tryPort(0, host);
  for (let port = from; port < Math.min(from + reach, 65_536); port++) {
    if (!taken.has(port) && (await tryPort(port, host)) !== null) return port;
  }
  return tryPort(0, host);
}

function refusal(choice: PortChoice): GradusError {
  const message = choice.fixed
    ? `Port ${choice.port} is taken by another program. Stop it, or set ${choice.setting} to another port (left out, the next free one is used).`
    : `No port is free for ${choice.setting}.`;
  return new GradusError('SETTING_INVALID', message);
}

/** The port where it is free, null where it is not; 0 gives any free one. */
function tryPort(port: number, host: string): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const got = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(got));
    });
  });
}
