/** Sizes of a network and of its parameters. */

export interface Head {
  capability: string;
  /** The labels it answers with, in the order of its outputs. */
  labels: string[];
}

/** What the heads see of a text: the LSTM's state after its last token, or of its states after each token the mean or the largest. */
export type Pooling = 'last' | 'average' | 'max';

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

export function parameterShapes({
  vocabulary,
  embedding,
  units,
  heads,
}: NetworkShape): Record<ParameterName, number[]> {
  const classes = classesOf(heads);
  return {
    embedding: [vocabulary, embedding],
    lstm: [embedding + units, 4 * units],
    lstmBias: [4 * units],
    dense: [units, classes],
    denseBias: [classes],
  };
}

export const sizeOf = (shape: number[]): number => shape.reduce((a, b) => a * b, 1);
