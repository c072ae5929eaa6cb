/** Embedding → LSTM → one vector for each text → logits of all heads; the same for training and answering. */
import type { LstmTensors, Ops, Tensor } from './ops.ts';
import type { Packed } from './packing.ts';
import { gateNames } from './room.ts';
import type { Room } from './room.ts';
import { pooledWidth, sizeOf } from './shape.ts';
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
  /** What the heads see, [rows, pooled width]. */
  pooled: Tensor;
  /** [rows, classes] */
  logits: Tensor;
}

/** `run` leaves the hidden states of all positions in the room, and what else it keeps. */
export function forward(
  ops: Ops,
  shape: NetworkShape,
  tensors: NetworkTensors,
  packed: Packed,
  room: Room,
  run = runThrough,
): Forward {
  run(ops, shape, tensors, packed, room);
  const pooled = ops.floatsOf([packed.order.length, pooledWidth(shape)], pool(shape, packed, room));
  return { pooled, logits: ops.addBias(ops.matMul(pooled, tensors.dense), tensors.denseBias) };
}

/** Many steps in one call, while about the same rows go on; then the next begins with the states of the last step. */
function runThrough(
  ops: Ops,
  { units }: NetworkShape,
  { embedding, lstm }: NetworkTensors,
  { chunks, ids }: Packed,
  { floats, layout: { gates, zeros } }: Room,
): void {
  const over = (at: number, ...shape: number[]): Tensor => ops.floatsOf(shape, floats(at, sizeOf(shape)));
  let [cell, hidden] = [zeros, zeros];
  for (const { base, steps, rows } of chunks) {
    const x = ops.gather(embedding, ids.subarray(base, base + rows * steps), [steps, rows]);
    const outputs = ops.blockLstm(steps, x, over(cell, rows, units), over(hidden, rows, units), lstm);
    for (const [index, name] of gateNames.entries()) {
      const values = outputs[index];
      const at = gates[name];
      if (values === undefined || at === undefined) continue;
      ops.store(over(at + 4 * base * units, steps, rows, units), steps, values);
    }
    const last = 4 * (base + (steps - 1) * rows) * units;
    [cell, hidden] = [gates.cell + last, gates.hidden + last];
  }
}

/** The hidden states of each text → [rows, pooled width]; leaves the largest in the room where it is asked for. */
function pool({ pooling, units }: NetworkShape, packed: Packed, { kernels, floats, layout }: Room): Float32Array {
  const { ends, shares, active, at } = packed;
  const { added, largest, gates } = layout;
  const rows = ends.length;
  const width = pooledWidth({ pooling, units });
  const pooled = new Float32Array(rows * width);
  if (pooling === 'last') {
    const hidden = floats(gates.hidden, packed.total * units);
    for (const [row, end] of ends.entries()) pooled.set(hidden.subarray(end * units, (end + 1) * units), row * units);
    return pooled;
  }
  const [sum, most] = [floats(added, rows * units).fill(0), floats(largest, rows * units).fill(-Infinity)];
  for (const [step, position] of at.entries()) {
    const [states, count] = [gates.hidden + 4 * position * units, (active[step] ?? 0) * units];
    if (pooling !== 'max') kernels.add(added, states, count);
    if (pooling !== 'average') kernels.larger(largest, states, count);
  }
  for (const [row, share] of shares.entries()) {
    const [from, to] = [row * units, (row + 1) * units];
    const mean = pooling === 'max' ? [] : sum.subarray(from, to).map((value) => share * value);
    pooled.set(mean, row * width);
    if (pooling !== 'average') pooled.set(most.subarray(from, to), (row + 1) * width - units);
  }
  return pooled;
}
