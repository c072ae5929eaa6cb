#!/usr/bin/env node
/** `npm run bench -- WHAT`: what Gradus takes, beside what a user would pick instead, in one run on one machine. */
import { parseArgs } from 'node:util';
import { setUp } from '../scripts/setup.mjs';

const benches = {
  train: {
    rounds: 15,
    about: 'time of one epoch of the paper’s network, and of four: Gradus, Keras, PyTorch, stock tfjs-node',
    open: () => import('./train.mjs'),
  },
  accuracy: {
    about: 'how good the same network becomes, and how soon: Gradus, Keras',
    open: () => import('./accuracy.mjs'),
  },
  quality: {
    about: 'how good plans of the product are on held-out mail and Chinese reviews, over seeds, beside a linear model',
    open: () => import('./quality.mjs'),
  },
  operators: {
    about: 'from a press in Slack to what the gateway serves, with 50 releases under way',
    open: () => import('./operators.mjs'),
  },
  inference: {
    about: 'answers a second, and memory: Gradus, Keras, compiled TensorFlow functions, stock tfjs-node',
    open: () => import('./inference.mjs'),
  },
};

const help = `Usage: npm run bench -- WHAT [--rounds N] [--seeds N]

${Object.entries(benches)
  .map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`)
  .join('\n')}

  --rounds N   how often each is measured, turn by turn (default 5; 15 for train)
  --seeds N    trainings of each for accuracy and quality (default 5)

Results are printed as ratios (median, least and most) and written under bench/results/.`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    seeds: { type: 'string', default: '5' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const [what, ...rest] = positionals;
const chosen = what !== undefined && Object.hasOwn(benches, what) ? benches[what] : null;
const rounds = Number(values.rounds ?? chosen?.rounds ?? 5);
const seeds = Number(values.seeds);
if (values.help) console.log(help);
else if (chosen === null || rest.length > 0 || !(rounds >= 1 && seeds >= 1)) {
  console.error(help);
  process.exitCode = 2;
} else if (await setUp()) {
  const { bench } = await chosen.open();
  await bench({ rounds, seeds });
} else process.exitCode = 1;
