/** Sizes of a network and of its parameters. */
import type { Pooling } from '../domain/plan.ts';

export interface Head {
  capability: string;
  /** The labels it answers with, in the order of its outputs. */
  labels: string[];
}

export interface NetworkShape {
  pooling: Pooling;
  vocabulary: number;
  embedding: number;
  units: number;
  /** One for each capability; their outputs lie side by side in one dense layer. */
  heads: Head[];
}

export const parameterNames = ['embedding', 'lstm', 'lstmBias', 'dense', 'denseBias'] as const;
export type ParameterName = (typeof parameterNames)[number];

/** Values of all parameters, gates in TensorFlow's BlockLSTM order: input, candidate, forget, output. */
export type Weights = Record<ParameterName, Float32Array>;

/** Outputs of all heads together. */
export function classesOf(heads: Head[]): number {
  return heads.reduce((sum, head) => sum + head.labels.length, 0);
}

/** Numbers that the heads see of a text. */
export function pooledWidth({ pooling, units }: Pick<NetworkShape, 'pooling' | 'units'>): number {
  return pooling === 'average and max' ? 2 * units : units;
}

export function parameterShapes(shape: NetworkShape): Record<ParameterName, number[]> {
  const { vocabulary, embedding, units, heads } = shape;
  const classes = classesOf(heads);
  return {
    embedding: [vocabulary, embedding],
    lstm: [embedding + units, 4 * units],
    lstmBias: [4 * units],
    dense: [pooledWidth(shape), classes],
    denseBias: [classes],
  };
}

export const sizeOf = (shape: number[]): number => shape.reduce((a, b) => a * b, 1);
