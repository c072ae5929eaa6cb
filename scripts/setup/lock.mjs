/** One set-up at a time in a clone, and in a cache: the second waits, and what a killed one left behind is cleared first. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile, link } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, kill, startOf } from './processes.mjs';

const beatMs = 2000;
/** A lock whose owner has not touched it for this long is no longer held, wherever its owner was. */
const staleMs = 30_000;

/** Takes the lock at `file`, waiting for as long as another process holds it. `waiting` is called once with the owner's id. */
export async function takeLock(file, waiting) {
  const owner = { id: randomUUID(), host: hostname(), pid: process.pid, start: startOf(process.pid), children: [] };
  let told = false;
  while (!(await create(file, owner))) {
    const other = await read(file);
    if (other && (await isLeft(file, other))) {
      await clear(file, other);
      continue;
    }
    if (other && !told) waiting(other.pid);
    told = true;
    await sleep(200);
  }
  const beat = setInterval(() => void touch(file), beatMs);
  beat.unref();
  return {
    /** Children are written down, so that whoever finds this lock left behind can end them first. */
    setChildren(pids) {
      owner.children = pids.map((pid) => ({ pid, start: startOf(pid) }));
      writing = writing.then(() => replace(file, owner)).catch(() => {});
    },
    async release() {
      clearInterval(beat);
      await writing;
      if ((await read(file))?.id === owner.id) await rm(file, { force: true });
    },
  };
}

let writing = Promise.resolve();

/** A link appears whole or not at all, so nobody ever reads half a lock. */
async function create(file, owner) {
  const draft = `${file}.${owner.id}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(draft, JSON.stringify(owner));
    await link(draft, file);
    return true;
  } catch (error) {
    // Somebody holds it, or took the empty folder away at this very moment.
    if (error.code === 'EEXIST' || error.code === 'ENOENT') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function replace(file, owner) {
  const draft = `${file}.${owner.id}`;
  await writeFile(draft, JSON.stringify(owner));
  await rename(draft, file);
}

async function read(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
}

async function touch(file) {
  const now = new Date();
  await utimes(file, now, now).catch(() => {});
}

async function isLeft(file, other) {
  if (other.host === hostname() && !(isAlive(other.pid) && startOf(other.pid) === other.start)) return true;
  const age = await stat(file).then(
    (found) => Date.now() - found.mtimeMs,
    () => 0,
  );
  return age > staleMs;
}

/** Only one of those that wait can move the old lock away; its children are ended before anyone goes on. */
async function clear(file, other) {
  const aside = `${file}.left.${other.id}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  const moved = await read(aside);
  // Somebody else was faster, and this is already the lock of the next owner.
  if (moved && moved.id !== other.id) await link(aside, file).catch(() => {});
  else if (other.host === hostname()) await Promise.all(other.children.map(end));
  await rm(aside, { force: true });
}

async function end({ pid, start }) {
  if (!isAlive(pid) || startOf(pid) !== start) return;
  kill(pid);
  for (let tries = 0; tries < 20 && isAlive(pid); tries++) await sleep(100);
}
