/** Embedding → LSTM → one vector for each text → logits of all heads; the same for training and answering. */
import type { Pooling } from '../domain/plan.ts';
import type { LstmTensors, Ops, Tensor } from './ops.ts';
import type { Packed } from './packing.ts';
import type { NetworkShape } from './shape.ts';
import type { States } from './states.ts';

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

export function forward(
  ops: Ops,
  shape: NetworkShape,
  tensors: NetworkTensors,
  packed: Packed,
  states: States,
): Forward {
  const rows = packed.order.length;
  let hidden = ops.floatsOf([rows, shape.units], new Float32Array(rows * shape.units));
  let cell = hidden;
  for (const [index, chunk] of packed.chunks.entries()) {
    const ids = packed.ids.subarray(chunk.base, chunk.base + chunk.rows * chunk.steps);
    const x = ops.gather(tensors.embedding, ids, [chunk.steps, chunk.rows]);
    states.put(chunk, ops.blockLstm(chunk.steps, x, cell, hidden, tensors.lstm));
    const next = packed.chunks[index + 1];
    if (next) [cell, hidden] = states.after(chunk, next.rows);
  }
  const all = states.hidden();
  const pooled = pool(ops, shape.pooling, all, packed);
  return { hidden: all, pooled, logits: ops.addBias(ops.matMul(pooled, tensors.dense), tensors.denseBias) };
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
