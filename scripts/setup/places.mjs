/** Where things lie: the clone, the cache that outlives node_modules, and the machine that this is. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const modules = join(root, 'node_modules');
export const stampFile = join(modules, '.gradus', 'parts.json');

/** Big downloads, kept outside node_modules so that the next clone and the next `npm ci` need no network. */
export const cache = process.env.GRADUS_CACHE ? resolve(process.env.GRADUS_CACHE) : join(userCache(), 'gradus');
/** Only the set-up that holds the lock writes here; what an interrupted one left is removed. */
export const scratch = join(cache, 'tmp');

function userCache() {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  return process.env.XDG_CACHE_HOME ? resolve(process.env.XDG_CACHE_HOME) : join(homedir(), '.cache');
}

/** `linux-x64`, `darwin-arm64`, … as Node names them; `linux-musl-x64` where the C library is musl. */
export const machine = `${process.platform}-${isMusl() ? 'musl-' : ''}${process.arch}`;

function isMusl() {
  if (process.platform !== 'linux') return false;
  return process.report.getReport().header.glibcVersionRuntime === undefined;
}

export function packageJson(folder = root) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** Version of an installed package, or undefined. */
export function installed(name) {
  try {
    return packageJson(join(modules, name)).version;
  } catch {
    return undefined;
  }
}

export function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}
