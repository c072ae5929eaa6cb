/** Measures versions, and the linear baseline, on one part of a dataset; what was predicted once is kept. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Dataset, Example } from '../datasets/dataset.ts';
import { GradusError } from '../domain/errors.ts';
import type { Evaluated, EvaluateOrder } from '../domain/ports.ts';
import type { Evaluation } from '../domain/version.ts';
import { comparePairs } from './comparison.ts';
import { canonical, sha256, writeWhole } from './files.ts';
import { fitLinear } from './linear-baseline.ts';
import { measure } from './measure.ts';
import { trainingCode } from './network-files.ts';
import { createPredictor } from './predictor.ts';
import { drawExamples, headOf } from './training-data.ts';
import { readVersion } from './version-files.ts';
import type { ReadVersion } from './version-files.ts';

export interface Evaluator {
  artefacts: string;
  open(data: string): Promise<Dataset>;
}

export async function evaluateVersions(evaluator: Evaluator, order: EvaluateOrder): Promise<Evaluated> {
  const { artefacts, open } = evaluator;
  const dataset = await open(order.data);
  const candidate = await readVersion(artefacts, order.version);
  const stable = order.stable === null ? null : await readVersion(artefacts, order.stable);
  const evaluated: Evaluated = { candidate: [], stable: [], baseline: [], comparisons: [] };
  for (const capability of order.capabilities) {
    const { labels } = headOf(dataset, capability);
    const examples = labelledFor(dataset, order, capability);
    const truth = examples.flatMap((example) => example.labels[capability] ?? []);
    const evaluate = (predicted: string[]): Evaluation => evaluationOf(order, capability, labels, truth, predicted);
    const keep = (by: string, predict: () => Promise<string[]>): Promise<string[]> =>
      kept(artefacts, { by, data: dataset.digest, part: order.part, capability, code: trainingCode }, predict);

    const answers = await keep(candidate.digest, () => answersOf(candidate, capability, examples));
    evaluated.candidate.push(evaluate(answers));
    if (stable?.labels[capability] !== undefined) {
      const before = await keep(stable.digest, () => answersOf(stable, capability, examples));
      evaluated.stable.push(evaluate(before));
      evaluated.comparisons.push({ capability, ...comparePairs(truth, answers, before) });
    }
    if (order.baseline)
      evaluated.baseline.push(evaluate(await baselineAnswers(evaluator, candidate, order, capability)));
  }
  return evaluated;
}

type Measured = Pick<EvaluateOrder, 'data' | 'part'>;

export function evaluationOf(
  { data, part }: Measured,
  capability: string,
  labels: string[],
  truth: string[],
  predicted: string[],
): Evaluation {
  return { capability, data, part, ...measure([...new Set([...labels, ...predicted])], truth, predicted) };
}

/** What the linear baseline answers, which learns from the training examples that the version had. */
export async function baselineAnswers(
  { artefacts, open }: Evaluator,
  { data: { name, share } }: ReadVersion,
  order: Measured,
  capability: string,
): Promise<string[]> {
  const [dataset, source] = [await open(order.data), await open(name)];
  const by = `linear baseline, trained on ${share} of ${source.digest}`;
  return kept(artefacts, { by, data: dataset.digest, part: order.part, capability, code: trainingCode }, async () =>
    linearAnswers(source, share, capability, labelledFor(dataset, order, capability)),
  );
}

/** The examples of the part with a label for the capability; throws DATA_INVALID where there is none. */
export function labelledFor(dataset: Dataset, { data, part }: Measured, capability: string): Example[] {
  const examples = dataset.part(part).filter(({ labels }) => labels[capability] !== undefined);
  if (examples.length > 0) return examples;
  throw new GradusError(
    'DATA_INVALID',
    `The ${part} part of ${data} has no example with a label for ${capability}: it cannot be measured there.`,
  );
}

async function answersOf(version: ReadVersion, capability: string, examples: Example[]): Promise<string[]> {
  const predictor = createPredictor(version, examples.length);
  try {
    const predictions = await predictor.predict(
      capability,
      examples.map(({ text }) => text),
    );
    return predictions.map(({ label }) => label);
  } finally {
    predictor.release();
  }
}

/** A linear model of words, on the training examples that the version had. */
function linearAnswers(source: Dataset, share: number, capability: string, examples: Example[]): string[] {
  const training = drawExamples(source, share).filter(({ labels }) => labels[capability] !== undefined);
  const model = fitLinear(
    training.map(({ text }) => text),
    training.flatMap(({ labels }) => labels[capability] ?? []),
  );
  return model.predict(examples.map(({ text }) => text)).map(({ label }) => label);
}

/** The answers that were kept under all of `key`, or those of `predict`, which are kept from then on. */
async function kept(artefacts: string, key: object, predict: () => Promise<string[]>): Promise<string[]> {
  const path = join(artefacts, 'evaluations', `${sha256(canonical(key))}.json`);
  try {
    return z.array(z.string()).parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    const answers = await predict();
    await writeWhole(path, JSON.stringify(answers));
    return answers;
  }
}
