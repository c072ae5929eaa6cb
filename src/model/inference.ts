/** A network that only answers. */
import { forward } from './forward.ts';
import { softmax } from './heads.ts';
import { createOps } from './ops.ts';
import { pack } from './packing.ts';
import type { Packed, Sequence } from './packing.ts';
import { createRoom } from './room.ts';
import type { Room, RoomSize } from './room.ts';
import { classesOf, parameterShapes } from './shape.ts';
import type { NetworkShape, Weights } from './shape.ts';
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
  return {
    shape,
    probabilities(sequences) {
      if (sequences.length === 0) return [];
      const packed = pack(sequences);
      const { logits } = forward(ops, shape, tensors, packed, roomFor(shape.units, packed));
      const values = softmax(ops.read(logits), shape.heads, sequences.length);
      ops.sweep();
      const answers: Float32Array[] = [];
      for (const [row, index] of packed.order.entries()) {
        answers[index] = values.slice(row * classes, (row + 1) * classes);
      }
      return answers;
    },
    dispose() {
      const { lstm, ...others } = tensors;
      for (const tensor of [...Object.values(lstm), ...Object.values(others)]) ops.delete(tensor);
      ops.dispose();
    },
  };
}

let room: { size: RoomSize; room: Room } | undefined;

/** One room for all networks of this thread, as they answer one after the other; a larger one where it is too small. */
function roomFor(units: number, { order, total }: Packed): Room {
  const size = room?.size ?? { units, rows: 0, positions: 0 };
  if (room && size.units >= units && size.rows >= order.length && size.positions >= total) return room.room;
  const larger: RoomSize = {
    units: Math.max(size.units, units),
    rows: Math.max(size.rows, order.length),
    positions: Math.max(size.positions, total),
  };
  room = { size: larger, room: createRoom(larger) };
  return room.room;
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
