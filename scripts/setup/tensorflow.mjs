/** The native half of @tensorflow/tfjs-node: libtensorflow and the binding to it, cached, and linked into node_modules. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PartMissing } from './listing.mjs';
import { asLocked } from './packages.mjs';
import { cache, machine, modules, root, scratch, sha256 } from './places.mjs';
import { reachable, run, runNode } from './processes.mjs';
import { compileBinding, ownHost, unpackWheel, wheel } from './tensorflow-wheel.mjs';

const source = join(modules, '@tensorflow', 'tfjs-node');

export const tensorflow = {
  id: 'tensorflow',
  name: 'TensorFlow',
  key: () => `${process.version} ${machine}`,
  async make({ say, after }) {
    const open = await ownIsReachable();
    // Fetched while npm works, where it will be needed in any case.
    const early = !open && wheel && !asLocked() && !(await anyCached()) ? unpackWheel(say) : null;
    early?.catch(() => {});
    await after('packages');

    const ready = await load().catch(() => null);
    if (ready) return describe(ready, 'loads');
    const kept = join(cache, 'tensorflow', variant());
    if (existsSync(kept)) {
      await linkTo(kept);
      const again = await load().catch(() => null);
      if (again) return describe(again, 'cached');
    }
    const how = await obtain(kept, open, early, say);
    await linkTo(kept);
    try {
      return describe(await load(), how);
    } catch (error) {
      const remedy = `look at what it says above; this is Node ${process.version} on ${machine}`;
      throw new PartMissing('TensorFlow is there but does not load', remedy, error.output);
    }
  },
};

async function ownIsReachable() {
  const mirror = process.env.TFJS_NODE_CDN_STORAGE || process.env.TFJS_NODE_BASE_URI;
  return Boolean(mirror) || (await reachable(ownHost));
}

/** Lays libtensorflow and the binding into `kept`, from the package's own download or from PyPI. */
async function obtain(kept, open, early, say) {
  let detail = '';
  if (open) {
    try {
      await ownDownload(kept, say);
      return 'its own download';
    } catch (error) {
      detail = error.output ?? error.message;
    }
  }
  if (!wheel) {
    throw new PartMissing(
      `TensorFlow's library for ${machine} could not be had`,
      `connect to ${ownHost} (TFJS_NODE_CDN_STORAGE names a mirror), or use Linux with glibc on x64 or arm64`,
      detail,
    );
  }
  const unpacked = await (early ?? unpackWheel(say));
  await compileBinding(unpacked, source, say);
  await moveIn(unpacked.folder, kept);
  return 'PyPI, sha256 ok';
}

/** What the package itself does on `npm install`; then moved to the cache. */
async function ownDownload(kept, say) {
  say('its own download');
  // Links of an earlier set-up would lead its writing into the cache.
  for (const name of ['lib', 'deps']) await rm(join(source, name), { recursive: true, force: true });
  const env = { PATH: `${join(modules, '.bin')}:${process.env.PATH}` };
  await run(process.execPath, ['scripts/install.js'], { cwd: source, env });
  await load();
  const fresh = join(scratch, 'tensorflow-own');
  await mkdir(join(fresh, 'deps'), { recursive: true });
  await cp(join(source, 'deps', 'lib'), join(fresh, 'deps', 'lib'), { recursive: true, verbatimSymlinks: true });
  await cp(join(source, 'lib'), join(fresh, 'lib'), { recursive: true });
  await moveIn(fresh, kept);
}

async function moveIn(fresh, kept) {
  await mkdir(join(cache, 'tensorflow'), { recursive: true });
  await rm(kept, { recursive: true, force: true });
  await rename(fresh, kept);
}

/** Changes with all that the binding depends on; not with Node, whose interface (Node-API 8) is the same in every version. */
function variant() {
  const version = readFileSync(join(source, 'package.json'), 'utf8');
  return `${machine}-${sha256(version + JSON.stringify(wheel ?? '')).slice(0, 12)}`;
}

async function anyCached() {
  return (await readdir(join(cache, 'tensorflow')).catch(() => [])).some((name) => name.startsWith(machine));
}

/** node_modules holds links only: Node follows them, so the library is found beside the binding in the cache. */
async function linkTo(kept) {
  for (const name of ['lib', 'deps']) {
    await rm(join(source, name), { recursive: true, force: true });
    await symlink(join(kept, name), join(source, name));
  }
}

/** Really loads it and multiplies; its version, `2.19.0`. */
async function load() {
  const code = `
    import { createRequire } from 'node:module';
    import util from 'node:util';
    util.isNullOrUndefined ??= (value) => value === null || value === undefined;
    const require = createRequire(${JSON.stringify(join(root, 'package.json'))});
    const tf = require('@tensorflow/tfjs-node');
    const [four] = tf.matMul(tf.tensor2d([[2]]), tf.tensor2d([[2]])).dataSync();
    if (four !== 4) throw new Error('2 × 2 = ' + four);
    console.log(tf.backend().binding.TF_Version);
  `;
  return (await runNode(code, { env: { TF_CPP_MIN_LOG_LEVEL: '2' }, withinMs: 60_000 })).trim().split('\n').pop();
}

function describe(version, how) {
  const folder = join(source, 'deps', 'lib');
  const files = [join(source, 'lib', 'napi-v8', 'tfjs_binding.node')];
  files.push(...readdirSync(folder).map((file) => join(folder, file)));
  return { name: `TensorFlow ${version.split('.').slice(0, 2).join('.')}`, how, files, values: {} };
}
