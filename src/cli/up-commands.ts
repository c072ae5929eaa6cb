/** `gradus up` and the processes that it runs, each of which also starts alone. */
import type { Command } from 'commander';
import { readConfig } from '../platform/config.ts';
import { whenAborted } from '../platform/own-process.ts';
import { exitCodes, explainError } from './exit.ts';
import { plainCommand } from './output.ts';
import { untilToldToEnd } from './told-to-end.ts';
import { upLine } from './up-text.ts';

export function upCommands(): Command[] {
  return [up(), ...parts()];
}

function up(): Command {
  return plainCommand('up', 'start everything, keep it running, and stop it with Ctrl-C', [
    ['gradus up', 'PostgreSQL, Temporal, worker, trainer and gateway, on the data in .gradus'],
    ['DATABASE_URL=postgres://… gradus up', 'with a PostgreSQL of yours'],
    ['TEMPORAL_ADDRESS=host:7233 gradus up', 'with a Temporal server of yours'],
  ]).action(async () => {
    const { startAll } = await import('../platform/up.ts');
    const config = readConfig();
    const told = untilToldToEnd(config);
    console.log(`Gradus starts on ${config.home}`);
    const { issuerProblem } = await import('../console/provider.ts');
    if (config.console !== null) void issuerProblem(config.console.oidc.issuer).then(warn);
    const running = await startAll(
      config,
      (event) => {
        const line = upLine(event);
        if (line !== null) console.log(line);
      },
      told,
    ).catch((error: unknown) => {
      if (!told.aborted) throw error;
      console.log('Stopped.');
      process.exit(130);
    });
    const { gateway, temporalUi } = running.addresses;
    console.log(`\nReady: the gateway is ${gateway}${temporalUi === null ? '' : `, Temporal's UI ${temporalUi}`}`);
    console.log(`Logs are in ${config.home}/logs. Ctrl-C stops everything.`);
    const failure = await Promise.race([whenAborted(told).then(() => null), running.failed]);
    console.log(failure === null ? '\nStopping …' : `\n${failure.message}\nStopping …`);
    await running.stop();
    console.log('Stopped.');
    process.exit(failure === null ? exitCodes.done : exitCodes.unreachable);
  });
}

function warn(problem: string | null): void {
  if (problem !== null) console.log(` ! console   ${problem}`);
}

/** Ends the process when its work has: what is still open then (sockets, the channel to `up`) has nothing left to do. */
async function alone(work: () => Promise<void>): Promise<never> {
  try {
    await work();
    process.exit(exitCodes.done);
  } catch (error) {
    process.exit(explainError(error));
  }
}

function parts(): Command[] {
  const where = 'DATABASE_URL=postgres://… TEMPORAL_ADDRESS=host:7233';
  return [
    plainCommand('worker', 'run workflows and short activities alone (up runs one)', [
      [`${where} gradus worker`, 'one more worker, anywhere'],
    ]).action(() => alone(async () => (await import('../platform/worker.ts')).runWorker(readConfig()))),
    plainCommand('trainer', 'run training and evaluation alone (up runs one)', [
      ['TEMPORAL_ADDRESS=host:7233 GRADUS_TRAINER_THREADS=8 gradus trainer', 'on a machine with many cores'],
    ]).action(() => alone(async () => (await import('../platform/trainer.ts')).runTrainer(readConfig()))),
    plainCommand('gateway', 'serve applications alone (up runs one)', [
      ['DATABASE_URL=postgres://… GRADUS_SECRET=… GRADUS_GATEWAY_PORT=8081 gradus gateway', 'one more gateway'],
    ]).action(() => alone(async () => (await import('../platform/gateway.ts')).runGateway(readConfig()))),
    plainCommand(
      'slack',
      'speak of releases in Slack, and take decisions there (up runs one where GRADUS_SLACK_* is set)',
      [
        [
          'GRADUS_SLACK_BOT_TOKEN=xoxb-… GRADUS_SLACK_APP_TOKEN=xapp-… GRADUS_SLACK_CHANNEL=C012AB3CD gradus slack',
          'alone',
        ],
      ],
    ).action(() => alone(async () => (await import('../slack/process.ts')).runSlack(readConfig()))),
    plainCommand('console', 'take operations over HTTP alone (up runs one where GRADUS_OIDC_ISSUER is set)', [
      [
        'GRADUS_OIDC_ISSUER=https://login.example.org GRADUS_OIDC_AUDIENCE=gradus gradus console',
        'with tokens of yours',
      ],
    ]).action(() => alone(async () => (await import('../console/process.ts')).runConsole(readConfig()))),
    plainCommand(
      'notify',
      'tell others of releases (up runs one where GRADUS_WEBHOOK_URLS or GRADUS_SMTP_URL is set)',
      [['GRADUS_WEBHOOK_URLS=https://… GRADUS_WEBHOOK_SECRET=whsec_… gradus notify', 'alone']],
    ).action(() => alone(async () => (await import('../notify/process.ts')).runNotify(readConfig()))),
  ];
}
