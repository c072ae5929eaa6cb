/**
 * Finds settings of a training by successive halving: many are tried briefly, the best third of them three times as long,
 * and so on (K. Jamieson, A. Talwalkar, Non-stochastic best arm identification, AISTATS 2016).
 */
import type { TrainSpec } from './plan.ts';

/** Small sets that hold what is usually good for texts. */
const space = {
  units: [32, 64, 128],
  embedding: [32, 64, 128],
  learningRate: [0.001, 0.002, 0.005],
  length: [50, 100, 200],
  wordDropout: [0, 0.2, 0.4],
  pooling: ['last', 'average', 'average and max'],
} as const;
const combinations = Object.values(space).reduce((product, values) => product * values.length, 1);

/** Of those that are tried, one of so many goes on. */
const keptOf = 3;

export interface Scored {
  spec: TrainSpec;
  score: number;
}

/** `count` specs that differ: the given one, and others drawn by `random` from 0 (included) to 1 (not). */
export function drawSpecs(spec: TrainSpec, count: number, random: () => number): TrainSpec[] {
  const pick = <T>(values: readonly [T, ...T[]]): T => values[Math.floor(random() * values.length)] ?? values[0];
  const drawn = new Map([[JSON.stringify(spec), spec]]);
  while (drawn.size < Math.min(count, combinations)) {
    const { wordDropout: _, pooling: __, ...others } = spec;
    const { units, embedding, learningRate, length } = space;
    const [wordDropout, pooling] = [pick(space.wordDropout), pick(space.pooling)];
    const other: TrainSpec = {
      ...others,
      units: pick(units),
      embedding: pick(embedding),
      learningRate: pick(learningRate),
      length: pick(length),
      ...(wordDropout === 0 ? {} : { wordDropout }),
      ...(pooling === 'last' ? {} : { pooling }),
    };
    drawn.set(JSON.stringify(other), other);
  }
  return [...drawn.values()];
}

/** How many are tried in each round, and for how many epochs. */
export function roundsOf(trials: number, epochs: number): { trials: number; epochs: number }[] {
  const counts = [trials];
  for (let last = trials; last > keptOf; counts.push(last)) last = Math.ceil(last / keptOf);
  return counts.map((count, round) => ({
    trials: count,
    epochs: Math.max(1, Math.round(epochs / keptOf ** (counts.length - 1 - round))),
  }));
}

/** The best of the last round; `score` is asked for one after the other, and equal ones stay in their order. */
export async function successiveHalving(
  specs: TrainSpec[],
  score: (spec: TrainSpec, round: number, trial: number) => Promise<number>,
): Promise<Scored> {
  const epochs = specs[0]?.epochs ?? 1;
  let left: Scored[] = specs.map((spec) => ({ spec, score: 0 }));
  for (const [round, { trials, epochs: some }] of roundsOf(specs.length, epochs).entries()) {
    const scored: Scored[] = [];
    for (const { spec } of left.slice(0, trials)) {
      scored.push({ spec, score: await score(forEpochs(spec, some), round, scored.length) });
    }
    left = scored.sort((a, b) => b.score - a.score);
  }
  const [best] = left;
  if (best === undefined) throw new Error('There is nothing to choose from.');
  return best;
}

/** A patience of as many epochs or more is none. */
function forEpochs({ patience, ...spec }: TrainSpec, epochs: number): TrainSpec {
  return { ...spec, epochs, ...(patience === undefined || patience >= epochs ? {} : { patience }) };
}

/** The `train` section of a plan, as people write it, without what is usual. */
export function trainSection(spec: TrainSpec): Record<string, string | number> {
  const { data, share, network, epochs, patience, batch, learningRate, vocabulary, length, embedding, units } = spec;
  const { pooling, wordDropout, averaging, classWeights, clipNorm, schedule, seed } = spec;
  return {
    data,
    ...(share === 1 ? {} : { share }),
    ...(network === 'shared' ? { network } : {}),
    epochs,
    ...(patience === undefined ? {} : { patience }),
    batch,
    'learning rate': learningRate,
    ...(clipNorm === undefined ? {} : { 'clip norm': clipNorm }),
    ...(vocabulary === 10_000 ? {} : { vocabulary }),
    length,
    embedding,
    units,
    ...(pooling === undefined ? {} : { pooling }),
    ...(wordDropout === undefined ? {} : { 'word dropout': wordDropout }),
    ...(averaging === undefined ? {} : { averaging }),
    ...(classWeights === undefined ? {} : { 'class weights': classWeights }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(seed === 1 ? {} : { seed }),
  };
}
