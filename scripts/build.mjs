/** `npm run build`: dist/ from the sources, with nothing else looked at. */
import { build } from './setup/build.mjs';

try {
  await build.make({ say: () => {}, after: () => {} });
} catch (error) {
  console.error(error.detail ?? error);
  process.exitCode = 1;
}
