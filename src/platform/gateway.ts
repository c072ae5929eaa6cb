/** The gateway process: serves applications over HTTP. */
import path from 'node:path';
import { createGateway } from '../gateway/gateway.ts';
import { keyPurposes } from '../gateway/user-hash.ts';
import { createModels } from '../model/predictor.ts';
import { openStore } from '../store/store.ts';
import { artefactsFolder, type Config } from './config.ts';
import { listenOn } from './free-port.ts';
import { databaseOf } from './needs.ts';
import { runOwnProcess, whenAborted, type OwnProcess } from './own-process.ts';
import { deriveKey, readSecret } from './secret.ts';

export function runGateway(config: Config): Promise<void> {
  return runOwnProcess('gateway', (own) => work(config, own));
}

async function work(config: Config, { signal, ready }: OwnProcess): Promise<void> {
  const secret = await readSecret(config);
  const store = await openStore(databaseOf(config), { wait: false });
  const { host, url } = config.gateway;
  const { gateway, address } = await listenOn(config.ports.gateway, host, async (port) => {
    const name = config.gateway.name ?? `${config.hostname}:${port}`;
    const opened = await createGateway({
      name,
      routes: store.routes,
      observations: store.observations,
      models: createModels({ artefacts: artefactsFolder(config) }),
      dataFolder: path.join(config.home, 'gateways', name.replace(/[^\w.-]/g, '-')),
      secret: deriveKey(secret, keyPurposes.answers),
      userKey: deriveKey(secret, keyPurposes.users),
      adminToken: config.gateway.adminToken,
    });
    return { gateway: opened, address: await opened.listen({ host, port, url }) };
  });
  ready(address);
  await whenAborted(signal);
  await gateway.close();
  await store.close();
}
