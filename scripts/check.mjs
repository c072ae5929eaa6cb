/** Format, lint, types, unused code: what can be judged without running anything. `npm run check` */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { modules } from './setup/places.mjs';
import { run } from './setup/processes.mjs';

/** What the tools remember of the last time, so that the next takes seconds. */
const memory = join(modules, '.cache', 'gradus');

const checks = [
  {
    name: 'format',
    command: ['prettier', 'bin/prettier.cjs'],
    args: ['--check', '--log-level', 'warn', '--cache', '--cache-location', join(memory, 'prettier'), '.'],
  },
  { name: 'lint', command: ['oxlint', 'bin/oxlint'], args: ['--type-aware', '--deny-warnings'] },
  {
    name: 'types',
    command: ['typescript', 'bin/tsc'],
    args: ['-p', 'tsconfig.json', '--incremental', '--tsBuildInfoFile', join(memory, 'types.json')],
  },
  { name: 'unused', command: ['knip', 'bin/knip.js'], args: ['--no-progress'] },
];

/** Does all of them, and says for each how it went. */
export async function check() {
  const results = await Promise.all(checks.map(checkOne));
  const passed = results.filter(Boolean).length;
  return { passed, failed: results.length - passed };
}

async function checkOne({ name, command, args }) {
  const since = Date.now();
  try {
    await run(process.execPath, [join(modules, ...command), ...args], { lines: 200 });
    console.log(` ✓ ${name.padEnd(8)} ${seconds(since)}`);
    return true;
  } catch (error) {
    console.log(` ✗ ${name.padEnd(8)} ${seconds(since)}\n${error.output || error.message}\n`);
    return false;
  }
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = (await check()).failed === 0 ? 0 : 1;
}
