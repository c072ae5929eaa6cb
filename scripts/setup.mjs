#!/usr/bin/env node
/** Makes everything ready that Gradus needs to run (`--test`: to be tested too). Needs nothing but Node; run it as often as you like. */
import { readFileSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './setup/build.mjs';
import { chromium } from './setup/chromium.mjs';
import { createListing, PartMissing } from './setup/listing.mjs';
import { takeLock } from './setup/lock.mjs';
import { packages } from './setup/packages.mjs';
import { cache, root, scratch, stampFile } from './setup/places.mjs';
import { postgres } from './setup/postgres.mjs';
import { endChildrenOnSignals, watchChildren } from './setup/processes.mjs';
import { pythonSdk } from './setup/python-sdk.mjs';
import { temporal } from './setup/temporal.mjs';
import { tensorflow } from './setup/tensorflow.mjs';
import { testServer } from './setup/test-server.mjs';

const always = [packages, tensorflow, temporal, postgres, build];
const forTests = [testServer, chromium, pythonSdk];

/** Returns whether everything is ready; what is not has been said. */
export async function setUp({ test = false } = {}) {
  const since = Date.now();
  const parts = test ? [...always, ...forTests] : always;
  const listing = createListing();
  try {
    refuseForeign();
    const stamp = readStamp();
    if (toDo(parts, stamp).length > 0) await underLocks(listing, (locks) => makeAll(parts, listing, locks));
    else
      listing.ready(
        parts.map((part) => stamp[part.id].name),
        Date.now() - since,
      );
    return true;
  } catch (error) {
    explain(error);
    return false;
  } finally {
    listing.end();
  }
}

/** What no download could mend. */
function refuseForeign() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 11)) {
    throw new PartMissing(
      `this is Node ${process.versions.node}`,
      'install Node 20.11 or later (20, 22 and 24 are tested)',
    );
  }
  if (process.platform === 'win32') {
    throw new PartMissing('there is no TensorFlow for Node on Windows that fits', 'use WSL 2, where this is Linux');
  }
}

/** Parts whose stamp does not hold any more: another version is wanted, or a file is not the one that was proven. */
function toDo(parts, stamp) {
  const stale = parts.filter((part) => {
    const entry = stamp[part.id];
    return !entry || entry.key !== part.key() || entry.files.some(([file, mark]) => markOf(file) !== mark);
  });
  // A new install empties node_modules, where the others have their links.
  return stale.includes(packages) ? parts : stale;
}

function markOf(file) {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.size} ${found.mtimeMs}` : null;
}

async function makeAll(parts, listing, locks) {
  // Another set-up may have done it while this one waited.
  const stamp = readStamp();
  const todo = toDo(parts, stamp);
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  watchChildren((pids) => locks.forEach((lock) => lock.setChildren(pids)));
  const made = new Map();
  const after = (id) => {
    const part = made.get(id);
    return part?.catch((cause) =>
      Promise.reject(Object.assign(new Error(`${id} failed`, { cause }), { follows: true })),
    );
  };
  for (const part of todo) delete stamp[part.id];
  for (const part of todo) made.set(part.id, makeOne(part));
  const results = await Promise.allSettled(made.values());
  await rm(scratch, { recursive: true, force: true });
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (errors.length > 0) throw new AggregateError(errors);

  async function makeOne(part) {
    const key = part.key();
    // Called before the others are in `made`: they are looked up when they are waited for.
    await Promise.resolve();
    const result = await listing.part(part.name, (say, wait) => part.make({ say, after: (id) => wait(after(id)) }));
    const files = result.files.map((file) => [file, markOf(file)]);
    stamp[part.id] = { key, name: result.name, files, values: result.values };
    if (part !== packages) await after('packages');
    await writeStamp(stamp);
    return result;
  }
}

function readStamp() {
  try {
    const stamp = JSON.parse(readFileSync(stampFile, 'utf8'));
    return stamp.cache === cache ? stamp.parts : {};
  } catch {
    return {};
  }
}

let writing = Promise.resolve();
function writeStamp(parts) {
  writing = writing.then(async () => {
    const found = Object.assign({}, ...Object.values(parts).map((part) => part.values));
    await mkdir(dirname(stampFile), { recursive: true });
    await writeFile(`${stampFile}.new`, `${JSON.stringify({ cache, found, parts }, null, 1)}\n`);
    await rename(`${stampFile}.new`, stampFile);
  });
  return writing;
}

/** One set-up at a time in this clone, and in this cache, which other clones may share. */
async function underLocks(listing, work) {
  const home = join(root, '.gradus');
  const waiting = (pid) => listing.note(`waiting for another set-up (process ${pid})`);
  const files = [join(home, 'setup.lock'), join(cache, 'setup.lock')];
  const locks = [];
  const stopListening = endChildrenOnSignals(() => {
    if (locks.length > 0) files.slice(0, locks.length).forEach((file) => rmSync(file, { force: true }));
  });
  try {
    await mkdir(cache, { recursive: true }).catch((error) => {
      throw new PartMissing(
        `the cache ${cache} can't be made: ${error.message}`,
        'name another folder in GRADUS_CACHE',
      );
    });
    for (const file of files) locks.push(await takeLock(file, waiting));
    return await work(locks);
  } finally {
    for (const lock of locks) await lock.release();
    stopListening();
    try {
      rmdirSync(home);
    } catch {
      // It holds the user's data.
    }
  }
}

function explain(error) {
  const errors = error instanceof AggregateError ? error.errors : [error];
  const own = errors.filter((one) => !one.follows);
  console.error('');
  for (const one of own) {
    if (!(one instanceof PartMissing)) {
      console.error(one.stack ?? String(one), one.output ?? '');
      continue;
    }
    if (one.detail) console.error(one.detail.replaceAll(/^/gm, '    '));
    console.error(`${one.message}.\n  → ${one.remedy}, then run this again.\n`);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = (await setUp({ test: process.argv.includes('--test') })) ? 0 : 1;
}
