/** Embedding → LSTM → one vector for each text → logits of all heads; the same for training and answering. */
import type { Pooling } from '../domain/plan.ts';
import type { LstmTensors, Ops, Tensor } from './ops.ts';
import type { Packed } from './packing.ts';
import type { NetworkShape } from './shape.ts';

export interface NetworkTensors {
  /** [vocabulary, embedding] */
  embedding: Tensor;
  lstm: LstmTensors;
  /** [pooled width, classes] */
  dense: Tensor;
  /** [classes] */
  denseBias: Tensor;
}

export interface Forward {
  /** Hidden states, [positions, units]. */
  hidden: Tensor;
  /** What the heads see, [rows, pooled width]. */
  pooled: Tensor;
  /** [rows, classes] */
  logits: Tensor;
}

/** `keep` is given what BlockLSTM returns for each chunk, in that order, with the chunk's first position. */
export function forward(
  ops: Ops,
  shape: NetworkShape,
  tensors: NetworkTensors,
  packed: Packed,
  keep?: (base: number, steps: number, rows: number, outputs: Tensor[]) => void,
): Forward {
  const { embedding, units } = shape;
  const x = ops.gather(tensors.embedding, packed.ids);
  const rows = packed.order.length;
  let hidden = ops.floatsOf([rows, units], new Float32Array(rows * units));
  let cell = hidden;
  const parts: Tensor[] = [];
  for (const [index, chunk] of packed.chunks.entries()) {
    const part = ops.slice(x, [chunk.base, 0], [chunk.rows * chunk.steps, embedding]);
    const input = ops.reshape(part, chunk.steps, chunk.rows, embedding);
    const outputs = ops.blockLstm(chunk.steps, input, cell, hidden, tensors.lstm);
    keep?.(chunk.base, chunk.steps, chunk.rows, outputs);
    const [, cells, , , , , states] = outputs;
    if (cells === undefined || states === undefined) throw new Error('BlockLSTM returned too little.');
    parts.push(ops.reshape(states, chunk.steps * chunk.rows, units));
    const next = packed.chunks[index + 1];
    if (next) {
      // The state after the chunk's last step, of those rows that go on.
      const last = (states: Tensor): Tensor =>
        ops.reshape(ops.slice(states, [chunk.steps - 1, 0, 0], [1, next.rows, units]), next.rows, units);
      cell = last(cells);
      hidden = last(states);
    }
  }
  const states = ops.concat(parts);
  const pooled = pool(ops, shape.pooling, states, packed);
  return { hidden: states, pooled, logits: ops.addBias(ops.matMul(pooled, tensors.dense), tensors.denseBias) };
}

/** States [positions, units] → [rows, pooled width] */
function pool(ops: Ops, pooling: Pooling, states: Tensor, packed: Packed): Tensor {
  const { order, ends, owners, shares } = packed;
  const rows = order.length;
  switch (pooling) {
    case 'last':
      return ops.gather(states, ends);
    case 'average':
      return ops.multiply(ops.segmentSum(states, owners, rows), ops.floatsOf([rows, 1], shares));
    case 'max':
      return ops.segmentMax(states, owners, rows);
    case 'average and max':
      return ops.beside(pool(ops, 'average', states, packed), pool(ops, 'max', states, packed));
  }
}
