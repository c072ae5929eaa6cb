/**
 * The inner loops of the network that TensorFlow has no quick kernel for, in AssemblyScript: WebAssembly SIMD on the memory
 * that the tensors lie over. Pointers are byte offsets, all arrays are float32 and padded to multiples of four.
 */

/**
 * x P(x²) / Q(x²) for tanh, the best of these degrees for relative errors where |x| <= 8; then where it is cut off, and a
 * half. They are read from memory because V8 makes a constant's vector anew, by several instructions, wherever it stands.
 */
const coefficients = memory.data<f32>([
  9.999998543e-1, 1.292566415e-1, 2.951025021e-3, 1.142843527e-5, 4.625887973e-1, 2.381555933e-2, 2.386693361e-4,
  2.459214236e-7, 1, -8, 8, 0.5,
]);

function coefficient(place: usize): v128 {
  return v128.load32_splat(coefficients + (place << 2));
}

/** Within 5e-7 of it. */
function tanh(value: v128): v128 {
  // Unlike min and max, one instruction each; what is no number stays so.
  const x = f32x4.pmin(f32x4.pmax(value, coefficient(9)), coefficient(10));
  const u = f32x4.mul(x, x);
  let p = f32x4.add(f32x4.mul(u, coefficient(3)), coefficient(2));
  let q = f32x4.add(f32x4.mul(u, coefficient(7)), coefficient(6));
  p = f32x4.add(f32x4.mul(u, p), coefficient(1));
  q = f32x4.add(f32x4.mul(u, q), coefficient(5));
  p = f32x4.add(f32x4.mul(u, p), coefficient(0));
  q = f32x4.add(f32x4.mul(u, q), coefficient(4));
  q = f32x4.add(f32x4.mul(u, q), coefficient(8));
  return f32x4.div(f32x4.mul(x, p), q);
}

function sigmoid(value: v128): v128 {
  const half = coefficient(11);
  return f32x4.add(half, f32x4.mul(half, tanh(f32x4.mul(half, value))));
}

/**
 * What is left of one LSTM time step after its product. `sums` [rows, 4 units], in the order input, candidate, forget,
 * output, is what the last hidden states have put into the gates, and that row of `perWord` [words, 4 units] which the
 * int32 in `words` says is what a row's word has. `previousCell` and the seven results are [rows, units]; `last` is a
 * copy of the last one of them.
 */
export function gates(
  rows: i32,
  units: i32,
  words: usize,
  perWord: usize,
  sums: usize,
  previousCell: usize,
  input: usize,
  cell: usize,
  forget: usize,
  output: usize,
  candidate: usize,
  tanhCell: usize,
  hidden: usize,
  last: usize,
): void {
  const rowBytes = (<usize>units) << 2;
  let at: usize = 0;
  for (let row: usize = 0; row < <usize>rows; row++, sums += 4 * rowBytes) {
    const word = perWord + 4 * rowBytes * <usize>load<u32>(words + 4 * row);
    for (let j: usize = 0; j < rowBytes; j += 16, at += 16) {
      const sum = sums + j;
      const own = word + j;
      const i = sigmoid(f32x4.add(v128.load(sum), v128.load(own)));
      const g = tanh(f32x4.add(v128.load(sum + rowBytes), v128.load(own + rowBytes)));
      const f = sigmoid(f32x4.add(v128.load(sum + 2 * rowBytes), v128.load(own + 2 * rowBytes)));
      const o = sigmoid(f32x4.add(v128.load(sum + 3 * rowBytes), v128.load(own + 3 * rowBytes)));
      const c = f32x4.add(f32x4.mul(f, v128.load(previousCell + at)), f32x4.mul(i, g));
      const t = tanh(c);
      v128.store(input + at, i);
      v128.store(candidate + at, g);
      v128.store(forget + at, f);
      v128.store(output + at, o);
      v128.store(cell + at, c);
      v128.store(tanhCell + at, t);
      const h = f32x4.mul(o, t);
      v128.store(hidden + at, h);
      v128.store(last + at, h);
    }
  }
}

/**
 * Gradients of one LSTM time step before the gates' activations. `input`, `forget`, `output`, `candidate`, `tanhCell`
 * and `previousCell` are [rows, units] as the forward pass left them. `dHidden` is the gradient of the step's output;
 * `dCell` that of its cell, replaced by that of the cell before. `dGates` receives [rows, 4 units] in the order
 * input, candidate, forget, output, and so does `last`.
 */
