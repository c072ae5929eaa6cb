/** For tests: Temporal's SDK for Python, in an environment of its own, to run the example bot as others would. */
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PartMissing } from './listing.mjs';
import { cache, machine } from './places.mjs';
import { onPath, run } from './processes.mjs';

const requirement = 'temporalio==1.35.0';
const remedy =
  'have Python 3.10 or later with pip and venv (Debian, Ubuntu: apt-get install python3-venv) and a connection to the Python package index (PIP_INDEX_URL names another one)';
/** On CI the bot is tested, or the set-up fails; elsewhere it is left out where it cannot be had. */
const isNeeded = Boolean(process.env.CI);

export const pythonSdk = {
  id: 'pythonSdk',
  name: 'Temporal for Python',
  key: () => `${requirement} ${machine} ${onPath('python3', 'python')} ${isNeeded}`,
  async make({ say }) {
    try {
      return await obtain(say);
    } catch (error) {
      if (isNeeded) throw error;
      return { name: 'Temporal for Python', how: 'none: bot.py untested', files: [], values: {} };
    }
  },
};

async function obtain(say) {
  const base = onPath('python3', 'python');
  if (!base) throw new PartMissing('there is no Python for the tests', remedy);
  const version = (await run(base, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'])).trim();
  const folder = join(cache, 'python', `${requirement}-${version}-${machine}`);
  const python = join(folder, 'bin', 'python');
  if (existsSync(python) && (await imports(python))) return describe(python, 'cached');
  say('pip install');
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(cache, 'python'), { recursive: true });
  try {
    await run(base, ['-m', 'venv', folder]);
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-cache-dir', '--only-binary=:all:', '--retries=2'];
    await run(python, ['-m', 'pip', 'install', ...quiet, requirement]);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw new PartMissing(`${requirement} could not be installed for Python ${version}`, remedy, error.output);
  }
  if (await imports(python)) return describe(python, 'PyPI');
  throw new PartMissing(`${requirement} does not load in Python ${version}`, remedy);
}

function describe(python, how) {
  return { name: 'Temporal for Python', how, files: [python], values: { python } };
}

function imports(python) {
  return run(python, ['-c', 'import temporalio.client'], { withinMs: 60_000 }).then(
    () => true,
    () => false,
  );
}
