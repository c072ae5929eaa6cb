/** libtensorflow from its Python wheel, and tfjs-node's binding compiled against it. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PartMissing } from './listing.mjs';
import { machine, modules, scratch } from './places.mjs';
import { onPath, run } from './processes.mjs';
import { dropWheel, fetchWheel } from './wheels.mjs';
import { unzip } from './zip.mjs';

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

/** Where the package itself would download from. */
export const ownHost = 'storage.googleapis.com';

/** The wheel for this machine, or undefined. */
export const wheel = wheels[machine];

const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
/** The headers that the binding includes, and what they include. */
const headers =
  /^tensorflow\/include\/(tensorflow\/c\/|tensorflow\/core\/platform\/ctstring|tsl\/platform\/ctstring|xla\/tsl\/c\/).*\.h$/;

/** Downloads and unpacks: all that can be done before npm is ready. Returns the folder. */
export async function unpackWheel(say) {
  const compiler = findCompiler();
  const file = await fetchWheel(wheel, say).catch((error) => {
    const remedy = `connect to ${ownHost} (TFJS_NODE_CDN_STORAGE names a mirror), or ${error.remedy}`;
    throw new PartMissing(`no library of TensorFlow: ${error.message}`, remedy, error.detail);
  });
  const folder = join(scratch, 'tensorflow');
  await rm(folder, { recursive: true, force: true });
  say('unpacking');
  await unzip(file, folder, (name) => {
    const library = libraries.find((one) => name === `tensorflow/${one}`);
    if (library) return `deps/lib/${library}`;
    return headers.test(name) ? name.replace('tensorflow/include/', 'include/') : null;
  });
  say('');
  return { folder, compiler };
}

/** Compiles the binding of the package in `source` into the unpacked folder, which then lacks only its place in the cache. */
export async function compileBinding({ folder, compiler }, source, say) {
  say('compiling the binding');
  const out = join(folder, 'lib', 'napi-v8');
  await mkdir(out, { recursive: true });
  const files = (await readdir(join(source, 'binding'))).filter((file) => file.endsWith('.cc'));
  const flags = ['-std=c++17', '-O2', '-fPIC', '-DNAPI_VERSION=8', '-DBUILDING_NODE_EXTENSION'];
  flags.push(
    '-I',
    join(modules, 'node-api-headers', 'include'),
    '-I',
    join(source, 'binding'),
    '-I',
    join(folder, 'include'),
  );
  try {
    const objects = await Promise.all(
      files.map(async (file) => {
        const object = join(folder, `${file}.o`);
        await run(compiler, [...flags, '-c', join(source, 'binding', file), '-o', object]);
        return object;
      }),
    );
    await linkBinding(compiler, folder, objects, join(out, 'tfjs_binding.node'));
    await Promise.all([...objects, join(folder, 'include')].map((path) => rm(path, { recursive: true })));
  } catch (error) {
    throw new PartMissing("TensorFlow's binding did not compile", `check ${compiler}; it needs C++17`, error.output);
  }
  await dropWheel(wheel);
}

/**
 * Linked with empty libraries of the same names: a linker reads 9 seconds through the symbols of the real ones, only to find
 * what the loader looks up again. That they are all there is proven when the binding is loaded.
 */
async function linkBinding(compiler, folder, objects, target) {
  const empty = join(folder, 'empty');
  await mkdir(empty);
  await writeFile(join(empty, 'empty.cc'), '');
  for (const library of libraries) {
    const named = ['-shared', `-Wl,-soname,${library}`, '-o', join(empty, library)];
    await run(compiler, [...named, join(empty, 'empty.cc')]);
  }
  const link = ['-shared', '-o', target, ...objects, '-L', empty, '-Wl,--no-as-needed'];
  link.push(...libraries.map((library) => `-l:${library}`), '-Wl,-rpath,$ORIGIN/../../deps/lib');
  await run(compiler, link);
  await rm(empty, { recursive: true });
}

/** Looked for before anything is downloaded, so that nobody waits for the news that it is missing. */
function findCompiler() {
  const compiler = onPath('g++', 'clang++', 'c++');
  if (compiler) return compiler;
  throw new PartMissing(
    "there is no C++ compiler for TensorFlow's binding",
    'install g++ (Debian, Ubuntu: apt-get install g++)',
  );
}
