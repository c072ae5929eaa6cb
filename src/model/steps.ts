/** The LSTM step by step, for training: with many rows that is quicker than BlockLSTM, which is quicker with few. */
import type { NetworkTensors } from './forward.ts';
import type { Memory } from './memory.ts';
import type { Ops, Tensor } from './ops.ts';
import type { Packed } from './packing.ts';
import type { NetworkShape } from './shape.ts';

/** From so many rows in the mean. */
const many = 14;

export function hasManyRows({ total, rows }: Packed): boolean {
  return total >= many * rows.length;
}

export interface StepTensors extends Pick<NetworkTensors, 'embedding' | 'lstm'> {
  /** The LSTM's kernel in two parts, [embedding, 4 units] and [units, 4 units]. */
  inputKernel: Tensor;
  recurrentKernel: Tensor;
  /** Over the first rows of the last step's hidden states. */
  lastHidden(rows: number): Tensor;
  /** Over the first rows of what they put into the gates. */
  sums(rows: number): Tensor;
}

/**
 * One product for all that the batch's words put into the gates; then for each step one product and one kernel, which
 * leaves all gates in memory.
 */
export function stepByStep(
  ops: Ops,
  { units }: NetworkShape,
  { embedding, lstm, inputKernel, recurrentKernel, lastHidden, sums }: StepTensors,
  packed: Packed,
  { kernels, floats, layout }: Memory,
  words: Int32Array,
): void {
  const { gates, perWord, zeros } = layout;
  const inputs = ops.addBias(ops.matMul(ops.gather(embedding, words), inputKernel), lstm.bias);
  const into = ops.floatsOf([words.length, 4 * units], floats(perWord, words.length * 4 * units));
  ops.store(into, words.length, inputs);
  let before = 0;
  for (const [step, rows] of packed.rows.entries()) {
    const position = packed.at[step] ?? 0;
    const at = 4 * position * units;
    if (step === 0) floats(layout.sums, rows * 4 * units).fill(0);
    else ops.matMulInto(lastHidden(rows), recurrentKernel, sums(rows), rows);
    kernels.gates(
      rows,
      units,
      layout.words + 4 * position,
      perWord,
      layout.sums,
      step === 0 ? zeros : gates.cell + before,
      gates.input + at,
      gates.cell + at,
      gates.forget + at,
      gates.output + at,
      gates.candidate + at,
      gates.tanhCell + at,
      gates.hidden + at,
      layout.last.hidden,
    );
    before = at;
  }
}
