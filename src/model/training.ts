/** Trains one network: epochs over shuffled batches, and the best epoch by validation is kept. */
import { GradusError } from '../domain/errors.ts';
import type { TrainSpec } from '../domain/plan.ts';
import { listed } from '../domain/words.ts';
import type { Checkpoints } from './checkpoint.ts';
import type { Curve } from './curve.ts';
import { highest, unlabelled } from './heads.ts';
import { createAnsweringNetwork, probabilitiesOf } from './inference.ts';
import { initialWeights } from './initial-weights.ts';
import { measure } from './measure.ts';
import type { BatchSize, Replica } from './memory.ts';
import { createTrainableNetwork } from './network.ts';
import { createRandom, shuffle } from './random.ts';
import type { Head, NetworkShape, ParameterName, Weights } from './shape.ts';
import type { LabelledSequences } from './training-data.ts';
import { padding, unknown } from './vectorizer.ts';

/** How far one network is. */
export interface Step {
  epoch: number;
  /** Of the epoch. */
  step: number;
  steps: number;
  /** Mean over the epoch so far. */
  loss: number;
  /** Examples learnt from, over all epochs. */
  examples: number;
  examplesPerSecond: number;
  validationAccuracy: number | null;
  /** The epoch of the checkpoint that it went on from; null where there was none. */
  wentOnFrom: number | null;
}

export interface Trained {
  shape: NetworkShape;
  weights: Weights;
  /** Which epoch's weights these are: the best one, by the mean of accuracy and macro-F1 on the validation part. */
  keptEpoch: number;
  curve: Curve;
}

/** At most so often. */
const reportMs = 250;

export function shapeOf(heads: Head[], spec: TrainSpec): NetworkShape {
  const { pooling = 'last', vocabulary, embedding, units } = spec;
  return { pooling, vocabulary, embedding, units, heads };
}

export function batchSize({ batch, length }: TrainSpec): BatchSize {
  return { batch, longest: length };
}

export interface TrainingPlace {
  /** One of several threads that learn the network together. */
  replica?: Replica;
  /** Left out: a training that is stopped begins anew. */
  checkpoints?: Checkpoints;
}

/**
 * The same data, spec and machine give the same weights, bit for bit, also where it goes on from a checkpoint. Throws
 * TRAINING_DIVERGED.
 */
export function trainNetwork(
  heads: Head[],
  spec: TrainSpec,
  train: LabelledSequences,
  validation: LabelledSequences,
  report: (step: Step) => void,
  { replica, checkpoints }: TrainingPlace = {},
): Trained {
  const shape = shapeOf(heads, spec);
  const count = train.sequences.length;
  // All replicas read it before they meet in making the network, and only afterwards the first one writes another.
  const before = checkpoints?.read() ?? null;
  const options = {
    initial: () => initialWeights(shape, spec.seed),
    learningRate: spec.learningRate,
    ...(spec.clipNorm === undefined ? {} : { clip: spec.clipNorm }),
    ...batchSize(spec),
    labelWeights: weightsOf(heads, train.labels, spec),
    state: before === null ? null : { updates: before.place.updates, memory: before.memory },
  };
  const network = createTrainableNetwork(shape, options, replica);
  const random = createRandom(before?.place.random ?? spec.seed);
  const order = before?.order ?? Int32Array.from({ length: count }, (_, index) => index);
  const curve: Curve = before?.place.curve ?? [];
  let { epoch, at, loss } = before?.place ?? { epoch: 1, at: 0, loss: 0 };
  let weights = before?.averaged ?? network.weights();
  let kept = { epoch: 0, score: -1, ...before?.place.kept, weights: before?.kept ?? weights };

  let written = performance.now();
  const keep = (next: { epoch: number; at: number; loss: number }): void => {
    if (checkpoints === undefined) return;
    const { updates, memory } = network.state();
    const { epoch, score } = kept;
    const place = { ...next, random: random.state(), updates, curve, kept: { epoch, score } };
    checkpoints.write({ place, order, memory, kept: kept.weights, averaged: weights });
    written = performance.now();
  };
  const isFirst = replica === undefined || replica.index === 0;
  const tell = createMeter(report, (epoch - 1) * count + at);
  try {
    for (; epoch <= spec.epochs; epoch++, at = 0, loss = 0) {
      if (at === 0) shuffle(order, random);
      while (at < count) {
        const places = [...order.subarray(at, at + spec.batch)];
        const [sequences, labels] = batchOf(train, places, heads.length);
        loss +=
          places.length *
          network.train(hideWords(sequences, spec.wordDropout ?? 0, random), labels, rateAt(spec, epoch, at / count));
        at += places.length;
        const validationAccuracy = curve.at(-1)?.accuracy ?? null;
        const step = Math.ceil(at / spec.batch);
        tell(
          {
            epoch,
            step,
            steps: Math.ceil(count / spec.batch),
            loss: loss / at,
            examples: (epoch - 1) * count + at,
            validationAccuracy,
            wentOnFrom: before?.place.epoch ?? null,
          },
          at >= count,
        );
        if (isFirst && performance.now() - written >= (checkpoints?.everyMs ?? Infinity)) keep({ epoch, at, loss });
      }
      if (!Number.isFinite(loss)) throw diverged(heads, spec, epoch);
      const enough = network.decide(() => {
        weights = spec.averaging === 'epochs' ? averaged(weights, network.live(), epoch) : network.weights();
        const { accuracy, macroF1 } = validate(shape, weights, validation);
        curve.push({ loss: loss / count, accuracy, macroF1 });
        // Accuracy alone is content with the frequent labels, and macro-F1 gives too many answers away for the rare ones.
        const score = (accuracy + macroF1) / 2;
        if (score > kept.score || validation.sequences.length === 0) kept = { epoch, score, weights };
        const isEnough = epoch - kept.epoch >= (spec.patience ?? Infinity);
        if (!isEnough) keep({ epoch: epoch + 1, at: 0, loss: 0 });
        return isEnough;
      });
      if (enough) break;
    }
    return { shape, weights: kept.weights, keptEpoch: kept.epoch, curve };
  } finally {
    network.dispose();
  }
}

