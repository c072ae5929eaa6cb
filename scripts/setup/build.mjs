/** Builds what runs: TypeScript to dist/, the training kernels to WebAssembly, workflows to a bundle. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PartMissing } from './listing.mjs';
import { modules, root, sha256 } from './places.mjs';
import { run, runNode } from './processes.mjs';

const sourceFolders = ['src', 'workflows', 'activities', 'examples'];
const dist = join(root, 'dist');
const kernels = 'src/model/kernels/lstm.ts';
const wasm = join(dist, 'src', 'model', 'kernels.wasm');

export const build = {
  id: 'build',
  name: 'build',
  key: () => sha256(JSON.stringify(sources().map((file) => [file, sizeAndTime(file)]))),
  async make({ say, after }) {
    await after('packages');
    say('compiling');
    await Promise.all([compile(), compileKernels()]);
    await removeLeftOvers();
    say('bundling workflows');
    await bundleWorkflows();
    const files = [join(dist, '.tsbuildinfo'), join(dist, 'src', 'cli', 'main.js'), wasm].filter((file) =>
      existsSync(file),
    );
    return { name: 'build', how: `${sources().length} files`, files, values: {} };
  },
};

function sources() {
  const found = sourceFolders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name)),
  );
  return [...found, join(root, 'tsconfig.json'), join(root, 'tsconfig.build.json')].sort((a, b) => (a < b ? -1 : 1));
}

function sizeAndTime(file) {
  const { size, mtimeMs } = statSync(file);
  return `${size} ${mtimeMs}`;
}

async function compile() {
  // Without its list of what is there, the compiler writes everything again.
  if (!existsSync(join(dist, 'src'))) await rm(join(dist, '.tsbuildinfo'), { force: true });
  try {
    await run(process.execPath, [join(modules, 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json']);
  } catch (error) {
    throw new PartMissing('the TypeScript sources do not compile', 'mend what the compiler names', error.output);
  }
}

/** The worker would do it at its first start, while somebody waits. */
async function bundleWorkflows() {
  const module = pathToFileURL(join(dist, 'src', 'platform', 'workflow-bundle.js'));
  try {
    await runNode(`const { workflowBundle } = await import('${module.href}'); await workflowBundle();`);
  } catch (error) {
    throw new PartMissing('the workflows cannot be bundled', 'mend what the bundler names', error.output);
  }
}

/** The optimiser takes seconds, so only when there is something new; and under another name until it is whole. */
async function compileKernels() {
  const since = Math.max(
    ...[join(root, kernels), fileURLToPath(import.meta.url)].map((file) => statSync(file).mtimeMs),
  );
  if (existsSync(wasm) && statSync(wasm).mtimeMs > since) return;
  await mkdir(dirname(wasm), { recursive: true });
  const args = [
    kernels,
    '-o',
    `${wasm}.new`,
    '-O3',
    '--noAssert',
    '--runtime',
    'stub',
    '--enable',
    'simd',
    '--enable',
    'threads',
  ];
  args.push('--importMemory', '--sharedMemory', '--maximumMemory', '65536');
  try {
    await run(process.execPath, [join(modules, 'assemblyscript', 'bin', 'asc.js'), ...args]);
    await rename(`${wasm}.new`, wasm);
  } catch (error) {
    throw new PartMissing(`${kernels} does not compile`, 'mend what the compiler names', error.output);
  }
}

/** What was built from a source that is gone would still be found by an import. */
async function removeLeftOvers() {
  for (const folder of sourceFolders) {
    if (!existsSync(join(dist, folder))) continue;
    for (const name of readdirSync(join(dist, folder), { recursive: true })) {
      const source = /^(.*)\.js(\.map)?$/.exec(name)?.[1];
      if (source !== undefined && !existsSync(join(root, folder, `${source}.ts`))) await rm(join(dist, folder, name));
    }
  }
}
