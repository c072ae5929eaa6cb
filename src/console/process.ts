/** The console process: operators and approvers over HTTP, told apart by the tokens of their provider. */
import { Client, Connection } from '@temporalio/client';
import { GradusError } from '../domain/errors.ts';
import type { Config } from '../platform/config.ts';
import { endAbandoned } from '../platform/end-abandoned.ts';
import { listenOn } from '../platform/free-port.ts';
import { databaseOf, temporalOf } from '../platform/needs.ts';
import { runOwnProcess, whenAborted, type OwnProcess } from '../platform/own-process.ts';
import { sendMessage } from '../platform/send-message.ts';
import { openStore } from '../store/store.ts';
import { createConsole } from './http.ts';
import { issuerProblem } from './provider.ts';
import { createTokens } from './tokens.ts';

const storeWithinMs = 5_000;

export function runConsole(config: Config): Promise<void> {
  return runOwnProcess('console', (own) => work(config, own));
}

async function work(config: Config, { signal, ready }: OwnProcess): Promise<void> {
  if (config.console === null) {
    throw new GradusError('SETTING_INVALID', 'The console is not set up: see GRADUS_OIDC_* in docs/configuration.md.');
  }
  const { host, port, oidc } = config.console;
  const problem = await issuerProblem(oidc.issuer);
  // What serves beside it goes on under `gradus up`, which says the same.
  if (problem !== null && process.send === undefined) throw new GradusError('SETTING_INVALID', problem);
  if (problem !== null) console.error(`console: ${problem}`);
  const temporal = temporalOf(config);
  const connection = Connection.lazy(temporal.connection);
  const client = new Client({ connection, namespace: temporal.namespace });
  const store = await openStore(databaseOf(config), { wait: false, retryMs: storeWithinMs, connections: 4 });
  const app = createConsole({
    callerOf: createTokens(oidc),
    policies: store.policies,
    releases: store.releases,
    delegations: store.delegations,
    audit: store.audit,
    send: (release, operation, says) => sendMessage(client, release, operation, says),
    endAbandoned: (release, says) => endAbandoned(store, release, says),
    problem: (message, error) => console.error(`console: ${message}:`, error),
  });
  const address = await listenOn(port, host, (free) => app.listen({ host, port: free }));
  ready(address);
  await whenAborted(signal);
  await app.close();
  await store.close();
  await connection.close();
}
