/** One block of memory for all that training changes in place: tensors lie over it, and the kernels work on it. */
import { GradusError } from '../domain/errors.ts';
import { listed } from '../domain/words.ts';
import { createPlaces, newSharedMemory, openKernels, pageBytes } from './room.ts';
import type { GateName, Offsets, Room, RoomLayout } from './room.ts';
import { parameterShapes, sizeOf } from './shape.ts';
import type { NetworkShape, ParameterName } from './shape.ts';

export interface Layout extends RoomLayout {
  bytes: number;
  /** Bytes from what one replica has for itself to the same of the next. */
  stride: number;
  /** Where replicas meet, what each has lost, and the squares of its part of the gradients. */
  control: number;
  losses: number;
  squares: number;
  parameters: Offsets<ParameterName>;
  /** Adam's moments. */
  means: Offsets<ParameterName>;
  variances: Offsets<ParameterName>;
  /** Those of the embedding are only the rows of a batch's distinct words. */
  gradients: Offsets<ParameterName>;
  /** One int32 a word: one plus its place among the batch's words, or 0. */
  slots: number;
  /** One byte a word: whether it ever had a gradient. */
  seen: number;
  gates: Offsets<GateName>;
  /** [positions, 4 units] */
  dGates: number;
  /** Which of the batch's words each position has: int32. */
  words: number;
  /** For each of these, [words, 4 units]: what it puts into the gates, and after the forward pass the sum of dGates. */
  perWord: number;
  /** What the last hidden states put into the gates, [rows, 4 units]. */
  sums: number;
  /** Those of the step that was computed last: hidden states [rows, units], and dGates [rows, 4 units]. */
  last: Offsets<'hidden' | 'dGates'>;
  /** The two parts of the LSTM's kernel, [4 units, embedding] and [4 units, units]. */
  transposed: Offsets<'input' | 'recurrent'>;
  /** Each [batch, units]. */
  dHidden: number;
  dCell: number;
  /** Gradients of the mean (or last) and of the largest state. */
  dPooled: number;
  dLargest: number;
}

const mostBytes = 65536 * pageBytes;

/** Where this replica is among those that train one network together, and the memory that they share. */
export interface Replica {
  index: number;
  count: number;
  memory: WebAssembly.Memory;
}

/** Most sequences of a batch, and the length of the longest. */
export interface BatchSize {
  batch: number;
  longest: number;
}

/** All replicas lay out the same memory the same way: first what is common, then what each has for itself. */
function layOut(shape: NetworkShape, size: BatchSize, { index, count }: Omit<Replica, 'memory'>): Layout {
  const rows = Math.ceil(size.batch / count);
  const positions = rows * size.longest;
  const { take, bytes } = createPlaces();
  const shapes = parameterShapes(shape);
  const takeParameters = (words = shape.vocabulary): Offsets<ParameterName> => ({
    embedding: take(words * shape.embedding),
    lstm: take(sizeOf(shapes.lstm)),
    lstmBias: take(sizeOf(shapes.lstmBias)),
    dense: take(sizeOf(shapes.dense)),
    denseBias: take(sizeOf(shapes.denseBias)),
  });
  const gate = (): number => take(positions * shape.units);
  const state = (): number => take(rows * shape.units);
  // From the parameters to the zeros lies what lasts from step to step, see `NetworkState`.
  const common = {
    control: take(controls),
    losses: take(count),
    squares: take(count),
    parameters: takeParameters(),
    means: takeParameters(),
    variances: takeParameters(),
    seen: take(shape.vocabulary, 1),
    zeros: state(),
  };
  const takeOwn = () => ({
    gradients: takeParameters(Math.min(shape.vocabulary, positions)),
    slots: take(shape.vocabulary),
    gates: {
      input: gate(),
      cell: gate(),
      forget: gate(),
      output: gate(),
      candidate: gate(),
      tanhCell: gate(),
      hidden: gate(),
    },
    dGates: take(positions * 4 * shape.units),
    words: take(positions),
    perWord: take(Math.min(shape.vocabulary, positions) * 4 * shape.units),
    sums: take(rows * 4 * shape.units),
    last: { hidden: take(rows * shape.units), dGates: take(rows * 4 * shape.units) },
    transposed: { input: take(4 * shape.units * shape.embedding), recurrent: take(4 * shape.units * shape.units) },
    dHidden: state(),
    dCell: state(),
    dPooled: state(),
    dLargest: state(),
    added: state(),
    largest: state(),
  });
  const begin = bytes();
  const all = Array.from({ length: count }, takeOwn);
  const own = all[index];
  if (own === undefined) throw new RangeError(`there is no replica ${index} of ${count}`);
  return { bytes: bytes(), stride: (bytes() - begin) / count, ...common, ...own };
}

