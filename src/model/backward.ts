/** Gradients of all parameters for one batch, written into the network's memory. */
import type { Forward, NetworkTensors } from './forward.ts';
import type { Memory } from './memory.ts';
import type { Ops, Tensor } from './ops.ts';
import type { Packed } from './packing.ts';
import { classesOf, pooledWidth } from './shape.ts';
import type { NetworkShape } from './shape.ts';

/** Tensors over the gradients' memory, so that TensorFlow can write there. */
export interface GradientTensors {
  /** [embedding, 4 units] and [units, 4 units]: the two parts of the LSTM's kernel. */
  inputKernel: Tensor;
  recurrentKernel: Tensor;
  /** The rest as rows: [1, 4 units], [pooled width, classes], [1, classes]. */
  lstmBias: Tensor;
  dense: Tensor;
  denseBias: Tensor;
}

export interface Backward {
  ops: Ops;
  shape: NetworkShape;
  memory: Memory;
  tensors: NetworkTensors;
  /** Over the memory for the LSTM's transposed kernels, which the backward pass fills. */
  transposed: { input: Tensor; recurrent: Tensor };
  /** Over the first rows of the last step's gate gradients. */
  lastGates(rows: number): Tensor;
  /** Over the first rows of the gradient of the hidden states. */
  dHidden(rows: number): Tensor;
  gradients: GradientTensors;
}

const bytes = (floats: number): number => 4 * floats;

/** `words` are the batch's, each once, and `dLogits` [rows, classes] is the gradient of the loss. */
export function backward(
  { ops, shape, memory, tensors, transposed, lastGates, dHidden, gradients }: Backward,
  packed: Packed,
  words: Int32Array,
  { pooled }: Forward,
  dLogits: Float32Array,
): void {
  const { layout, kernels } = memory;
  const { embedding, units } = shape;
  const classes = classesOf(shape.heads);
  const rows = packed.order.length;
  const steps = packed.rows.length;

  const dLogitsTensor = ops.floatsOf([rows, classes], dLogits);
  ops.store(gradients.dense, pooledWidth(shape), ops.matMul(pooled, dLogitsTensor, true));
  ops.store(gradients.denseBias, 1, ops.sumRows(dLogitsTensor, classes));
  const dPooled = ops.read(ops.matMul(dLogitsTensor, ops.transpose(tensors.dense)));
  const { isAdded, isLargest } = takeApart(shape, memory, packed, dPooled);

  // Back through time: for each step one kernel and one product [rows, 4 units] × [4 units, units]. The gate gradients of
  // all steps stay, for the large products afterwards. A transposed copy is twice as fast as MatMul's transpose_b.
  const kernel = layout.parameters.lstm;
  kernels.transpose(kernel, embedding, 4 * units, layout.transposed.input);
  kernels.transpose(kernel + bytes(embedding * 4 * units), units, 4 * units, layout.transposed.recurrent);
  memory.floats(layout.dHidden, rows * units).fill(0);
  memory.floats(layout.dCell, rows * units).fill(0);
  const { input, cell, forget, output, candidate, tanhCell, hidden: state } = layout.gates;
  for (let step = steps - 1; step >= 0; step--) {
    const stepRows = packed.rows[step] ?? 0;
    const at = bytes((packed.at[step] ?? 0) * units);
    // Rows are sorted by length: all that have not ended, or those that end at this step, are next to each other.
    const from = shape.pooling === 'last' ? (packed.active[step + 1] ?? 0) : 0;
    const count = (packed.active[step] ?? 0) - from;
    const { dHidden: to, dPooled: add, dLargest, largest } = layout;
    if (isAdded) kernels.add(to + bytes(from * units), add + bytes(from * units), count * units);
    if (isLargest) kernels.addWhereEqual(to, dLargest, state + at, largest, count * units);

    const previousCell = step === 0 ? layout.zeros : cell + bytes((packed.at[step - 1] ?? 0) * units);
    kernels.gateGradients(
      stepRows,
      units,
      input + at,
      forget + at,
      output + at,
      candidate + at,
      tanhCell + at,
      previousCell,
      layout.dHidden,
      layout.dCell,
      layout.dGates + 4 * at,
      layout.last.dGates,
    );
    if (step > 0) ops.matMulInto(lastGates(stepRows), transposed.recurrent, dHidden(stepRows), stepRows);
  }

  // Equal words have equal rows of input, so their gate gradients can be summed first: exact, and a third of the work.
  const sums = memory.floats(layout.perWord, words.length * 4 * units).fill(0);
  kernels.addRows(packed.total, 4 * units, layout.words, layout.dGates, layout.perWord);
  const perWord = ops.floatsOf([words.length, 4 * units], sums);
  const wordRows = ops.gather(tensors.embedding, words);
  ops.store(gradients.inputKernel, embedding, ops.matMul(wordRows, perWord, true));
  ops.store(gradients.lstmBias, 1, ops.sumRows(perWord, 4 * units));
  const dWords = ops.floatsOf(
    [words.length, embedding],
    memory.floats(layout.gradients.embedding, words.length * embedding),
  );
  ops.store(dWords, words.length, ops.matMul(perWord, transposed.input));

  const before = positionsBefore(packed);
  if (before.length > 0) {
    const later = memory.floats(layout.dGates + bytes(rows * 4 * units), before.length * 4 * units);
    const dLater = ops.floatsOf([before.length, 4 * units], later);
    const hidden = ops.floatsOf([packed.total, units], memory.floats(state, packed.total * units));
    ops.store(gradients.recurrentKernel, units, ops.matMul(ops.gather(hidden, before), dLater, true));
  } else {
    const at = layout.gradients.lstm + bytes(embedding * 4 * units);
    memory.floats(at, units * 4 * units).fill(0);
  }
}

/** Writes the gradient of each state in what was pooled: as a part of the sum, as the largest, or as both. */
function takeApart(
  { pooling, units }: NetworkShape,
  { layout, floats }: Memory,
  { order, shares }: Packed,
  dPooled: Float32Array,
): { isAdded: boolean; isLargest: boolean } {
  const rows = order.length;
  const width = dPooled.length / rows;
  const isAdded = pooling !== 'max';
  const isLargest = pooling === 'max' || pooling === 'average and max';
  const [added, largest] = [layout.dPooled, layout.dLargest].map((at) => floats(at, rows * units));
  for (let row = 0; row < rows; row++) {
    const weight = pooling === 'last' ? 1 : (shares[row] ?? 0);
    for (let unit = 0; unit < units; unit++) {
      const [first, last] = [row * width + unit, (row + 1) * width - units + unit];
      const at = row * units + unit;
      if (added !== undefined && isAdded) added[at] = weight * (dPooled[first] ?? 0);
      if (largest !== undefined && isLargest) largest[at] = dPooled[last] ?? 0;
    }
  }
  return { isAdded, isLargest };
}

/** For each position after the first step, that of the same row one step before. */
function positionsBefore({ at, rows, total }: Packed): Int32Array {
  const first = rows[0] ?? 0;
  const before = new Int32Array(total - first);
  for (let step = 1; step < rows.length; step++) {
    for (let row = 0; row < (rows[step] ?? 0); row++) {
      before[(at[step] ?? 0) - first + row] = (at[step - 1] ?? 0) + row;
    }
  }
  return before;
}
