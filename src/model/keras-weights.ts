/** Weights of a network as Keras's layers have them, and back: gates in another order, a dense layer for each head. */
import { classesOf, pooledWidth, sizeOf } from './shape.ts';
import type { Head, NetworkShape, Weights } from './shape.ts';
import type { NamedTensor } from './weight-file.ts';

/** In the order of Keras's layers, and within each in that of its `get_weights`. */
export function toKeras(shape: NetworkShape, weights: Weights): NamedTensor[] {
  const { vocabulary, embedding, units } = shape;
  const gates = 4 * units;
  const kernels = swapGates(weights.lstm, units);
  const classes = classesOf(shape.heads);
  return [
    { name: 'embedding/embeddings', shape: [vocabulary, embedding], values: weights.embedding },
    { name: 'lstm/kernel', shape: [embedding, gates], values: kernels.subarray(0, embedding * gates) },
    { name: 'lstm/recurrent_kernel', shape: [units, gates], values: kernels.subarray(embedding * gates) },
    { name: 'lstm/bias', shape: [gates], values: swapGates(weights.lstmBias, units) },
    ...columnsOfHeads(shape.heads).flatMap(({ layer, from, count }) => [
      {
        name: `${layer}/kernel`,
        shape: [pooledWidth(shape), count],
        values: columns(weights.dense, classes, from, count),
      },
      { name: `${layer}/bias`, shape: [count], values: columns(weights.denseBias, classes, from, count) },
    ]),
  ];
}

/** Tensors that the network does not have are left alone. Throws where one is missing or has another shape. */
export function fromKeras(shape: NetworkShape, tensors: NamedTensor[]): Weights {
  const { vocabulary, embedding, units, heads } = shape;
  const read = (name: string, ...wanted: number[]): Float32Array => {
    const tensor = tensors.find((one) => one.name === name);
    if (tensor === undefined) throw new Error(`${name} is missing`);
    if (tensor.shape.join() !== wanted.join() || tensor.values.length !== sizeOf(wanted)) {
      throw new Error(`${name} is [${tensor.shape.join(', ')}], and should be [${wanted.join(', ')}]`);
    }
    return tensor.values;
  };
  const gates = 4 * units;
  const lstm = new Float32Array((embedding + units) * gates);
  lstm.set(read('lstm/kernel', embedding, gates));
  lstm.set(read('lstm/recurrent_kernel', units, gates), embedding * gates);
  const classes = classesOf(heads);
  const width = pooledWidth(shape);
  const dense = new Float32Array(width * classes);
  const denseBias = new Float32Array(classes);
  for (const { layer, from, count } of columnsOfHeads(heads)) {
    setColumns(dense, classes, from, read(`${layer}/kernel`, width, count), count);
    setColumns(denseBias, classes, from, read(`${layer}/bias`, count), count);
  }
  return {
    embedding: read('embedding/embeddings', vocabulary, embedding),
    lstm: swapGates(lstm, units),
    lstmBias: swapGates(read('lstm/bias', gates), units),
    dense,
    denseBias,
  };
}

/** The name of a head's dense layer in Keras. */
export function kerasLayer(capability: string): string {
  return `dense_${capability}`;
}

/** BlockLSTM's gates (input, candidate, forget, output) to Keras's (input, forget, candidate, output), and back. */
function swapGates(values: Float32Array, units: number): Float32Array {
  const swapped = values.slice();
  for (let at = 0; at < values.length; at += 4 * units) {
    swapped.set(values.subarray(at + 2 * units, at + 3 * units), at + units);
    swapped.set(values.subarray(at + units, at + 2 * units), at + 2 * units);
  }
  return swapped;
}

function columnsOfHeads(heads: Head[]): { layer: string; from: number; count: number }[] {
  let next = 0;
  return heads.map(({ capability, labels }) => {
    const from = next;
    next += labels.length;
    return { layer: kerasLayer(capability), from, count: labels.length };
  });
}

/** [rows, width] → [rows, count] */
function columns(matrix: Float32Array, width: number, from: number, count: number): Float32Array {
  const rows = matrix.length / width;
  const taken = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    const at = row * width + from;
    taken.set(matrix.subarray(at, at + count), row * count);
  }
  return taken;
}

/** Puts [rows, count] into [rows, width]. */
function setColumns(matrix: Float32Array, width: number, from: number, values: Float32Array, count: number): void {
  for (let row = 0; row * width < matrix.length; row++) {
    matrix.set(values.subarray(row * count, (row + 1) * count), row * width + from);
  }
}
