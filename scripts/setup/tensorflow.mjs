/** The native half of @tensorflow/tfjs-node: libtensorflow and the binding to it, cached, and linked into node_modules. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PartMissing } from './listing.mjs';
import { cache, machine, modules, root, scratch, sha256 } from './places.mjs';
import { CommandFailed, onPath, reachable, run, runNode } from './processes.mjs';
import { dropWheel, fetchWheel } from './wheels.mjs';
import { unzip } from './zip.mjs';

/** libtensorflow as the Python package brings it, for where the binding's own download can't be reached. */
const wheels = {
  'linux-x64': {
    requirement: 'tensorflow-cpu==2.19.0',
    platform: 'manylinux2014_x86_64',
    sha256: '9389305ae3012288a5e367081b6757bfb9d86d4048c69989c659830b257e1c51',
  },
  'linux-arm64': {
    requirement: 'tensorflow==2.19.0',
    platform: 'manylinux2014_aarch64',
    sha256: 'c92d3ff958ac0ee0eb343f10d4055b3a2815635cb3ee0836f9b1d735c76ee098',
  },
};

const host = 'storage.googleapis.com';
const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
/** The headers that the binding includes, and what they include. */
const headers =
  /^tensorflow\/include\/(tensorflow\/c\/|tensorflow\/core\/platform\/ctstring|tsl\/platform\/ctstring|xla\/tsl\/c\/).*\.h$/;

const binding = () => join(modules, '@tensorflow', 'tfjs-node');

export const tensorflow = {
  id: 'tensorflow',
  name: 'TensorFlow',
  key: () => `${process.version} ${machine}`,
  needs: ['packages'],
  async make({ say, after }) {
    // What has to be fetched in any case is fetched while npm works.
    const closed =
      process.env.TFJS_NODE_CDN_STORAGE || process.env.TFJS_NODE_BASE_URI ? false : !(await reachable(host));
    const wheel = wheels[machine];
    const guess = closed && wheel && !(await anyCached()) ? fetchWheel(wheel, say) : null;
    guess?.catch(() => {});
    await after('packages');

    const loaded = await load().catch(() => null);
    if (loaded) return describe(loaded, 'loads');
    const kept = join(cache, 'tensorflow', variant());
    if (existsSync(kept)) {
      await linkTo(kept);
      const again = await load().catch(() => null);
      if (again) return describe(again, 'cached');
    }
    const source = await obtain({ say, closed, wheel, guess, kept });
    await linkTo(kept);
    try {
      return describe(await load(), source);
    } catch (error) {
      throw new PartMissing(
        'TensorFlow was built but does not load',
        `see the messages above; Node ${process.version} on ${machine}`,
        error.output,
      );
    }
  },
};

async function obtain({ say, closed, wheel, guess, kept }) {
  if (!closed) {
    try {
      await ownDownload(say);
      await keepOwn(kept);
      return 'its own download';
    } catch (error) {
      if (!(error instanceof CommandFailed) || !wheel) throw unavailable(error.output ?? error.message);
    }
  }
  if (!wheel) throw unavailable(`there is no ready libtensorflow for ${machine}`);
  await build(await (guess ?? fetchWheel(wheel, say)), kept, say);
  await dropWheel(wheel);
  return 'PyPI, sha256 ok';
}

function unavailable(detail) {
  return new PartMissing(
    `TensorFlow's library for ${machine} could not be had`,
    `connect to ${host}, or name a mirror of it in TFJS_NODE_CDN_STORAGE; Linux with glibc on x64 or arm64 can also take it from PyPI`,
    detail,
  );
}

/** What the binding itself would do on `npm install`. */
async function ownDownload(say) {
  say('its own download');
  const env = { PATH: `${join(modules, '.bin')}:${process.env.PATH}` };
  await run(process.execPath, ['scripts/install.js'], { cwd: binding(), env });
  await load();
}