export function gateGradients(
  rows: i32,
  units: i32,
  input: usize,
  forget: usize,
  output: usize,
  candidate: usize,
  tanhCell: usize,
  previousCell: usize,
  dHidden: usize,
  dCell: usize,
  dGates: usize,
  last: usize,
): void {
  const one = f32x4.splat(1);
  const rowBytes = (<usize>units) << 2;
  for (let row = 0; row < rows; row++) {
    for (let j: usize = 0; j < rowBytes; j += 16) {
      const i = v128.load(input + j);
      const f = v128.load(forget + j);
      const o = v128.load(output + j);
      const g = v128.load(candidate + j);
      const t = v128.load(tanhCell + j);
      const dh = v128.load(dHidden + j);
      // dc += dh · o · (1 - tanh²(c))
      const dc = f32x4.add(v128.load(dCell + j), f32x4.mul(f32x4.mul(dh, o), f32x4.sub(one, f32x4.mul(t, t))));
      const di = f32x4.mul(f32x4.mul(dc, g), f32x4.mul(i, f32x4.sub(one, i)));
      const dg = f32x4.mul(f32x4.mul(dc, i), f32x4.sub(one, f32x4.mul(g, g)));
      const df = f32x4.mul(f32x4.mul(dc, v128.load(previousCell + j)), f32x4.mul(f, f32x4.sub(one, f)));
      const dO = f32x4.mul(f32x4.mul(dh, t), f32x4.mul(o, f32x4.sub(one, o)));
      v128.store(dGates + j, di);
      v128.store(dGates + rowBytes + j, dg);
      v128.store(dGates + 2 * rowBytes + j, df);
      v128.store(dGates + 3 * rowBytes + j, dO);
      v128.store(last + j, di);
      v128.store(last + rowBytes + j, dg);
      v128.store(last + 2 * rowBytes + j, df);
      v128.store(last + 3 * rowBytes + j, dO);
      v128.store(dCell + j, f32x4.mul(dc, f));
    }
    input += rowBytes;
    forget += rowBytes;
    output += rowBytes;
    candidate += rowBytes;
    tanhCell += rowBytes;
    previousCell += rowBytes;
    dHidden += rowBytes;
    dCell += rowBytes;
    dGates += 4 * rowBytes;
    last += 4 * rowBytes;
  }
}

/** Adds `from` to `to`, `count` floats (a multiple of four) each. */
export function add(to: usize, from: usize, count: i32): void {
  const end = (<usize>count) << 2;
  for (let j: usize = 0; j < end; j += 16) v128.store(to + j, f32x4.add(v128.load(to + j), v128.load(from + j)));
}

/** Keeps in `to` the larger one of each pair, `count` floats (a multiple of four) each. */
export function larger(to: usize, from: usize, count: i32): void {
  const end = (<usize>count) << 2;
  for (let j: usize = 0; j < end; j += 16) v128.store(to + j, f32x4.max(v128.load(to + j), v128.load(from + j)));
}

/** Adds those of `from` where `value` is equal to `largest`: the gradient of a maximum. */
export function addWhereEqual(to: usize, from: usize, value: usize, largest: usize, count: i32): void {
  const end = (<usize>count) << 2;
  for (let j: usize = 0; j < end; j += 16) {
    const equal = f32x4.eq(v128.load(value + j), v128.load(largest + j));
    v128.store(to + j, f32x4.add(v128.load(to + j), v128.and(v128.load(from + j), equal)));
  }
}

/** For each of `count` rows of `columns`: adds it to that row of `to` which its int32 in `places` says. */
export function addRows(count: i32, columns: i32, places: usize, from: usize, to: usize): void {
  const rowBytes = (<usize>columns) << 2;
  for (let row = 0; row < count; row++, places += 4, from += rowBytes) {
    add(to + rowBytes * <usize>load<u32>(places), from, columns);
  }
}

