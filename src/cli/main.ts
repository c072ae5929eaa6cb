/** Runs the command line. */
import { explainError } from './exit.ts';
import { program } from './program.ts';

// Whoever reads what is printed may stop reading (`gradus up | head`): that is no reason to end.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await program().parseAsync(process.argv);
} catch (error) {
  process.exitCode = explainError(error);
}
