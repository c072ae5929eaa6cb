/** Room for the forward pass: memory that tensors lie over and the kernels work on. */
import { readFileSync } from 'node:fs';
import { GradusError } from '../domain/errors.ts';
import { compiled } from './environment.ts';

/** Byte offsets of arrays of float32. */
export type Offsets<Name extends string> = Record<Name, number>;

/** What BlockLSTM computes on its way and the backward pass needs, each [positions, units]. */
export const gateNames = ['input', 'cell', 'forget', 'output', 'candidate', 'tanhCell', 'hidden'] as const;
export type GateName = (typeof gateNames)[number];

const kernelNames = [
  'gates',
  'gateGradients',
  'add',
  'larger',
  'addWhereEqual',
  'addRows',
  'transpose',
  'adam',
  'adamRows',
] as const;
const sumNames = ['squares', 'rowSquares'] as const;
/** The functions of `kernels/lstm.ts`, with their arguments in the order written there. */
export type Kernels = Record<(typeof kernelNames)[number], (...numbers: number[]) => void> &
  Record<(typeof sumNames)[number], (...numbers: number[]) => number>;

export interface Room {
  kernels: Kernels;
  /** A view of `count` floats from byte `at` on. */
  floats(at: number, count: number): Float32Array;
  ints(at: number, count: number): Int32Array;
  layout: RoomLayout;
}

export interface RoomLayout {
  /** Those that are kept; pooling and the next chunk need these two. */
  gates: Partial<Offsets<GateName>> & Offsets<'cell' | 'hidden'>;
  /** Sum and largest of each row's hidden states, [rows, units]. */
  added: number;
  largest: number;
  /** [rows, units] */
  zeros: number;
}

/** TensorFlow shares memory only from such addresses on; elsewhere it copies, and would not see later changes. */
const alignment = 64;
/** Below lie the kernels' constants. */
const firstByte = 2048;
export const pageBytes = 65536;

/** Hands out places in memory, one after the other. */
export function createPlaces() {
  let bytes = firstByte;
  return {
    bytes: (): number => bytes,
    take(floats: number, width = 4): number {
      const at = bytes;
      bytes += Math.ceil((floats * width) / alignment) * alignment;
      return at;
    },
  };
}

export function newSharedMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / pageBytes);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/** What both rooms have, over a memory. */
export function openKernels(memory: WebAssembly.Memory) {
  module ??= new WebAssembly.Module(readFileSync(compiled('kernels.wasm')));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if (!areKernels(exports)) throw new GradusError('PART_MISSING', 'kernels.wasm is of another build: npm run build.');
  const { buffer } = memory;
  return {
    kernels: exports,
    floats: (at: number, length: number) => new Float32Array(buffer, at, length),
    ints: (at: number, length: number) => new Int32Array(buffer, at, length),
  };
}

let module: WebAssembly.Module | undefined;

function areKernels(exports: object): exports is Kernels {
  return [...kernelNames, ...sumNames].every((name) => name in exports);
}

export interface RoomSize {
  units: number;
  rows: number;
  positions: number;
}

/** Room for networks that only answer. */
export function createRoom({ units, rows, positions }: RoomSize): Room {
  const { take, bytes } = createPlaces();
  const layout: RoomLayout = {
    gates: { cell: take(positions * units), hidden: take(positions * units) },
    added: take(rows * units),
    largest: take(rows * units),
    zeros: take(rows * units),
  };
  return { ...openKernels(newSharedMemory(bytes())), layout };
}
