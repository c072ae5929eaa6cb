/** Tells whether a process that was noted down is still the same one: numbers of processes are used again. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process, and when it began, in the system's own words. */
export interface ProcessMark {
  pid: number;
  began: string;
}

/** Null where there is no such process, or it is a zombie. */
export function markOf(pid: number): ProcessMark | null {
  const began = process.platform === 'linux' ? beganOnLinux(pid) : beganElsewhere(pid);
  return began === null ? null : { pid, began };
}

export function isAlive(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.began === mark.began;
}

/** Asks a process to end, and makes it end when it has not after `withinMs`. */
export async function endProcess(mark: ProcessMark, withinMs: number): Promise<void> {
  const signal = (name: NodeJS.Signals): void => {
    try {
      if (isAlive(mark)) process.kill(mark.pid, name);
    } catch {
      // It ended in between, or is not ours to end; the wait below sees which.
    }
  };
  signal('SIGTERM');
  const deadline = Date.now() + withinMs;
  while (isAlive(mark) && Date.now() < deadline) await sleep(25);
  signal('SIGKILL');
  while (isAlive(mark) && Date.now() < deadline + 2_000) await sleep(25);
}

/** Boot and clock ticks since then: field 22 of /proc/pid/stat, counted behind the name, which may hold spaces. */
function beganOnLinux(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${fields[19] ?? ''}`;
  } catch {
    return null;
  }
}

function beganElsewhere(pid: number): string | null {
  try {
    const words = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return words === '' || words.startsWith('Z') ? null : words.slice(words.indexOf(' ')).trim();
  } catch {
    return null;
  }
}
