/** Measures versions, and the linear baseline, on one part of a dataset; what was predicted once is kept. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Dataset, Example } from '../datasets/dataset.ts';
import type { SliceMeasure } from '../domain/card.ts';
import { GradusError } from '../domain/errors.ts';
import type { Evaluated, EvaluateOrder } from '../domain/ports.ts';
import type { Evaluation, GroupAccuracy } from '../domain/version.ts';
import { comparePairs } from './comparison.ts';
import { canonical, sha256, writeWhole } from './files.ts';
import { fitLinear } from './linear-baseline.ts';
import { trainingExamples } from './lessons.ts';
import { measure } from './measure.ts';
import { trainingCode } from './network-files.ts';
import { createPredictor } from './predictor.ts';
import { slices } from './slices.ts';
import type { Answers, Share } from './thread-messages.ts';
import { tokenize } from './tokenizer.ts';
import { headOf } from './training-data.ts';
import { readVersion } from './version-files.ts';
import type { ReadVersion } from './version-files.ts';

export interface Evaluator {
  artefacts: string;
  open(data: string): Promise<Dataset>;
}

/** `known` are answers that other threads have given; what is not among them is answered here. */
export async function evaluateVersions(
  evaluator: Evaluator,
  order: EvaluateOrder,
  known: Answers[] = [],
): Promise<Evaluated> {
  const { artefacts, open } = evaluator;
  const dataset = await open(order.data);
  const candidate = await readVersion(artefacts, order.version);
  const stable = order.stable === null ? null : await readVersion(artefacts, order.stable);
  const { data, dataDigest } = candidate.madeFrom;
  const lineage = {
    measuredOn: { name: order.data, digest: dataset.digest },
    trainedOn: { name: data, digest: dataDigest },
  };
  const evaluated: Evaluated = { candidate: [], stable: [], baseline: [], comparisons: [], lineage };
  for (const capability of order.capabilities) {
    const { labels } = headOf(dataset, capability);
    const examples = labelledFor(dataset, order, capability);
    const truth = examples.flatMap((example) => example.labels[capability] ?? []);
    const sliced = slicesOf(examples);
    const evaluate = (predicted: string[]): Evaluation => ({
      ...evaluationOf(order, capability, labels, truth, predicted),
      groups: sliced(predicted.map((label, place) => label === truth[place])).map(groupOf),
    });
    const keep = (by: string, predict: () => Promise<string[]>): Promise<string[]> =>
      kept(artefacts, keyOf(by, dataset, order, capability), predict);

    const answersBy = (version: ReadVersion): Promise<string[]> =>
      keep(version.digest, async () => {
        const found = known.find((one) => one.version === version.digest && one.capability === capability);
        return found?.answers ?? answersOf(version, capability, examples);
      });

    const answers = await answersBy(candidate);
    evaluated.candidate.push(evaluate(answers));
    if (stable?.labels[capability] !== undefined) {
      const before = await answersBy(stable);
      evaluated.stable.push(evaluate(before));
      evaluated.comparisons.push({ capability, ...comparePairs(truth, answers, before) });
    }
    if (order.baseline)
      evaluated.baseline.push(evaluate(await baselineAnswers(evaluator, candidate, order, capability)));
  }
  return evaluated;
}

interface Unanswered {
  version: ReadVersion;
  capability: string;
  examples: Example[];
}

/** What the order's versions have to answer, but for what is kept already. */
async function unanswered({ artefacts, open }: Evaluator, order: EvaluateOrder): Promise<Unanswered[]> {
  const dataset = await open(order.data);
  const digests = [order.version, ...(order.stable === null ? [] : [order.stable])];
  const versions = await Promise.all(digests.map(async (digest) => readVersion(artefacts, digest)));
  return versions.flatMap((version) =>
    order.capabilities.flatMap((capability) => {
      const path = keptAt(artefacts, keyOf(version.digest, dataset, order, capability));
      if (version.labels[capability] === undefined || existsSync(path)) return [];
      return { version, capability, examples: labelledFor(dataset, order, capability) };
    }),
  );
}

export async function countAnswers(evaluator: Evaluator, order: EvaluateOrder): Promise<number> {
  return (await unanswered(evaluator, order)).reduce((sum, { examples }) => sum + examples.length, 0);
}

/** The answers to the examples of this share. */
export async function answerShare(
  evaluator: Evaluator,
  order: EvaluateOrder,
  { index, count }: Share,
): Promise<Answers[]> {
  const answers: Answers[] = [];
  for (const { version, capability, examples } of await unanswered(evaluator, order)) {
    const own = examples.filter((_, place) => place % count === index);
    answers.push({ version: version.digest, capability, answers: await answersOf(version, capability, own) });
  }
  return answers;
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

/** Gives the slices of these examples by what was answered rightly; they are cut into tokens once. */
export function slicesOf(examples: Example[]): (right: boolean[]) => SliceMeasure[] {
  const rows = examples.map(({ text, attributes = {} }) => ({ text, attributes }));
  const tokens = examples.map(({ text }) => tokenize(text).length);
  return (right) => slices(rows, right, tokens);
}

function groupOf({ name, value, n, accuracy }: SliceMeasure): GroupAccuracy {
  return { by: name, value, n, accuracy };
}

/** What the linear baseline answers, which learns from the training examples that the version had. */
export async function baselineAnswers(
  { artefacts, open }: Evaluator,
  { data: { name, ...learnt } }: ReadVersion,
  order: Measured,
  capability: string,
): Promise<string[]> {
  const [dataset, source] = [await open(order.data), await open(name)];
  const lessons = learnt.lessons === undefined ? '' : ` and ${learnt.lessons}`;
  const by = `linear baseline, trained on ${learnt.share} of ${source.digest}${lessons}`;
  return kept(artefacts, keyOf(by, dataset, order, capability), async () => {
    const training = await trainingExamples(artefacts, source, learnt);
    return linearAnswers(training, capability, labelledFor(dataset, order, capability));
  });
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
function linearAnswers(all: Example[], capability: string, examples: Example[]): string[] {
  const training = all.filter(({ labels }) => labels[capability] !== undefined);
  const model = fitLinear(
    training.map(({ text }) => text),
    training.flatMap(({ labels }) => labels[capability] ?? []),
  );
  return model.predict(examples.map(({ text }) => text)).map(({ label }) => label);
}

/** All that answers depend on. */
function keyOf(by: string, dataset: Dataset, { part }: Measured, capability: string): object {
  return { by, data: dataset.digest, part, capability, code: trainingCode };
}

function keptAt(artefacts: string, key: object): string {
  return join(artefacts, 'evaluations', `${sha256(canonical(key))}.json`);
}

/** The answers that were kept under all of `key`, or those of `predict`, which are kept from then on. */
async function kept(artefacts: string, key: object, predict: () => Promise<string[]>): Promise<string[]> {
  const path = keptAt(artefacts, key);
  try {
    return z.array(z.string()).parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    const answers = await predict();
    await writeWhole(path, JSON.stringify(answers));
    return answers;
  }
}
