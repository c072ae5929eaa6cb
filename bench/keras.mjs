/** Python with Keras, in a virtual environment of its own beside the other parts; made at the first run. */
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cache } from '../scripts/setup/places.mjs';
import { run } from '../scripts/setup/processes.mjs';

const wanted = 'tensorflow-cpu==2.19.0';

export async function kerasPython() {
  const folder = join(cache, 'bench', wanted.replace('==', '-'));
  const python = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'finished'))) return python;
  console.log(` Keras: a virtual environment with ${wanted} (once, some minutes)`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', wanted]);
  await run(python, ['-c', `open(${JSON.stringify(join(folder, 'finished'))}, "w").close()`]);
  return python;
}
