/** Where the forward pass leaves its states: for the backward pass in the network's memory, or only as long as it needs them. */
import { gateNames } from './memory.ts';
import type { Memory } from './memory.ts';
import type { Ops, Tensor } from './ops.ts';
import type { Chunk, Packed } from './packing.ts';

export interface States {
  /** What BlockLSTM has returned for a chunk, in its order. */
  put(chunk: Chunk, outputs: Tensor[]): void;
  /** Cells and hidden states of a chunk's first rows after its last step, [rows, units]. */
  after(chunk: Chunk, rows: number): [cell: Tensor, hidden: Tensor];
  /** Hidden states of all positions, [positions, units]. */
  hidden(): Tensor;
}

/** All of it, at each position's place in memory: neither cut out nor put together again. */
export function statesInMemory(ops: Ops, { layout, floats }: Memory, units: number, { total }: Packed): States {
  const { gates } = layout;
  const over = (at: number, ...shape: number[]): Tensor =>
    ops.floatsOf(
      shape,
      floats(
        at,
        shape.reduce((size, one) => size * one),
      ),
    );
  return {
    put({ base, steps, rows }, outputs) {
      for (const [index, name] of gateNames.entries()) {
        const values = outputs[index];
        if (values !== undefined) ops.store(over(gates[name] + 4 * base * units, steps, rows, units), steps, values);
      }
    },
    after(chunk, rows) {
      const last = 4 * (chunk.base + (chunk.steps - 1) * chunk.rows) * units;
      return [over(gates.cell + last, rows, units), over(gates.hidden + last, rows, units)];
    },
    hidden: () => over(gates.hidden, total, units),
  };
}

/** Hidden states alone, as TensorFlow has them. */
export function passingStates(ops: Ops, units: number): States {
  let cells: Tensor | undefined;
  const hidden: Tensor[] = [];
  return {
    put(_, outputs) {
      const [, cell, , , , , states] = outputs;
      if (states !== undefined) hidden.push(states);
      cells = cell;
    },
    after({ steps }, rows) {
      const last = (states: Tensor | undefined): Tensor => {
        if (states === undefined) throw new Error('BlockLSTM returned too little.');
        return ops.reshape(ops.slice(states, [steps - 1, 0, 0], [1, rows, units]), rows, units);
      };
      return [last(cells), last(hidden.at(-1))];
    },
    hidden: () => ops.concat(hidden.map((states) => ops.reshape(states, -1, units))),
  };
}