/** [rows, columns] → [columns, rows], both multiples of four, in squares of four by four. */
export function transpose(from: usize, rows: i32, columns: i32, to: usize): void {
  const fromBytes = (<usize>columns) << 2;
  const toBytes = (<usize>rows) << 2;
  for (let column: usize = 0; column < fromBytes; column += 16, to += 4 * toBytes) {
    for (let row: usize = 0, at = from + column; row < toBytes; row += 16, at += 4 * fromBytes) {
      const a = v128.load(at);
      const b = v128.load(at + fromBytes);
      const c = v128.load(at + 2 * fromBytes);
      const d = v128.load(at + 3 * fromBytes);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const abEnd = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cdEnd = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      const into = to + row;
      v128.store(into, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
      v128.store(into + toBytes, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
      v128.store(into + 2 * toBytes, v128.shuffle<f32>(abEnd, cdEnd, 0, 1, 4, 5));
      v128.store(into + 3 * toBytes, v128.shuffle<f32>(abEnd, cdEnd, 2, 3, 6, 7));
    }
  }
}

/** Adam on four weights; `gradient` are their gradients (Kingma and Ba 2015, with epsilon where Keras puts it). */
function adamStep(
  weight: usize,
  mean: usize,
  variance: usize,
  gradient: v128,
  rate: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
): void {
  const squared = f32x4.mul(gradient, gradient);
  const m = f32x4.add(f32x4.mul(f32x4.splat(beta1), v128.load(mean)), f32x4.mul(f32x4.splat(<f32>1 - beta1), gradient));
  const v = f32x4.add(
    f32x4.mul(f32x4.splat(beta2), v128.load(variance)),
    f32x4.mul(f32x4.splat(<f32>1 - beta2), squared),
  );
  v128.store(mean, m);
  v128.store(variance, v);
  const change = f32x4.div(f32x4.mul(f32x4.splat(rate), m), f32x4.add(f32x4.sqrt(v), f32x4.splat(epsilon)));
  v128.store(weight, f32x4.sub(v128.load(weight), change));
}

/** Adam on `count` weights (a multiple of four). `rate` holds the corrections of both moments already. */
export function adam(
  weight: usize,
  mean: usize,
  variance: usize,
  gradient: usize,
  count: i32,
  scale: f32,
  rate: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
): void {
  const end = (<usize>count) << 2;
  for (let j: usize = 0; j < end; j += 16) {
    const value = f32x4.mul(f32x4.splat(scale), v128.load(gradient + j));
    adamStep(weight + j, mean + j, variance + j, value, rate, beta1, beta2, epsilon);
  }
}

/** Four values of a row's gradient, added up in the order of the replicas. */
function rowGradient(
  row: usize,
  j: usize,
  gradient: usize,
  slots: usize,
  stride: usize,
  replicas: i32,
  rowBytes: usize,
): v128 {
  let value = f32x4.splat(0);
  for (let r: usize = 0; r < <usize>replicas; r++) {
    const slot = <usize>load<u32>(slots + r * stride + (row << 2));
    if (slot) value = f32x4.add(value, v128.load(gradient + r * stride + (slot - 1) * rowBytes + j));
  }
  return value;
}

/**
 * The same Adam on every `replicas`th row from `first` on of a table of which few rows have gradients in one step.
 * `slots` holds, for each row, one plus its row in `gradient`, or 0; each replica has its own of both, `stride` bytes
 * apart. `seen` is a byte for each row: one that never had a gradient has zero moments, and Adam leaves it as it is, so
 * passing over it changes nothing.
 */
export function adamRows(
  weight: usize,
  mean: usize,
  variance: usize,
  gradient: usize,
  slots: usize,
  stride: usize,
  replicas: i32,
  seen: usize,
  first: i32,
  rows: i32,
  columns: i32,
  scale: f32,
  rate: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
): void {
  const rowBytes = (<usize>columns) << 2;
  const none = f32x4.splat(0);
  for (let row: usize = <usize>first; row < <usize>rows; row += <usize>replicas) {
    const known = hasGradient(row, slots, stride, replicas);
    if (known) store<u8>(seen + row, 1);
    else if (!load<u8>(seen + row)) continue;
    const from = row * rowBytes;
    const end = from + rowBytes;
    if (!known) {
      for (let at = from; at < end; at += 16) {
        adamStep(weight + at, mean + at, variance + at, none, rate, beta1, beta2, epsilon);
      }
      continue;
    }
    for (let at = from; at < end; at += 16) {
      const sum = rowGradient(row, at - from, gradient, slots, stride, replicas, rowBytes);
      const value = f32x4.mul(f32x4.splat(scale), sum);
      adamStep(weight + at, mean + at, variance + at, value, rate, beta1, beta2, epsilon);
    }
  }
}

function hasGradient(row: usize, slots: usize, stride: usize, replicas: i32): bool {
  for (let r: usize = 0; r < <usize>replicas; r++) if (load<u32>(slots + r * stride + (row << 2))) return true;
  return false;
}

function total(sums: v128): f32 {
  return (
    f32x4.extract_lane(sums, 0) +
    f32x4.extract_lane(sums, 1) +
    f32x4.extract_lane(sums, 2) +
    f32x4.extract_lane(sums, 3)
  );
}

/** Sum of the squares of `count` floats (a multiple of four). */
export function squares(gradient: usize, count: i32): f32 {
  let sums = f32x4.splat(0);
  for (let at = gradient, end = gradient + ((<usize>count) << 2); at < end; at += 16) {
    const value = v128.load(at);
    sums = f32x4.add(sums, f32x4.mul(value, value));
  }
  return total(sums);
}

/** The same of the rows that `adamRows` changes, with the same arguments. */
export function rowSquares(
  gradient: usize,
  slots: usize,
  stride: usize,
  replicas: i32,
  first: i32,
  rows: i32,
  columns: i32,
): f32 {
  const rowBytes = (<usize>columns) << 2;
  let sums = f32x4.splat(0);
  for (let row: usize = <usize>first; row < <usize>rows; row += <usize>replicas) {
    if (!hasGradient(row, slots, stride, replicas)) continue;
    for (let j: usize = 0; j < rowBytes; j += 16) {
      const value = rowGradient(row, j, gradient, slots, stride, replicas, rowBytes);
      sums = f32x4.add(sums, f32x4.mul(value, value));
    }
  }
  return total(sums);
}
