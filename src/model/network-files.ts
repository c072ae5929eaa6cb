/** Finished networks, kept until their version is whole, so that a training that was killed goes on from them. */
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { TrainSpec } from '../domain/plan.ts';
import { curveSchema, type Curve } from './curve.ts';
import { canonical, sha256, sweep, writeWhole } from './files.ts';
import type { NewFile } from './files.ts';
import type { Head } from './shape.ts';
import type { Trained } from './training.ts';
import { encodeWeights } from './weight-file.ts';

/** Changes whenever the code would make other weights from the same order; part of every version. */
export const trainingCode = 'lstm-6';

const noteSchema = z.object({
  sha256: z.string(),
  keptEpoch: z.number(),
  curve: curveSchema,
});

export interface KeptNetwork {
  file: NewFile;
  keptEpoch: number;
  curve: Curve;
}

/** All that decides about a network's weights, as a digest. */
export function networkKey(spec: TrainSpec, heads: Head[], dataDigest: string, replicas: number): string {
  return sha256(canonical({ spec, heads, dataDigest, code: trainingCode, replicas }));
}

/** The note is written last, and only with it the weights count. The checkpoint is there until then. */
const pathsOf = (artefacts: string, key: string) => {
  const path = join(artefacts, 'networks', key);
  return { weights: `${path}.safetensors`, note: `${path}.json`, checkpoint: `${path}.checkpoint` };
};

export function checkpointPath(artefacts: string, key: string): string {
  return pathsOf(artefacts, key).checkpoint;
}

export async function keepNetwork(artefacts: string, key: string, trained: Trained): Promise<void> {
  const { weights, note, checkpoint } = pathsOf(artefacts, key);
  const { shape, keptEpoch, curve } = trained;
  const file = encodeWeights(shape, trained.weights);
  await writeWhole(weights, file);
  await writeWhole(note, JSON.stringify({ sha256: sha256(file), keptEpoch, curve }));
  await rm(checkpoint, { force: true });
  await sweep(dirname(note));
}

/** Null where it was not finished, or its files are damaged: then it is trained again. */
export async function readNetwork(artefacts: string, key: string): Promise<KeptNetwork | null> {
  const { weights, note } = pathsOf(artefacts, key);
  try {
    const { sha256: digest, keptEpoch, curve } = noteSchema.parse(JSON.parse(await readFile(note, 'utf8')));
    const data = await readFile(weights);
    return sha256(data) === digest ? { file: { data, sameAs: weights }, keptEpoch, curve } : null;
  } catch {
    return null;
  }
}
