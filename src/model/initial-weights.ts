/** Weights before the first step, drawn as Keras draws them by default. */
import { createRandom } from './random.ts';
import { parameterShapes, pooledWidth, sizeOf } from './shape.ts';
import type { NetworkShape, Weights } from './shape.ts';

/**
 * Embedding: uniform ± 0.05. Kernels: Glorot uniform. Recurrent kernel: orthogonal. Biases: 0, but 1 for the forget gate.
 * The same seed gives the same weights.
 */
export function initialWeights(shape: NetworkShape, seed: number): Weights {
  const random = createRandom(seed);
  const uniform = (count: number, limit: number): Float32Array =>
    Float32Array.from({ length: count }, () => (random() * 2 - 1) * limit);
  const { embedding, units, heads } = shape;
  const width = pooledWidth(shape);
  const sizes = parameterShapes(shape);
  const classes = sizes.denseBias[0] ?? 0;
  const glorot = (inputs: number, outputs: number): number => Math.sqrt(6 / (inputs + outputs));

  const lstm = new Float32Array(sizeOf(sizes.lstm));
  lstm.set(uniform(embedding * 4 * units, glorot(embedding, 4 * units)));
  for (const [row, values] of orthonormalRows(units, 4 * units, random).entries()) {
    lstm.set(values, (embedding + row) * 4 * units);
  }
  const dense = new Float32Array(sizeOf(sizes.dense));
  let column = 0;
  for (const { labels } of heads) {
    const values = uniform(width * labels.length, glorot(width, labels.length));
    for (let unit = 0; unit < width; unit++) {
      const row = values.subarray(unit * labels.length, (unit + 1) * labels.length);
      dense.set(row, unit * classes + column);
    }
    column += labels.length;
  }
  return {
    embedding: uniform(sizeOf(sizes.embedding), 0.05),
    lstm,
    lstmBias: new Float32Array(4 * units).fill(1, 2 * units, 3 * units),
    dense,
    denseBias: new Float32Array(classes),
  };
}

/** Rows of length one at right angles to each other: normal numbers, made orthogonal by Gram and Schmidt. */
function orthonormalRows(count: number, columns: number, random: () => number): Float64Array[] {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const rows: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const row = Float64Array.from({ length: columns }, normal);
    for (const other of rows) {
      const along = dot(row, other);
      for (let j = 0; j < columns; j++) row[j] = (row[j] ?? 0) - along * (other[j] ?? 0);
    }
    const length = Math.sqrt(dot(row, row));
    rows.push(row.map((value) => value / length));
  }
  return rows;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
