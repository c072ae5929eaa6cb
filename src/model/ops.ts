/**
 * The TensorFlow operations that the network is made of; what they return is freed together, by `sweep`. Types are seen
 * from the inputs and other attributes have defaults: each one that is given costs half a microsecond.
 */
import type { Attribute, Binding } from './tensorflow.ts';

/** A tensor's number in the binding. */
export type Tensor = number;

export type Ops = ReturnType<typeof createOps>;

/** Operations over one thread's binding. Shapes are given where they are not those of TensorFlow's documentation. */
export function createOps(tf: Binding) {
  const none: Attribute[] = [];
  const transposedFirst: Attribute[] = [{ name: 'transpose_a', type: tf.TF_ATTR_BOOL, value: true }];
  // Keras's, not this operation's own (1 and 3).
  const lstmAttributes: Attribute[] = [
    { name: 'forget_bias', type: tf.TF_ATTR_FLOAT, value: 0 },
    { name: 'cell_clip', type: tf.TF_ATTR_FLOAT, value: -1 },
  ];
  let temporary: Tensor[] = [];
  const track = (tensor: Tensor): Tensor => {
    temporary.push(tensor);
    return tensor;
  };
  const run = (name: string, attributes: Attribute[], inputs: Tensor[], outputs = 1): Tensor[] =>
    tf.executeOp(name, attributes, inputs, outputs).map(({ id }) => track(id));
  const one = (name: string, attributes: Attribute[], inputs: Tensor[]): Tensor => {
    const [output] = run(name, attributes, inputs);
    if (output === undefined) throw new Error(`TensorFlow's ${name} returned nothing.`);
    return output;
  };

  /** Tensors that live until `deleteTensor`. */
  const keepFloats = (shape: number[], data: Float32Array): Tensor => tf.createTensor(shape, tf.TF_FLOAT, data);
  const keepInts = (shape: number[], data: Int32Array): Tensor => tf.createTensor(shape, tf.TF_INT32, data);
  const floatsOf = (shape: number[], data: Float32Array): Tensor => track(keepFloats(shape, data));
  const intsOf = (data: Int32Array): Tensor => track(keepInts([data.length], data));
  const ints = (...values: number[]): Tensor => intsOf(Int32Array.from(values));

  const axis0 = keepInts([], Int32Array.of(0));
  const axes0 = keepInts([1], Int32Array.of(0));
  const swapped = keepInts([2], Int32Array.of(1, 0));

  const reshape = (x: Tensor, ...shape: number[]): Tensor => one('Reshape', none, [x, ints(...shape)]);

  const ranges = new Map<number, Tensor>();
  const range = (count: number): Tensor => {
    const known = ranges.get(count);
    if (known !== undefined) return known;
    const made = keepInts(
      [count],
      Int32Array.from({ length: count }, (_, i) => i),
    );
    ranges.set(count, made);
    return made;
  };

  return {
    keepFloats,
    floatsOf,
    delete: (tensor: Tensor): void => tf.deleteTensor(tensor),
    read: (x: Tensor): Float32Array => {
      const data = tf.tensorDataSync(x);
      return data instanceof Float32Array ? data : Float32Array.from(data);
    },
    /** Frees everything that operations have returned since the last sweep. */
    sweep: (): void => {
      for (const tensor of temporary) tf.deleteTensor(tensor);
      temporary = [];
    },

    /** Frees the rest; these operations are not used again. */
    dispose: (): void => {
      for (const tensor of [axis0, axes0, swapped, ...ranges.values()]) tf.deleteTensor(tensor);
    },

    matMul: (a: Tensor, b: Tensor, transposeA = false): Tensor =>
      one('MatMul', transposeA ? transposedFirst : none, [a, b]),
    /**
     * The product, copied into the memory that the tensor `into` lies over, both of `rows` rows; nothing of it is left to
     * free, neither here nor for JavaScript's collector.
     */
    matMulInto: (a: Tensor, b: Tensor, into: Tensor, rows: number): void => {
      const [product] = tf.executeOp('MatMul', none, [a, b], 1);
      if (product === undefined) throw new Error('TensorFlow returned no product.');
      const [copied] = tf.executeOp('InplaceUpdate', none, [into, range(rows), product.id], 1);
      if (copied !== undefined) tf.deleteTensor(copied.id);
      tf.deleteTensor(product.id);
    },
    transpose: (x: Tensor): Tensor => one('Transpose', none, [x, swapped]),
    addBias: (x: Tensor, bias: Tensor): Tensor => one('BiasAdd', none, [x, bias]),
    /** [rows, n] → [1, n] */
    sumRows: (x: Tensor, columns: number): Tensor => reshape(one('Sum', none, [x, axes0]), 1, columns),
    /** Rows `rows` of `table`, in the shape `by` where it is given. */
    gather: (table: Tensor, rows: Int32Array, by = [rows.length]): Tensor =>
      one('GatherV2', none, [table, track(keepInts(by, rows)), axis0]),
    /** Copies `value` into the memory that the tensor `into` lies over; both have `rows` rows. */
    store: (into: Tensor, rows: number, value: Tensor): void => {
      one('InplaceUpdate', none, [into, range(rows), value]);
    },
    /**
     * LSTM over `steps` steps of x [steps, rows, inputs] from state `cell` and `hidden` [rows, units]. Gives input gate,
     * cell, forget gate, output gate, candidate, tanh(cell) and hidden state, each [steps, rows, units].
     */
    blockLstm: (steps: number, x: Tensor, cell: Tensor, hidden: Tensor, lstm: LstmTensors): Tensor[] => {
      // An int64 is given as two int32.
      const count = track(tf.createTensor([], tf.TF_INT64, Int32Array.of(steps, 0)));
      const { kernel, bias, peephole } = lstm;
      return run('BlockLSTM', lstmAttributes, [count, x, cell, hidden, kernel, peephole, peephole, peephole, bias], 7);
    },
  };
}

export interface LstmTensors {
  /** [inputs + units, 4 units], gates in the order input, candidate, forget, output. */
  kernel: Tensor;
  /** [4 units] */
  bias: Tensor;
  /** [units], not used but asked for. */
  peephole: Tensor;
}