/** Moves what the binding's own download laid into node_modules to the cache. */
async function keepOwn(kept) {
  const fresh = join(scratch, 'tensorflow');
  await rm(fresh, { recursive: true, force: true });
  await mkdir(join(fresh, 'deps'), { recursive: true });
  await cp(join(binding(), 'deps', 'lib'), join(fresh, 'deps', 'lib'), { recursive: true, verbatimSymlinks: true });
  await cp(join(binding(), 'lib'), join(fresh, 'lib'), { recursive: true });
  await moveIn(fresh, kept);
}

async function build(wheelFile, kept, say) {
  const compiler = onPath('g++', 'clang++', 'c++');
  if (!compiler)
    throw new PartMissing(
      "there is no C++ compiler for TensorFlow's binding",
      'install g++ (Debian, Ubuntu: apt-get install g++)',
    );
  const fresh = join(scratch, 'tensorflow');
  await rm(fresh, { recursive: true, force: true });
  say('unpacking');
  await unzip(wheelFile, fresh, (name) => {
    const library = libraries.find((file) => name === `tensorflow/${file}`);
    if (library) return `deps/lib/${library}`;
    return headers.test(name) ? name.replace('tensorflow/include/', 'include/') : null;
  });
  say('compiling the binding');
  const out = join(fresh, 'lib', 'napi-v8');
  await mkdir(out, { recursive: true });
  const sources = (await readdir(join(binding(), 'binding'))).filter((file) => file.endsWith('.cc'));
  const flags = ['-std=c++17', '-O2', '-fPIC', '-DNAPI_VERSION=8', '-DBUILDING_NODE_EXTENSION'];
  flags.push(
    '-I',
    join(modules, 'node-api-headers', 'include'),
    '-I',
    join(binding(), 'binding'),
    '-I',
    join(fresh, 'include'),
  );
  try {
    const objects = await Promise.all(
      sources.map(async (source) => {
        const object = join(fresh, `${source}.o`);
        await run(compiler, [...flags, '-c', join(binding(), 'binding', source), '-o', object]);
        return object;
      }),
    );
    const link = ['-shared', '-o', join(out, 'tfjs_binding.node'), ...objects, '-L', join(fresh, 'deps', 'lib')];
    link.push(...libraries.map((library) => `-l:${library}`), '-Wl,-rpath,$ORIGIN/../../deps/lib');
    await run(compiler, link);
    await Promise.all([...objects, join(fresh, 'include')].map((path) => rm(path, { recursive: true })));
  } catch (error) {
    throw new PartMissing("TensorFlow's binding did not compile", `check ${compiler}; it needs C++17`, error.output);
  }
  await moveIn(fresh, kept);
}

async function moveIn(fresh, kept) {
  await writeFile(join(fresh, 'complete'), '');
  await mkdir(join(cache, 'tensorflow'), { recursive: true });
  await rm(kept, { recursive: true, force: true });
  await rename(fresh, kept);
}

/** Changes with everything that the built binding depends on; not with Node, whose interface (Node-API 8) is stable. */
function variant() {
  const folder = binding();
  const version = readFileSync(join(folder, 'package.json'), 'utf8');
  return `${machine}-${sha256(version + JSON.stringify(wheels[machine] ?? '')).slice(0, 12)}`;
}

async function anyCached() {
  return (await readdir(join(cache, 'tensorflow')).catch(() => [])).some((name) => name.startsWith(machine));
}

/** node_modules holds links only: Node follows them, so the library is found beside the binding in the cache. */
async function linkTo(kept) {
  for (const [name, target] of [
    ['lib', join(kept, 'lib')],
    ['deps', join(kept, 'deps')],
  ]) {
    await rm(join(binding(), name), { recursive: true, force: true });
    await symlink(target, join(binding(), name));
  }
}

/** Really loads it and multiplies: `2.19.0`. */
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
  const folder = join(binding(), 'deps', 'lib');
  const files = [join(binding(), 'lib', 'napi-v8', 'tfjs_binding.node')];
  files.push(...readdirSync(folder).map((file) => join(folder, file)));
  return { name: `TensorFlow ${version.split('.').slice(0, 2).join('.')}`, how, files, values: {} };
}
