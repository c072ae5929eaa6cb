/** How good the product's own plans become on texts that they have not seen, over seeds, beside the linear baseline. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { readPlanText } from '../dist/src/domain/plan-input.js';
import { createTrainer } from '../dist/src/model/trainer.js';
import { cache, root } from '../scripts/setup/places.mjs';
import { mean, standardError, writeResult } from './summary.mjs';
import { importReviews } from './texts.mjs';

/** What each plan in examples/ has to reach. */
const goals = {
  'mail-classifier.yaml': { spam: { macroF1: 0.94 }, topic: { accuracy: 0.62 } },
  'reviews-zh.yaml': { sentiment: { accuracy: 0.82 } },
};

export async function bench({ seeds }) {
  const folder = mkdtempSync(join(tmpdir(), 'gradus-bench-'));
  const results = {};
  try {
    const places = { cache, own: join(folder, 'datasets') };
    await importReviews(folder, places.own);
    const trainer = createTrainer({ artefacts: join(folder, 'versions'), places, threads: 2 });
    for (const [file, wanted] of Object.entries(goals)) {
      const text = readFileSync(join(root, 'examples', file), 'utf8');
      const { model, capabilities, candidate } = readPlanText(text, file);
      console.log(`\n examples/${file}: ${seeds} seeds`);
      results[file] = await trainings(trainer, model, Object.keys(capabilities), candidate.train, seeds);
      report(results[file], wanted);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(`\n written to ${relative(root, writeResult('quality', { seeds, plans: results }))}`);
}

async function trainings(trainer, model, capabilities, spec, seeds) {
  const never = new AbortController().signal;
  const evaluations = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const from = performance.now();
    const { digest } = await trainer.train({ model, capabilities, spec: { ...spec, seed } }, () => {}, never);
    const seconds = (performance.now() - from) / 1000;
    const order = { version: digest, stable: null, capabilities, data: spec.data, part: 'held-out', baseline: true };
    const { candidate, baseline } = await trainer.evaluate(order, never);
    evaluations.push({ seed, seconds, candidate: figures(candidate), baseline: figures(baseline) });
  }
  return evaluations;
}

const figures = (evaluations) =>
  Object.fromEntries(
    evaluations.map(({ capability, n, accuracy, macro }) => [capability, { n, accuracy, macroF1: macro.f1 }]),
  );

function report(evaluations, wanted) {
  const time = mean(evaluations.map(({ seconds }) => seconds)).toFixed(0);
  for (const [capability, linear] of Object.entries(evaluations[0].baseline)) {
    for (const metric of ['accuracy', 'macroF1']) {
      const values = evaluations.map(({ candidate }) => candidate[capability][metric]);
      const spread = values.length > 1 ? ` ± ${standardError(values).toFixed(4)}` : '';
      const goal = wanted[capability]?.[metric];
      const reached = goal === undefined ? '' : `   ${mean(values) >= goal ? '✓' : '✗'} at least ${goal}`;
      console.log(
        `   ${capability.padEnd(10)} ${metric.padEnd(8)} ${mean(values).toFixed(4)}${spread}   linear ${linear[metric].toFixed(4)}${reached}`,
      );
    }
  }
  console.log(`   ${time} s a training`);
}
