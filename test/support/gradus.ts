/** Runs the real command line on a data folder of its own, and finds every process that it leaves. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const script = path.resolve('bin/gradus.mjs');

export interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

/** A data folder whose servers take whatever ports are free. */
export function freshHome(): { home: string; environment: NodeJS.ProcessEnv; remove(): void } {
  const home = mkdtempSync(path.join(tmpdir(), 'gradus-home-'));
  const environment = {
    ...withoutOurs(),
    GRADUS_HOME: home,
    GRADUS_GATEWAY_PORT: '0',
    GRADUS_POSTGRES_PORT: '0',
    GRADUS_TEMPORAL_PORT: '0',
    GRADUS_TEMPORAL_UI_PORT: '0',
    TEMPORAL_CONFIG_FILE: path.join(home, 'none.toml'),
  };
  return { home, environment, remove: () => rmSync(home, { recursive: true, force: true }) };
}

export function startGradus(args: string[], environment: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [script, ...args], { env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
}

export function gradus(args: string[], environment: NodeJS.ProcessEnv, input = ''): Promise<Outcome> {
  const child = startGradus(args, environment);
  child.stdin?.end(input);
  return outcomeOf(child);
}

export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const heard = { out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => (heard.out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (heard.err += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...heard })));
}

/** Resolves when the process has printed `words`; rejects when it ends before. */
export function untilPrinted(child: ChildProcess, words: string, withinMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const timer = setTimeout(() => reject(new Error(`no "${words}" within ${withinMs} ms:\n${heard}`)), withinMs);
    const hear = (chunk: Buffer): void => {
      heard += chunk.toString();
      if (!heard.includes(words)) return;
      clearTimeout(timer);
      resolve(heard);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('close', (code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code}:\n${heard}`));
    });
  });
}

/** Living processes that were started for this data folder, by their environment; zombies have none. */
export function processesOf(home: string): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const environment = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0');
        if (!environment.includes(`GRADUS_HOME=${home}`)) return [];
        return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
      } catch {
        return [];
      }
    });
}

/** Whether nothing of the data folder is left within the time. */
export async function allGone(home: string, withinMs: number): Promise<string[]> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const left = processesOf(home);
    if (left.length === 0 || Date.now() > deadline) return left.map(({ pid, command }) => `${pid} ${command}`);
    await sleep(50);
  }
}

function withoutOurs(): NodeJS.ProcessEnv {
  const ours = /^(GRADUS_|TEMPORAL_|DATABASE_URL$)/;
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !ours.test(name) || name === 'GRADUS_CACHE'),
  );
}
