/** The npm packages, exactly as package-lock.json names them, without their install scripts. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PartMissing } from './listing.mjs';
import { modules, root, sha256 } from './places.mjs';
import { onPath, run } from './processes.mjs';

export const packages = {
  id: 'packages',
  name: 'packages',
  key: () => sha256(readFileSync(join(root, 'package-lock.json'))),
  async make({ say }) {
    if (!asLocked()) {
      say('npm ci');
      await install();
      if (!asLocked()) throw new PartMissing('npm left packages out', 'look at `npm ci --ignore-scripts` yourself');
    }
    return {
      name: 'packages',
      how: `locked, ${Object.keys(readLock('node_modules/.package-lock.json')).length}`,
      files: [join(modules, '.package-lock.json')],
      values: {},
    };
  },
};

/**
 * npm writes its own list into node_modules last of all, so a list that agrees with the lock means that an install was
 * finished. Packages for other platforms are in the lock alone.
 */
export function asLocked() {
  const there = readLock('node_modules/.package-lock.json');
  return Object.entries(readLock('package-lock.json')).every(([path, locked]) => {
    if (path === '') return true;
    const found = there[path];
    if (!found) return locked.optional === true || locked.peer === true;
    return found.version === locked.version && existsSync(join(root, path, 'package.json'));
  });
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return {};
  }
}

async function install() {
  const closed = await registryError();
  const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  try {
    await npm([...args, closed ? '--offline' : '--prefer-offline']);
  } catch (error) {
    if (error instanceof PartMissing) throw error;
    const remedy = 'connect to the npm registry (npm_config_registry names another one)';
    throw new PartMissing('npm could not install the packages', remedy, closed || error.output || error.message);
  }
}

/**
 * What keeps npm from its registry, or null. Asked with one package, because npm tries each of hundreds again and again
 * before it gives up; from npm's own cache they may still be installed.
 */
async function registryError() {
  const tries = ['--fetch-retries=3', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=4000'];
  try {
    await npm(['view', 'zod', 'name', ...tries]);
    return null;
  } catch (error) {
    return error.output;
  }
}

function npm(args) {
  // npm says where it is to what it starts; else it is on PATH.
  const own = process.env.npm_execpath?.endsWith('npm-cli.js') ? process.env.npm_execpath : undefined;
  const program = own ?? onPath('npm');
  if (!program) throw new PartMissing('there is no npm', 'install npm (it comes with Node)');
  const quiet = [...args, '--loglevel=error'];
  return own ? run(process.execPath, [own, ...quiet]) : run(program, quiet);
}
