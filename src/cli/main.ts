/** Runs the command line. */
import { answerCompletion, completeWord } from './completion/answer.ts';

// Whoever reads what is printed may stop reading (`gradus up | head`): that is no reason to end.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

if (process.argv[2] === completeWord) {
  // Without the commands, which take longer to load than what is asked for.
  await answerCompletion(process.argv.slice(3));
} else {
  const [{ program }, { explainError }, { commandTyped }] = await Promise.all([
    import('./program.ts'),
    import('./exit.ts'),
    import('./next.ts'),
  ]);
  const words = process.argv.slice(2);
  const json = words.slice(0, words.includes('--') ? words.indexOf('--') : undefined).includes('--json');
  const gradus = program({ quietErrors: json });
  try {
    await gradus.parseAsync(process.argv);
  } catch (error) {
    process.exitCode = explainError(error, { command: commandTyped(gradus, words), json });
  }
}