/** Places in `control`. */
const [arrived, meetings] = [0, 1];
const controls = 2;
const looksBeforeSleep = 20_000;

export interface Memory extends Room {
  layout: Layout;
  /** From one address to another. */
  bytes(from: number, to: number): Uint8Array;
  /** Returns when all replicas have called it. */
  meet(): void;
}

/** What a network needs to be trained by `count` replicas; throws PLAN_INVALID where that is more than there can be. */
export function newMemory(shape: NetworkShape, size: BatchSize, count: number): WebAssembly.Memory {
  const { bytes } = layOut(shape, size, { index: 0, count });
  if (bytes > mostBytes) {
    const gigabytes = (bytes / 2 ** 30).toFixed(1);
    const causes = listed(causesOf(shape, size, count), 'or');
    throw new GradusError(
      'PLAN_INVALID',
      `Training would need ${gigabytes} GiB for one network, and 4 is the most: lower ${causes}.`,
    );
  }
  return newSharedMemory(bytes);
}

/** The settings that help most when they are halved, the best first: no others are worth a word. */
function causesOf(shape: NetworkShape, size: BatchSize, count: number): string[] {
  const bytesOf = (other: Partial<NetworkShape & BatchSize>): number => {
    const all = { ...shape, ...size, ...other };
    return layOut(all, all, { index: 0, count }).bytes;
  };
  const { units, embedding, vocabulary } = shape;
  const { batch, longest } = size;
  const half = (value: number): number => Math.ceil(value / 2);
  const now = bytesOf({});
  const all = [
    { name: 'units', value: units, saved: now - bytesOf({ units: half(units) }) },
    { name: 'embedding', value: embedding, saved: now - bytesOf({ embedding: half(embedding) }) },
    { name: 'vocabulary', value: vocabulary, saved: now - bytesOf({ vocabulary: half(vocabulary) }) },
    { name: 'batch', value: batch, saved: now - bytesOf({ batch: half(batch) }) },
    { name: 'length', value: longest, saved: now - bytesOf({ longest: half(longest) }) },
  ].sort((a, b) => b.saved - a.saved);
  const most = all[0]?.saved ?? 0;
  return all.filter(({ saved }) => saved >= most / 3).map(({ name, value }) => `train.${name} (${value})`);
}

export function openMemory(shape: NetworkShape, size: BatchSize, { index, count, memory }: Replica): Memory {
  const layout = layOut(shape, size, { index, count });
  const control = new Int32Array(memory.buffer, layout.control, controls);
  return {
    ...openKernels(memory),
    layout,
    bytes: (from, to) => new Uint8Array(memory.buffer, from, to - from),
    meet: () => meet(control, count),
  };
}

/** A barrier: the last one to come lets all go on. Those who wait look a while before they sleep, which takes longer. */
function meet(control: Int32Array, count: number): void {
  if (count === 1) return;
  const meeting = Atomics.load(control, meetings);
  if (Atomics.add(control, arrived, 1) === count - 1) {
    Atomics.store(control, arrived, 0);
    Atomics.add(control, meetings, 1);
    Atomics.notify(control, meetings);
    return;
  }
  for (let look = 0; look < looksBeforeSleep; look++) if (Atomics.load(control, meetings) !== meeting) return;
  while (Atomics.load(control, meetings) === meeting) Atomics.wait(control, meetings, meeting);
}