/** Reports steps with their speed, but not too often; always the last one of an epoch. */
function createMeter(report: (step: Step) => void, examples: number) {
  let reported = performance.now();
  let since = { at: reported, examples };
  return (step: Omit<Step, 'examplesPerSecond'>, isLast: boolean): void => {
    const now = performance.now();
    if (now - reported < reportMs && !isLast) return;
    report({ ...step, examplesPerSecond: ((step.examples - since.examples) / (now - since.at)) * 1000 });
    reported = now;
    if (now - since.at > 4 * reportMs) since = { at: now, examples: step.examples };
  };
}

/** The mean over the epochs so far in which the first counts once, the second twice, and so on. */
function averaged(before: Weights, now: Weights, epoch: number): Weights {
  const part = 2 / (epoch + 1);
  const mean = (name: ParameterName): Float32Array =>
    now[name].map((value, i) => (1 - part) * (before[name][i] ?? 0) + part * value);
  const [lstm, lstmBias] = [mean('lstm'), mean('lstmBias')];
  return { embedding: mean('embedding'), lstm, lstmBias, dense: mean('dense'), denseBias: mean('denseBias') };
}

function batchOf(data: LabelledSequences, places: number[], heads: number): [Int32Array[], Int32Array] {
  const labels = new Int32Array(places.length * heads);
  for (const [row, place] of places.entries()) {
    labels.set(data.labels.subarray(place * heads, (place + 1) * heads), row * heads);
  }
  return [places.flatMap((place) => data.sequences[place] ?? []), labels];
}

/** Each word is replaced by the unknown word with this chance, drawn anew in each step. */
function hideWords(sequences: Int32Array[], chance: number, random: () => number): Int32Array[] {
  if (chance === 0) return sequences;
  return sequences.map((sequence) => sequence.map((word) => (word !== padding && random() < chance ? unknown : word)));
}

/** Heads with few labels count as much as those with many; where classes are balanced, so do rare labels. */
function weightsOf(heads: Head[], labels: Int32Array, { classWeights }: TrainSpec): number[][] {
  return heads.map((head, place) => {
    const own = labels.filter((label, index) => index % heads.length === place && label !== unlabelled);
    const ofHead = labels.length / heads.length / own.length;
    return head.labels.map((_, label) => {
      if (classWeights !== 'balanced') return ofHead;
      const count = own.reduce((sum, one) => (one === label ? sum + 1 : sum), 0);
      return (ofHead * own.length) / (head.labels.length * Math.max(1, count));
    });
  });
}

/** The learning rate at a place in an epoch (0 to 1): constant, or falling to nothing at the end of the last epoch. */
function rateAt({ learningRate, schedule, epochs }: TrainSpec, epoch: number, place: number): number {
  const done = (epoch - 1 + place) / epochs;
  if (schedule === 'linear') return learningRate * (1 - done);
  return schedule === 'cosine' ? (learningRate * (1 + Math.cos(Math.PI * done))) / 2 : learningRate;
}

function validate(shape: NetworkShape, weights: Weights, data: LabelledSequences) {
  const { heads } = shape;
  const network = createAnsweringNetwork(shape, weights);
  const answers = probabilitiesOf(network, data.sequences);
  network.dispose();
  let [accuracy, macroF1, measured] = [0, 0, 0];
  let offset = 0;
  for (const [index, { labels }] of heads.entries()) {
    const truth: string[] = [];
    const predicted: string[] = [];
    for (const [row, probabilities] of answers.entries()) {
      const label = labels[data.labels[row * heads.length + index] ?? unlabelled];
      if (label === undefined) continue;
      truth.push(label);
      predicted.push(labels[highest(probabilities.subarray(offset, offset + labels.length))] ?? '');
    }
    offset += labels.length;
    if (truth.length === 0) continue;
    const measures = measure(labels, truth, predicted);
    accuracy += measures.accuracy;
    macroF1 += measures.macro.f1;
    measured++;
  }
  return { accuracy: accuracy / Math.max(1, measured), macroF1: macroF1 / Math.max(1, measured) };
}

function diverged(heads: Head[], spec: TrainSpec, epoch: number): GradusError {
  const names = listed(heads.map(({ capability }) => capability));
  return new GradusError(
    'TRAINING_DIVERGED',
    `The loss of ${names} is no number any more in epoch ${epoch}: lower train.learningRate (${spec.learningRate}).`,
  );
}
