/** Whether a live server uses a data folder, and the way past what a dead one left in it. */
import { existsSync } from 'node:fs';
import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GradusError } from '../domain/errors.ts';

/** Helpers of a killed server notice its end by themselves, within a moment. */
const orphansWithinMs = 15_000;

/**
 * Throws `ALREADY_RUNNING` where a server runs on `data` (absolute, without links). PostgreSQL takes any live process with the number in
 * `postmaster.pid` for its own server, so that file goes when the number has come to mean another program, as it often
 * does after a restart of a container; it never goes while a process of the old server still works in the folder.
 */
export async function clearWay(data: string): Promise<void> {
  // Elsewhere PostgreSQL's own check has to do.
  if (!existsSync('/proc/self/cwd')) return;
  const lock = path.join(data, 'postmaster.pid');
  const deadline = Date.now() + orphansWithinMs;
  for (;;) {
    const pid = await readPid(lock);
    const workers = await processesIn(data);
    if (pid !== null && workers.includes(pid)) throw busy(data, pid);
    if (workers.length === 0) break;
    const first = workers[0];
    if (Date.now() > deadline && first !== undefined) throw busy(data, first);
    await sleep(50);
  }
  const pid = await readPid(lock);
  if (pid !== null && existsSync(`/proc/${pid}`)) await rm(lock, { force: true });
}

function busy(data: string, pid: number): GradusError {
  const message = `A PostgreSQL server (process ${pid}) already uses ${data}. Stop it first, or choose another data folder.`;
  return new GradusError('ALREADY_RUNNING', message);
}

async function readPid(lock: string): Promise<number | null> {
  const text = await readFile(lock, 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  return Number.isInteger(pid) && pid > 0 ? pid : null;
}

/** Every process of a server works in its data folder. */
async function processesIn(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found: number[] = [];
  for (const pid of pids) {
    const isIn = await readlink(`/proc/${pid}/cwd`).then(
      (cwd) => cwd === folder,
      () => looksLikeOne(pid, folder),
    );
    if (isIn) found.push(pid);
  }
  return found;
}

/**
 * Where we may not see in which folder a process works (another user's, in a container): a server names its folder in its
 * command; one of its helpers does not, but a helper without its server is what a killed server left.
 */
async function looksLikeOne(pid: number, folder: string): Promise<boolean> {
  if ((await nameOf(pid)) !== 'postgres') return false;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (command.split('\0').includes(folder)) return true;
  const parent = /^PPid:\s+(\d+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''))?.[1];
  return command.startsWith('postgres: ') && (await nameOf(Number(parent))) !== 'postgres';
}

async function nameOf(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
}
