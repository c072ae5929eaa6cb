/** Ports: the usual one, the next free one where it is taken, and a refusal where this very one was asked for. */
import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { choosePort, listenOn } from '../../src/platform/free-port.ts';

let taken: Server | null = null;
afterEach(() => taken?.close());

/** Takes a port, and gives back its number. */
async function take(): Promise<number> {
  const server = createServer();
  taken = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const setting = 'GRADUS_GATEWAY_PORT';

test('the next free port is used when the usual one is taken', async () => {
  const port = await take();
  const chosen = await choosePort({ port, fixed: false, setting }, new Set());
  expect(chosen).toBeGreaterThan(port);
  expect(chosen).toBeLessThan(port + 50);
});

test('a port that was given out is not given out again, listened on or not', async () => {
  const given = new Set<number>();
  const port = await take();
  const chosen = [];
  for (let i = 0; i < 3; i++) chosen.push(await choosePort({ port, fixed: false, setting }, given));
  expect(new Set(chosen).size).toBe(3);
});

test('a port that was asked for and is taken is refused, with the setting to change', async () => {
  const port = await take();
  const choice = choosePort({ port, fixed: true, setting }, new Set());
  await expect(choice).rejects.toMatchObject({ code: 'SETTING_INVALID' });
  await expect(choice).rejects.toThrow(`Port ${port} is taken`);
  await expect(choice).rejects.toThrow(setting);
});

test('a process that starts alone listens on the usual port or the next, and on one that was asked for or not at all', async () => {
  const port = await take();
  const heard: number[] = [];
  const listen = async (free: number): Promise<number> => heard.push(free);
  await listenOn({ port, fixed: false, setting }, '127.0.0.1', listen);
  expect(heard[0]).toBeGreaterThan(port);
  await expect(listenOn({ port, fixed: true, setting }, '127.0.0.1', listen)).rejects.toThrow(
    `Port ${port} is taken by another program. Stop it, or set ${setting} to another port`,
  );
  expect(heard).toHaveLength(1);
});

test('a port that is taken while it is being chosen is told as such, and other mistakes as they are', async () => {
  const choice = { port: 0, fixed: true, setting };
  const port = await take();
  const late = new Promise<never>((_, reject) =>
    createServer().once('error', reject).listen({ port, host: '127.0.0.1' }),
  );
  await expect(listenOn(choice, '127.0.0.1', () => late)).rejects.toMatchObject({ code: 'SETTING_INVALID' });
  await expect(listenOn(choice, '127.0.0.1', () => Promise.reject(new Error('other')))).rejects.toThrow('other');
});

test('an address that is not of this machine is told with its own setting', async () => {
  // 192.0.2.0/24 is for documentation alone (RFC 5737).
  await expect(choosePort({ port: 4_711, fixed: true, setting }, new Set(), '192.0.2.1')).rejects.toThrow(
    '192.0.2.1 is no address of this machine. Set GRADUS_GATEWAY_HOST',
  );
});
