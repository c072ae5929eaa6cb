/** Ratios with their spread, and the file that keeps them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { root } from '../scripts/setup/places.mjs';

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of the mean; no number where there is one value alone. */
export function standardError(values) {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

/** Of each round's two times, measured one after the other. */
export function ratio(ours, theirs) {
  const ratios = ours.map((seconds, round) => seconds / theirs[round]);
  return { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
}

/** With the most that it may be, and whether it is, where there is a `goal`. */
export function ratioText({ median: middle, least, most }, goal) {
  const text = `${middle.toFixed(3)} (${least.toFixed(3)}–${most.toFixed(3)})`;
  return goal === undefined ? text : `${text} ${middle <= goal ? '✓' : '✗'} at most ${goal}`;
}

export function writeResult(name, result) {
  const folder = join(root, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  const at = new Date().toISOString();
  const file = join(folder, `${name}-${at.slice(0, 16).replaceAll(':', '')}.json`);
  writeFileSync(file, `${JSON.stringify({ at, commit: commit(), machine: machine(), ...result }, null, 1)}\n`);
  return file;
}

function machine() {
  const flags = readFileSync('/proc/cpuinfo', 'utf8');
  const vectors = ['avx512f', 'avx2', 'avx'].find((name) => flags.includes(` ${name} `)) ?? 'none';
  const cpu = cpus()[0]?.model.trim() ?? 'unknown';
  return {
    cpu,
    vectors,
    cores: availableParallelism(),
    gigabytes: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
}

function commit() {
  try {
    const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ' and changes'}`;
  } catch {
    return 'unknown';
  }
}
