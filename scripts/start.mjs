/** `npm start`: makes everything ready, then shows a release from beginning to end. Takes the options of `gradus demo`. */
import { fileURLToPath } from 'node:url';
import { setUp } from './setup.mjs';

if (await setUp()) {
  const program = new URL('../bin/gradus.mjs', import.meta.url);
  // From here on this process is the program itself: signals and exit code need no carrying over.
  process.argv.splice(1, 1, fileURLToPath(program), 'demo');
  await import(program.href);
} else {
  process.exitCode = 1;
}
