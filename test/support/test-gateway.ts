/** A gateway in this process, on a port of its own, with versions that answer with their digest. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createGateway, type Gateway, type GatewayOptions } from '../../src/gateway/gateway.ts';
import { fakeModels, type FakeModels } from './fake-models.ts';

export interface TestGateway {
  url: string;
  gateway: Gateway;
  models: FakeModels;
  dataFolder: string;
  log: string[];
  post(place: string, body: unknown, headers?: Record<string, string>): Promise<Reply>;
  get(place: string): Promise<Reply>;
  close(): Promise<void>;
}

export interface Reply {
  status: number;
  // What a test reads of it, it also checks.
  body: Record<string, unknown>;
}

const testSecret = Buffer.from('a secret that only tests know of');
const testUserKey = Buffer.from('a key that only tests know of...');

type Needed = Pick<GatewayOptions, 'routes' | 'observations'>;

export async function testGateway(
  options: Needed & Partial<GatewayOptions> & { fake?: FakeModels },
): Promise<TestGateway> {
  const { fake = fakeModels(), ...rest } = options;
  const dataFolder = rest.dataFolder ?? (await mkdtemp(path.join(tmpdir(), 'gradus-gateway-')));
  const log: string[] = [];
  const write = (...words: unknown[]): void => void log.push(words.map(String).join(' '));
  const gateway = await createGateway({
    name: 'test-gateway',
    models: fake,
    dataFolder,
    secret: testSecret,
    userKey: testUserKey,
    pollMs: 50,
    logger: { info: write, error: write },
    ...rest,
  });
  const url = await gateway.listen({ port: 0 });
  return {
    url,
    gateway,
    models: fake,
    dataFolder,
    log,
    post: (place, body, headers = {}) => call(url + place, { method: 'POST', body: JSON.stringify(body), headers }),
    get: (place) => call(url + place, {}),
    async close() {
      await gateway.close();
      if (rest.dataFolder === undefined) await rm(dataFolder, { recursive: true });
    },
  };
}

async function call(
  url: string,
  init: { method?: string; body?: string; headers?: Record<string, string> },
): Promise<Reply> {
  const type: Record<string, string> = init.body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(url, { ...init, headers: { ...type, ...init.headers } });
  const body: unknown = await response.json();
  if (typeof body !== 'object' || body === null) throw new Error(`no object: ${JSON.stringify(body)}`);
  return { status: response.status, body: { ...body } };
}
