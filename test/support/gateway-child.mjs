/** A gateway in a process of its own, so that a test can kill it: `gateway-child.mjs <database> <data folder> <port>`. */
import { createGateway } from '../../dist/src/gateway/gateway.js';
import { openStore } from '../../dist/src/store/store.js';

const [, , database, dataFolder, port] = process.argv;
const store = await openStore(database, { wait: false });
const gateway = await createGateway({
  name: 'child',
  routes: store.routes,
  observations: store.observations,
  models: {
    load: async (digest) => ({
      labels: {},
      predict: async (_, texts) => texts.map(() => ({ label: digest, confidence: 0.5 })),
    }),
  },
  dataFolder,
  secret: Buffer.from('a secret that only tests know of'),
  userKey: Buffer.from('a key that only tests know of...'),
  leaseMs: 1_000,
  pollMs: 100,
  logger: { info() {}, error() {} },
});
await gateway.listen({ port: Number(port) });
console.log('ready');
