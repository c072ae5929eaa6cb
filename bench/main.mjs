#!/usr/bin/env node
/** `npm run bench -- WHAT`: what Gradus takes, beside what a user would pick instead, in one run on one machine. */
import { parseArgs } from 'node:util';
import { setUp } from '../scripts/setup.mjs';

const benches = { train: 'time of one epoch of the paper’s network: Gradus, stock tfjs-node, Keras' };

const help = `Usage: npm run bench -- WHAT [--rounds N]

${Object.entries(benches)
  .map(([name, about]) => `  ${name.padEnd(8)} ${about}`)
  .join('\n')}

  --rounds N   how often each is measured, turn by turn (default 5)

Results are printed as ratios (median, least and most) and written under bench/results/.`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, help: { type: 'boolean', short: 'h', default: false } },
});
const [what, ...rest] = positionals;
const rounds = Number(values.rounds);
if (values.help) console.log(help);
else if (what === undefined || !Object.hasOwn(benches, what) || rest.length > 0 || !(rounds >= 1)) {
  console.error(help);
  process.exitCode = 2;
} else if (await setUp()) {
  const { bench } = await import(`./${what}.mjs`);
  await bench({ rounds });
} else process.exitCode = 1;
