/** The gateway process: serves applications over HTTP. */
import { createGateway } from '../gateway/index.ts';
import { createModels } from '../model/predictor.ts';
import { openStore } from '../store/store.ts';
import { artefactsFolder, type Config } from './config.ts';
import { databaseOf } from './needs.ts';
import { runOwnProcess, whenAborted, type OwnProcess } from './own-process.ts';
import { readSecret } from './secret.ts';

export function runGateway(config: Config): Promise<void> {
  return runOwnProcess('gateway', (own) => work(config, own));
}

async function work(config: Config, { signal, ready }: OwnProcess): Promise<void> {
  const store = await openStore(databaseOf(config), { wait: false });
  const gateway = createGateway({
    store,
    models: createModels({ artefacts: artefactsFolder(config) }),
    secret: await readSecret(config),
  });
  await gateway.listen({ host: config.gateway.host, port: config.ports.gateway.port });
  ready();
  await whenAborted(signal);
  await gateway.close();
  await store.close();
}
