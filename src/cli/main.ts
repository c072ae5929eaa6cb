/** Runs the command line. */
import { explainError } from './exit.ts';
import { program } from './program.ts';

try {
  await program().parseAsync(process.argv);
} catch (error) {
  process.exitCode = explainError(error);
}
