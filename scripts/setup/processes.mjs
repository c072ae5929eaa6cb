/** Runs other programs: quiet unless they fail, in groups of their own, so that none outlives the set-up. */
import { spawn } from 'node:child_process';
import { constants as osConstants } from 'node:os';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, delimiter } from 'node:path';
import { root } from './places.mjs';

const running = new Set();
let onChange = () => {};

/** `listener` is told the ids of the running children each time one starts or ends. */
export function watchChildren(listener) {
  onChange = () => listener([...running].map((child) => child.pid));
}

class CommandFailed extends Error {
  constructor(message, output) {
    super(message);
    this.output = output;
  }
}

/**
 * Resolves to what the program wrote to stdout. Fails with the last lines of all its output when it ends with another
 * code than 0, or takes longer than `withinMs`.
 */
export function run(command, args, { cwd = root, env = {}, withinMs = 10 * 60_000, lines = 12 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const name = [command, ...args].join(' ').slice(0, 120);
    let out = '';
    let all = '';
    child.stdout.on('data', (chunk) => ((out += chunk), (all += chunk)));
    child.stderr.on('data', (chunk) => (all += chunk));
    const timer = setTimeout(() => kill(child.pid), withinMs);
    child.on('spawn', () => (running.add(child), onChange()));
    child.on('error', (error) => (clearTimeout(timer), reject(new CommandFailed(`${name}: ${error.message}`, ''))));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      onChange();
      if (code === 0) resolve(out);
      else
        reject(
          new CommandFailed(`${name} ended with ${code === null ? signal : `code ${code}`}`, lastLines(all, lines)),
        );
    });
  });
}

/** Runs JavaScript in a Node of its own, so that a native part that crashes takes nothing else with it. */
export function runNode(code, options) {
  return run(process.execPath, ['--input-type=module', '-e', code], options);
}

function lastLines(text, lines) {
  return text.trim().split('\n').slice(-lines).join('\n');
}

/** Ends a child and everything that it started. */
export function kill(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** Ends all children when this process is told to end; returns a function that takes that back. */
export function endChildrenOnSignals(atEnd) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const end = (signal) => {
    for (const child of running) kill(child.pid);
    atEnd();
    process.exit(128 + osConstants.signals[signal]);
  };
  for (const signal of signals) process.on(signal, end);
  return () => signals.forEach((signal) => process.off(signal, end));
}

/** Full path of the first of these programs that PATH has, or null. */
export function onPath(...names) {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      // npm puts node_modules/.bin first; what lies there is never a program of the machine.
      if (folder && !folder.includes('node_modules') && existsSync(join(folder, name))) return join(folder, name);
    }
  }
  return null;
}

/** Whether a host answers at all: a closed network must cost a second or two, not a time-out of minutes. */
export function reachable(host) {
  const proxied = process.env.HTTPS_PROXY || process.env.https_proxy || process.env.ALL_PROXY || process.env.all_proxy;
  if (proxied) return Promise.resolve(true);
  return new Promise((resolve) => {
    const socket = connect({ host, port: 443 });
    const answer = (yes) => (socket.destroy(), resolve(yes));
    socket.setTimeout(1500, () => answer(false));
    socket.on('connect', () => answer(true));
    socket.on('error', () => answer(false));
    // Looking up the name does not count for the socket's own time-out.
    setTimeout(() => answer(false), 2000).unref();
  });
}

/** When a process started, in the kernel's own words: with its id it names one process for ever. Linux only; else ''. */
export function startOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ')[19];
  } catch {
    return '';
  }
}

export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
