/** TensorFlow's kernels as tfjs-node's native binding has them, without its tensors' book-keeping. */
import { createRequire } from 'node:module';
import util from 'node:util';
import { GradusError } from '../domain/errors.ts';

export interface Attribute {
  name: string;
  type: number;
  value: boolean | number;
}

/** The part of tfjs-node's binding that we use. A tensor is a number, and is freed by `deleteTensor` alone. */
export interface Binding {
  /** Shares the memory of `data` when it begins at a multiple of 64 bytes, else copies it. */
  createTensor(shape: number[], type: number, data: Float32Array | Int32Array): number;
  deleteTensor(tensor: number): void;
  tensorDataSync(tensor: number): Float32Array | Int32Array | Uint8Array;
  executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): { id: number }[];
  getNumOfTensors(): number;
  TF_FLOAT: number;
  TF_INT32: number;
  TF_INT64: number;
  TF_ATTR_INT: number;
  TF_ATTR_FLOAT: number;
  TF_ATTR_BOOL: number;
  TF_ATTR_TYPE: number;
  TF_Version: string;
}

let loaded: Binding | undefined;

/** Loads TensorFlow at the first call (half a second); `PART_MISSING` where its native library is not there. */
export function tensorflow(): Binding {
  loaded ??= load();
  return loaded;
}

function load(): Binding {
  // tfjs-node calls a function that Node 23 took away.
  if (!('isNullOrUndefined' in util)) {
    Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined });
  }
  let backend: unknown;
  try {
    const tf: { backend(): unknown } = createRequire(import.meta.url)('@tensorflow/tfjs-node');
    backend = tf.backend();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new GradusError('PART_MISSING', `TensorFlow cannot be loaded: ${reason} Run the set-up again (npm start).`, {
      cause,
    });
  }
  if (!hasBinding(backend)) {
    throw new GradusError(
      'PART_MISSING',
      'tfjs-node runs without its native library. Run the set-up again (npm start).',
    );
  }
  return backend.binding;
}

function hasBinding(backend: unknown): backend is { binding: Binding } {
  return typeof backend === 'object' && backend !== null && 'binding' in backend;
}
