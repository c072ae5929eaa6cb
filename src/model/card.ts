/** Measures everything that a version's card says. */
import type { CapabilityCard, CardOrder, MeasuredCard } from '../domain/card.ts';
import type { Part } from '../domain/version.ts';
import type { Dataset, Example } from '../datasets/dataset.ts';
import { bootstrapOfMacroF1 } from './bootstrap.ts';
import { calibrationOf, machineName, measureLatency, rankingOf, robustnessOf } from './card-measures.ts';
import { comparePairs, countPairs, wilson } from './comparison.ts';
import { baselineAnswers, evaluationOf, labelledFor, slicesOf, type Evaluator } from './evaluation.ts';
import { explained } from './explain.ts';
import { highest } from './heads.ts';
import { mcnemar } from './mcnemar.ts';
import { openVersion, placeOf, type OpenedVersion } from './predictor.ts';
import { parameterShapes, sizeOf } from './shape.ts';
import { headOf } from './training-data.ts';

const parts = ['train', 'validation', 'held-out'] as const;
const explainedMistakes = 5;

/** Throws VERSION_UNKNOWN or VERSION_DAMAGED, CAPABILITY_UNKNOWN, DATA_INVALID where a part has no labelled example. */
export async function measureCapabilities(evaluator: Evaluator, order: CardOrder): Promise<CapabilityCard[]> {
  const dataset = await evaluator.open(order.data);
  const candidate = await openVersion(evaluator.artefacts, order.version);
  const against = order.against === null ? null : await openVersion(evaluator.artefacts, order.against);
  try {
    const capabilities: CapabilityCard[] = [];
    for (const capability of order.capabilities) {
      capabilities.push(await measureCapability(evaluator, order, dataset, candidate, against, capability));
    }
    return capabilities;
  } finally {
    candidate.predictor.release();
    against?.predictor.release();
  }
}

/** What is not of one capability; nothing else may run meanwhile, because it takes times. */
export async function describeVersion(
  evaluator: Evaluator,
  order: CardOrder,
): Promise<Omit<MeasuredCard, 'capabilities'>> {
  const dataset = await evaluator.open(order.data);
  const opened = await openVersion(evaluator.artefacts, order.version);
  const { networks, madeFrom } = opened.version;
  const sizes = networks.flatMap(({ shape }) => Object.values(parameterShapes(shape)).map(sizeOf));
  const parameters = sizes.reduce((sum, size) => sum + size, 0);
  const sizeOfPart = (part: Part): number => dataset.part(part).length;
  try {
    return {
      data: {
        name: order.data,
        digest: dataset.digest,
        parts: {
          train: sizeOfPart('train'),
          validation: sizeOfPart('validation'),
          'held-out': sizeOfPart('held-out'),
        },
      },
      part: order.part,
      latency: await measureLatency(opened, dataset.part(order.part)),
      latencyMeasured: { at: new Date().toISOString(), machine: machineName() },
      files: { madeFrom, parameters, bytes: 4 * parameters },
    };
  } finally {
    opened.predictor.release();
  }
}

async function measureCapability(
  evaluator: Evaluator,
  order: CardOrder,
  dataset: Dataset,
  { version, predictor }: OpenedVersion,
  against: OpenedVersion | null,
  capability: string,
): Promise<CapabilityCard> {
  const { labels } = headOf(dataset, capability);
  const answered = version.labels[capability] ?? [];
  const examples = labelledFor(dataset, order, capability);
  const truth = examples.flatMap((example) => example.labels[capability] ?? []);
  const texts = examples.map(({ text }) => text);
  const probabilities = await predictor.probabilities(capability, texts);
  const predicted = probabilities.map((row) => answered[highest(row)] ?? '');
  const evaluate = (answers: string[]) => evaluationOf(order, capability, labels, truth, answers);
  const evaluation = evaluate(predicted);
  const right = predicted.map((label, i) => label === truth[i]);
  const { low, high } = wilson(right.filter(Boolean).length, right.length);
  const place = new Map(evaluation.labels.map((label, i) => [label, i]));
  const placesOf = (of: string[]): number[] => of.map((label) => place.get(label) ?? 0);

  const linear = await baselineAnswers(evaluator, version, order, capability);
  const network = version.networks[placeOf(version, capability).network];
  return {
    capability,
    balance: balanceOf(dataset, capability, labels),
    evaluation,
    intervals: {
      accuracy: { low, high },
      macroF1: bootstrapOfMacroF1(placesOf(truth), placesOf(predicted), evaluation.labels.length),
    },
    ranking: rankingOf(answered, probabilities, truth),
    calibration: await calibrationOf(dataset, capability, answered, predictor, { probabilities, truth }),
    curve: network?.curve ?? [],
    keptEpoch: network?.keptEpoch ?? 0,
    slices: slicesOf(examples)(right),
    robustness: await robustnessOf(examples, truth, predicted, async (texts) =>
      (await predictor.predict(capability, texts)).map(({ label }) => label),
    ),
    baseline: {
      evaluation: evaluate(linear),
      comparison: { capability, ...comparePairs(truth, predicted, linear) },
    },
    against: await comparedWith(against, capability, examples, truth, predicted, evaluate),
    mistakes: confidentMistakes(examples, probabilities, right).map(({ example, row }) => {
      const { id, text, labels: own } = example;
      return explained(version, capability, { id, truth: own[capability] ?? null, text }, row);
    }),
  };
}

async function comparedWith(
  against: OpenedVersion | null,
  capability: string,
  examples: Example[],
  truth: string[],
  predicted: string[],
  evaluate: (answers: string[]) => CapabilityCard['evaluation'],
): Promise<CapabilityCard['against']> {
  if (against?.version.labels[capability] === undefined) return null;
  const texts = examples.map(({ text }) => text);
  const before = (await against.predictor.predict(capability, texts)).map(({ label }) => label);
  const { candidateOnly, stableOnly } = countPairs(truth, predicted, before);
  return {
    evaluation: evaluate(before),
    comparison: { capability, ...comparePairs(truth, predicted, before) },
    pValue: mcnemar(candidateOnly, stableOnly).pValue,
  };
}

function balanceOf(dataset: Dataset, capability: string, labels: string[]): CapabilityCard['balance'] {
  const balance = new Map(labels.map((label) => [label, { train: 0, validation: 0, 'held-out': 0 }]));
  for (const part of parts) {
    for (const { labels: own } of dataset.part(part)) {
      const counts = balance.get(own[capability] ?? '');
      if (counts !== undefined) counts[part]++;
    }
  }
  return Object.fromEntries(balance);
}

function confidentMistakes(examples: Example[], probabilities: Float32Array[], right: boolean[]) {
  return examples
    .flatMap((example, i) => {
      const row = probabilities[i];
      return row === undefined || right[i] === true ? [] : [{ example, row, confidence: row[highest(row)] ?? 0 }];
    })
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, explainedMistakes);
}
