/** The command line of Gradus. */
import { Command } from 'commander';
import { readConfig } from '../platform/config.ts';

const program = new Command('gradus');
program.command('worker').action(async () => (await import('../platform/worker.ts')).runWorker(readConfig()));
program.command('trainer').action(async () => (await import('../platform/trainer.ts')).runTrainer(readConfig()));
program.command('gateway').action(async () => (await import('../platform/gateway.ts')).runGateway(readConfig()));
await program.parseAsync(process.argv);
