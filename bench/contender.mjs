/** A program that is measured: it says `ready`, and for each line of JSON that it is given answers with one. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../scripts/setup/places.mjs';

/** What `runners/RUNNER` is started with: in Node, or in that Python. */
export function inNode(name, runner, options) {
  return { name, command: process.execPath, runner, options, env: {} };
}

export function inPython(name, python, runner, options) {
  return { name, command: python, runner, options, env: { TF_CPP_MIN_LOG_LEVEL: '2', PYTHONDONTWRITEBYTECODE: '1' } };
}

/** Starts them one after the other, and stops them when `work` has ended. */
export async function withContenders(wanted, work) {
  const contenders = [];
  try {
    for (const one of wanted) contenders.push(await start(one));
    return await work(contenders);
  } finally {
    for (const contender of contenders) await contender.stop();
  }
}

/**
 * What each answered in each round, by name; they take turns. Round 0 is thrown away: graphs are traced and memory is
 * taken there.
 */
export async function takeTurns(contenders, rounds, request = () => ({})) {
  const answers = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const contender of contenders) {
      const answer = await contender.round(request(round));
      if (round > 0) answers[contender.name].push(answer);
    }
  }
  return answers;
}

async function start({ name, command, runner, options, env }) {
  const child = spawn(command, [join(root, 'bench', 'runners', runner), JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-4000)));
  // One that has ended is noticed by its answer that does not come.
  child.stdin.on('error', () => {});
  const ended = new Promise((resolve) => child.once('close', resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name} ended with code ${await ended}:\n${said}`);
      // Libraries write to stdout too.
      if (value === 'ready' || value.startsWith('{')) return value;
    }
  };
  await answer();
  return {
    name,
    async round(request = {}) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return JSON.parse(await answer());
    },
    /** Resident MiB of the whole process: now, and at most so far. */
    memory() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      const mebibytes = (field) => Math.round(Number(status.match(new RegExp(`${field}:\\s+(\\d+) kB`))?.[1]) / 1024);
      return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') };
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
