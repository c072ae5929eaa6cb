/** Parts of a card that need answers of their own: order of scores, calibration, damaged texts, and time. */
import { cpus } from 'node:os';
import type { Calibration, CapabilityCard, MeasuredCard } from '../domain/card.ts';
import type { Dataset, Example } from '../datasets/dataset.ts';
import { fitTemperature, reliability, withTemperature } from './calibration.ts';
import { comparePairs } from './comparison.ts';
import { highest } from './heads.ts';
import { cut, typos, upperCase } from './noise.ts';
import { answeredAtOnce, type LoadedVersion, type OpenedVersion } from './predictor.ts';
import { createRandom } from './random.ts';
import { averagePrecision, rocAuc } from './ranking.ts';

/** More texts would not change what damages are shown to do, and each is answered anew for every damage. */
const mostDamaged = 1000;
const damages: { damage: string; of: (text: string, random: () => number) => string }[] = [
  { damage: 'typing errors in one word of ten', of: (text, random) => typos(text, 0.1, random) },
  { damage: 'all in capital letters', of: upperCase },
  { damage: 'the first half only', of: (text) => cut(text, 0.5) },
];

export function rankingOf(labels: string[], probabilities: Float32Array[], truth: string[]): CapabilityCard['ranking'] {
  const positive = labels[1];
  if (labels.length !== 2 || positive === undefined) return null;
  const scores = probabilities.map((row) => row[1] ?? 0);
  const isPositive = truth.map((label) => label === positive);
  const [roc, precision] = [rocAuc(scores, isPositive), averagePrecision(scores, isPositive)];
  return roc === null || precision === null ? null : { positive, rocAuc: roc, averagePrecision: precision };
}

export async function calibrationOf(
  dataset: Dataset,
  capability: string,
  labels: string[],
  predictor: LoadedVersion,
  measured: { probabilities: Float32Array[]; truth: string[] },
): Promise<Calibration> {
  const errorOf = (temperature: number) => {
    const rows = measured.probabilities.map((row) => withTemperature(row, temperature));
    return reliability(
      rows.map((row) => row[highest(row)] ?? 0),
      rows.map((row, i) => labels[highest(row)] === measured.truth[i]),
    );
  };
  const { ece, bins } = errorOf(1);
  const validation = dataset.part('validation').filter(({ labels: own }) => labels.includes(own[capability] ?? ''));
  if (validation.length === 0) return { ece: ece ?? 0, bins, temperature: null, eceWithTemperature: null };
  const texts = validation.map(({ text }) => text);
  const truth = validation.map(({ labels: own }) => labels.indexOf(own[capability] ?? ''));
  const temperature = fitTemperature(await predictor.probabilities(capability, texts), truth);
  return { ece: ece ?? 0, bins, temperature, eceWithTemperature: errorOf(temperature).ece };
}

export async function robustnessOf(
  all: Example[],
  truth: string[],
  predicted: string[],
  answers: (texts: string[]) => Promise<string[]>,
): Promise<CapabilityCard['robustness']> {
  const measured: CapabilityCard['robustness'] = [];
  const examples = all.slice(0, mostDamaged);
  for (const { damage, of } of damages) {
    const random = createRandom(1);
    const damaged = await answers(examples.map(({ text }) => of(text, random)));
    const known = truth.slice(0, examples.length);
    const { difference, low, high } = comparePairs(known, damaged, predicted.slice(0, examples.length));
    const accuracy = damaged.filter((label, i) => label === known[i]).length / examples.length;
    measured.push({ damage, accuracy, difference, low, high });
  }
  return measured;
}

/** `AMD EPYC 7B13, linux x64, Node v20.20.2`. */
export function machineName(): string {
  const processor = cpus()[0]?.model.trim() ?? '';
  return [processor, `${process.platform} ${process.arch}`, `Node ${process.version}`].filter(Boolean).join(', ');
}

/** In milliseconds, on this thread, of texts as they come. */
export async function measureLatency(
  { version, predictor }: OpenedVersion,
  examples: Example[],
): Promise<MeasuredCard['latency']> {
  const [capability] = Object.keys(version.labels);
  const measured: MeasuredCard['latency'] = [];
  for (const { texts, rounds } of [
    { texts: 1, rounds: 50 },
    { texts: answeredAtOnce, rounds: 10 },
  ]) {
    const times: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const at = (round * texts) % Math.max(1, examples.length - texts);
      const batch = examples.slice(at, at + texts).map(({ text }) => text);
      const from = performance.now();
      await predictor.predict(capability ?? '', batch);
      // The first one finds nothing in the processor's caches.
      if (round > 0) times.push(performance.now() - from);
    }
    times.sort((a, b) => a - b);
    const at = (share: number): number => times[Math.floor(share * (times.length - 1))] ?? 0;
    measured.push({ texts: Math.min(texts, examples.length), p50Ms: at(0.5), p95Ms: at(0.95) });
  }
  return measured;
}
