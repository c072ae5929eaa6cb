/** One block of memory for all that training changes in place: tensors lie over it, and the kernels work on it. */
import { readFileSync } from 'node:fs';
import { GradusError } from '../domain/errors.ts';
import { compiled } from './environment.ts';
import { parameterShapes, sizeOf } from './shape.ts';
import type { NetworkShape, ParameterName } from './shape.ts';

/** Byte offsets of arrays of float32. */
type Offsets<Name extends string> = Record<Name, number>;

/** What BlockLSTM computes on its way and the backward pass needs, each [positions, units]. */
export const gateNames = ['input', 'cell', 'forget', 'output', 'candidate', 'tanhCell', 'hidden'] as const;
export type GateName = (typeof gateNames)[number];

export interface Layout {
  bytes: number;
  parameters: Offsets<ParameterName>;
  /** Adam's moments. */
  means: Offsets<ParameterName>;
  variances: Offsets<ParameterName>;
  /** Those of the embedding are only the rows of a batch's distinct words. */
  gradients: Offsets<ParameterName>;
  /** One int32 a word: one plus its row in the embedding's gradients, or 0. */
  slots: number;
  /** One byte a word: whether it ever had a gradient. */
  seen: number;
  gates: Offsets<GateName>;
  /** [positions, 4 units] */
  dGates: number;
  /** Each [batch, units]. */
  dHidden: number;
  dCell: number;
  /** Gradients of the mean (or last) and of the largest state, and the latter itself. */
  dPooled: number;
  dLargest: number;
  largest: number;
  zeros: number;
}

/** TensorFlow shares memory only from such addresses on; elsewhere it copies, and would not see later changes. */
const alignment = 64;
const pageBytes = 65536;
const mostBytes = 65536 * pageBytes;

/** `positions`: most packed tokens of a batch. */
function layOut(shape: NetworkShape, batch: number, positions: number): Layout {
  let bytes = 1024;
  const take = (count: number, width = 4): number => {
    const at = bytes;
    bytes += Math.ceil((count * width) / alignment) * alignment;
    return at;
  };
  const shapes = parameterShapes(shape);
  const takeParameters = (words = shape.vocabulary): Offsets<ParameterName> => ({
    embedding: take(words * shape.embedding),
    lstm: take(sizeOf(shapes.lstm)),
    lstmBias: take(sizeOf(shapes.lstmBias)),
    dense: take(sizeOf(shapes.dense)),
    denseBias: take(sizeOf(shapes.denseBias)),
  });
  const gate = (): number => take(positions * shape.units);
  const state = (): number => take(batch * shape.units);
  const layout = {
    parameters: takeParameters(),
    means: takeParameters(),
    variances: takeParameters(),
    gradients: takeParameters(Math.min(shape.vocabulary, positions)),
    slots: take(shape.vocabulary),
    seen: take(shape.vocabulary, 1),
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
    dHidden: state(),
    dCell: state(),
    dPooled: state(),
    dLargest: state(),
    largest: state(),
    zeros: state(),
  };
  return { bytes, ...layout };
}

const kernelNames = ['gateGradients', 'add', 'addWhereEqual', 'adam', 'adamRows'] as const;
/** The functions of `kernels/lstm.ts`, with their arguments in the order written there. */
export type Kernels = Record<(typeof kernelNames)[number], (...numbers: number[]) => void>;

export interface Memory {
  layout: Layout;
  kernels: Kernels;
  /** A view of `count` floats from byte `at` on. */
  floats(at: number, count: number): Float32Array;
  ints(at: number, count: number): Int32Array;
}

export function createMemory(shape: NetworkShape, batch: number, positions: number): Memory {
  const layout = layOut(shape, batch, positions);
  const pages = Math.ceil(layout.bytes / pageBytes);
  if (layout.bytes > mostBytes) {
    const gigabytes = (layout.bytes / 2 ** 30).toFixed(1);
    throw new GradusError(
      'PLAN_INVALID',
      `Training would need ${gigabytes} GiB for one network, and 4 is the most: lower train.batch, train.length or train.vocabulary.`,
    );
  }
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const module = new WebAssembly.Module(readFileSync(compiled('kernels.wasm')));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if (!areKernels(exports)) throw new GradusError('PART_MISSING', 'kernels.wasm is of another build: npm run build.');
  return {
    layout,
    kernels: exports,
    floats: (at, count) => new Float32Array(memory.buffer, at, count),
    ints: (at, count) => new Int32Array(memory.buffer, at, count),
  };
}

function areKernels(exports: object): exports is Kernels {
  return kernelNames.every((name) => name in exports);
}
