/** Weights of a network as one file, in the safetensors format, which other tools read too. */
import { z } from 'zod';
import { parameterNames, parameterShapes, sizeOf } from './shape.ts';
import type { NetworkShape, Weights } from './shape.ts';

const headerSchema = z.record(
  z.string(),
  z.union([
    z.object({ dtype: z.literal('F32'), shape: z.array(z.number()), data_offsets: z.tuple([z.number(), z.number()]) }),
    z.record(z.string(), z.string()),
  ]),
);

export interface NamedTensor {
  name: string;
  shape: number[];
  values: Float32Array;
}

export function encodeWeights(shape: NetworkShape, weights: Weights): Buffer {
  const shapes = parameterShapes(shape);
  const tensors = parameterNames.map((name) => ({ name, shape: shapes[name], values: weights[name] }));
  return encodeTensors(tensors, { gates: 'input, candidate, forget, output' });
}

/** Eight bytes with the header's length, the header as JSON, and the float32 of all tensors one after the other. */
export function encodeTensors(tensors: NamedTensor[], metadata: Record<string, string>): Buffer {
  let at = 0;
  const entries = tensors.map(({ name, shape }) => {
    const begin = at;
    at += 4 * sizeOf(shape);
    return [name, { dtype: 'F32', shape, data_offsets: [begin, at] }];
  });
  const json = Buffer.from(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }));
  const header = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const data = tensors.map(({ values: { buffer, byteOffset, byteLength } }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return Buffer.concat([length, header, ...data]);
}

/** Throws where the file does not hold a network of this shape. */
export function decodeWeights(file: Buffer, shape: NetworkShape): Weights {
  const headerLength = Number(file.readBigUInt64LE(0));
  const begin = 8 + headerLength;
  const header = headerSchema.parse(JSON.parse(file.subarray(8, begin).toString()));
  const shapes = parameterShapes(shape);
  const read = (name: keyof Weights): Float32Array => {
    const entry = header[name];
    const size = sizeOf(shapes[name]);
    if (!entry || !Array.isArray(entry.data_offsets)) throw new Error(`${name} is missing`);
    const [from, to] = entry.data_offsets;
    if (to - from !== 4 * size || file.length < begin + to) throw new Error(`${name} has another size`);
    // A copy, because a view of float32 has to begin at a multiple of four bytes.
    const values = new Float32Array(size);
    Buffer.from(values.buffer).set(file.subarray(begin + from, begin + to));
    return values;
  };
  return {
    embedding: read('embedding'),
    lstm: read('lstm'),
    lstmBias: read('lstmBias'),
    dense: read('dense'),
    denseBias: read('denseBias'),
  };
}
