/** A network that only answers. */
import { forward } from './forward.ts';
import { softmax } from './heads.ts';
import { createOps } from './ops.ts';
import { pack } from './packing.ts';
import type { Sequence } from './packing.ts';
import { classesOf, parameterShapes } from './shape.ts';
import type { NetworkShape, Weights } from './shape.ts';
import { passingStates } from './states.ts';
import { tensorflow } from './tensorflow.ts';

export interface AnsweringNetwork {
  shape: NetworkShape;
  /** Probabilities of the labels of all heads, one array for each sequence. */
  probabilities(sequences: Sequence[]): Float32Array[];
  dispose(): void;
}

/** Where `weights` lie in a training network's memory, later changes there change the answers. */
export function createAnsweringNetwork(shape: NetworkShape, weights: Weights): AnsweringNetwork {
  const ops = createOps(tensorflow());
  const shapes = parameterShapes(shape);
  const classes = classesOf(shape.heads);
  const tensors = {
    embedding: ops.keepFloats(shapes.embedding, weights.embedding),
    lstm: {
      kernel: ops.keepFloats(shapes.lstm, weights.lstm),
      bias: ops.keepFloats(shapes.lstmBias, weights.lstmBias),
      peephole: ops.keepFloats([shape.units], new Float32Array(shape.units)),
    },
    dense: ops.keepFloats(shapes.dense, weights.dense),
    denseBias: ops.keepFloats(shapes.denseBias, weights.denseBias),
  };
  const { kernel, bias, peephole } = tensors.lstm;
  return {
    shape,
    probabilities(sequences) {
      if (sequences.length === 0) return [];
      const packed = pack(sequences);
      const { logits } = forward(ops, shape, tensors, packed, passingStates(ops, shape.units));
      const values = softmax(ops.read(logits), shape.heads, sequences.length);
      ops.sweep();
      const answers: Float32Array[] = [];
      for (const [row, index] of packed.order.entries()) {
        answers[index] = values.slice(row * classes, (row + 1) * classes);
      }
      return answers;
    },
    dispose() {
      for (const tensor of [tensors.embedding, kernel, bias, peephole, tensors.dense, tensors.denseBias]) {
        ops.delete(tensor);
      }
      ops.dispose();
    },
  };
}

/** Sequences of about the same length are computed together. */
const batch = 64;

/** Probabilities for any number of sequences, in their order. */
export function probabilitiesOf(network: AnsweringNetwork, sequences: Sequence[]): Float32Array[] {
  const sorted = sequences
    .map((sequence, index) => ({ sequence, index }))
    .sort((a, b) => b.sequence.length - a.sequence.length);
  const answers: Float32Array[] = [];
  for (let at = 0; at < sorted.length; at += batch) {
    const part = sorted.slice(at, at + batch);
    const rows = network.probabilities(part.map(({ sequence }) => sequence));
    for (const [row, { index }] of part.entries()) answers[index] = rows[row] ?? new Float32Array();
  }
  return answers;
}
