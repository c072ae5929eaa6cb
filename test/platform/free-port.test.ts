/** Ports: the usual one, the next free one where it is taken, and a refusal where this very one was asked for. */
import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { choosePort } from '../../src/platform/free-port.ts';

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
