/** How far a training is, in a file: after a crash it goes on from there and ends with the weights of an undisturbed one. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { curveSchema } from './curve.ts';
import { writeWholeNow } from './files.ts';
import { parameterNames, parameterShapes, sizeOf } from './shape.ts';
import type { NetworkShape, Weights } from './shape.ts';

const placeSchema = z.object({
  /** From 1, and the first example in it that was not learnt from yet. */
  epoch: z.number(),
  at: z.number(),
  /** Sum over the examples of this epoch so far. */
  loss: z.number(),
  random: z.number(),
  updates: z.number(),
  curve: curveSchema,
  kept: z.object({ epoch: z.number(), score: z.number() }),
});

export interface Checkpoint {
  place: z.infer<typeof placeSchema>;
  /** Order of the examples in this epoch. */
  order: Int32Array;
  /** What the network and its optimiser hold. */
  memory: Uint8Array;
  /** The best epoch's weights, and those that the next epoch's are averaged with. */
  kept: Weights;
  averaged: Weights;
}

/** Where the checkpoints of one network go. */
export interface Checkpoints {
  /** Null where there is none, or it is damaged: then training begins at its beginning. */
  read(): Checkpoint | null;
  write(checkpoint: Checkpoint): void;
  /** One is written after each epoch, and after so long within one. */
  everyMs: number;
}

const everyMs = 60_000;

/** `examples` is how many are learnt from: with the shape it gives the sizes of all parts. */
export function checkpointsIn(path: string, shape: NetworkShape, examples: number): Checkpoints {
  return {
    everyMs,
    read() {
      try {
        return decode(readFileSync(path), shape, examples);
      } catch {
        return null;
      }
    },
    write: (checkpoint) => writeWholeNow(path, encode(checkpoint)),
  };
}

/** The SHA-256 of all that follows, the place as a line of JSON, then the arrays; memory comes last. */
function encode({ place, order, memory, kept, averaged }: Checkpoint): Buffer {
  const arrays = [order, ...[kept, averaged].flatMap((weights) => parameterNames.map((name) => weights[name])), memory];
  const parts = [
    Buffer.from(`${JSON.stringify(place)}\n`),
    ...arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  ];
  return Buffer.concat([sha256(parts), ...parts]);
}

function decode(file: Buffer, shape: NetworkShape, examples: number): Checkpoint | null {
  const body = file.subarray(digestBytes);
  if (!sha256([body]).equals(file.subarray(0, digestBytes))) return null;
  const end = body.indexOf('\n');
  const place = placeSchema.parse(JSON.parse(body.subarray(0, end).toString()));
  let at = end + 1;
  // Copies, because views of numbers have to begin at multiples of their size.
  const take = (bytes: number): ArrayBuffer => {
    const copy = new ArrayBuffer(bytes);
    if (body.copy(new Uint8Array(copy), 0, at, at + bytes) !== bytes) throw new Error('it is too short');
    at += bytes;
    return copy;
  };
  const order = new Int32Array(take(4 * examples));
  const shapes = parameterShapes(shape);
  const floats = (name: (typeof parameterNames)[number]): Float32Array =>
    new Float32Array(take(4 * sizeOf(shapes[name])));
  const weights = (): Weights => ({
    embedding: floats('embedding'),
    lstm: floats('lstm'),
    lstmBias: floats('lstmBias'),
    dense: floats('dense'),
    denseBias: floats('denseBias'),
  });
  const [kept, averaged] = [weights(), weights()];
  return { place, order, kept, averaged, memory: new Uint8Array(take(body.length - at)) };
}

const digestBytes = 32;

function sha256(parts: Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
