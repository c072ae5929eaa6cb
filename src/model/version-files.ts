/** A version as a folder: a manifest, the vocabulary and the weights, immutable and named by the digest of them all. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { GradusError } from '../domain/errors.ts';
import { poolings, type TrainSpec } from '../domain/plan.ts';
import { curveSchema, type Curve } from './curve.ts';
import { canonical, hasCode, sha256, writeWholeFolder } from './files.ts';
import type { NewFile } from './files.ts';
import type { Head, NetworkShape, Weights } from './shape.ts';
import { decodeWeights } from './weight-file.ts';

/** What reads a version must know; grows when files of another kind are written. */
const format = 1;
const manifestName = 'manifest.json';
const vocabularyName = 'vocabulary.txt';

const headSchema = z.object({ capability: z.string(), labels: z.array(z.string()) });
const manifestSchema = z.object({
  format: z.literal(format),
  model: z.string(),
  spec: z.looseObject({
    data: z.string(),
    share: z.number(),
    length: z.number(),
    vocabulary: z.number(),
    embedding: z.number(),
    units: z.number(),
    pooling: z.enum(poolings).optional(),
    lessons: z.string().optional(),
  }),
  labels: z.record(z.string(), z.array(z.string())),
  trainedOn: z.number(),
  /** What it was made from: the dataset by its content, and the code that trained it, with how many replicas. */
  madeFrom: z.object({ data: z.string(), dataDigest: z.string(), code: z.string(), replicas: z.number().default(1) }),
  /** SHA-256 of the other files. */
  files: z.record(z.string(), z.string()),
  networks: z.array(
    z.object({ file: z.string(), heads: z.array(headSchema), keptEpoch: z.number(), curve: curveSchema.default([]) }),
  ),
});
type Manifest = z.infer<typeof manifestSchema>;

export interface NewVersion {
  model: string;
  spec: TrainSpec;
  trainedOn: number;
  madeFrom: Manifest['madeFrom'];
  vocabulary: string[];
  networks: { heads: Head[]; keptEpoch: number; curve: Curve; file: NewFile }[];
}

/** Keeps a version in `artefacts` and returns its digest. There is no time in its files: equal ones give equal digests. */
export async function writeVersion(artefacts: string, version: NewVersion): Promise<string> {
  const { model, spec, trainedOn, madeFrom } = version;
  const words = version.vocabulary.map((word) => `${word}\n`).join('');
  const files = new Map<string, NewFile>([[vocabularyName, { data: words }]]);
  const networks = version.networks.map(({ heads, keptEpoch, curve, file }, index) => {
    const name = `network-${index + 1}.safetensors`;
    files.set(name, file);
    return { file: name, heads, keptEpoch, curve };
  });
  const heads = networks.flatMap((network) => network.heads);
  const digests = Object.fromEntries([...files].map(([name, { data }]) => [name, sha256(data)]));
  const manifest = {
    format,
    model,
    spec,
    labels: Object.fromEntries(heads.map(({ capability, labels }) => [capability, labels])),
    trainedOn,
    madeFrom,
    files: digests,
    networks,
  };
  const text = canonical(manifest);
  files.set(manifestName, { data: text });
  const digest = digestOf({ ...digests, [manifestName]: sha256(text) });
  await writeWholeFolder(join(artefacts, digest), files);
  return digest;
}

/** What `sha256sum * | sha256sum` prints in the folder (with `LC_ALL=C`). */
function digestOf(files: Record<string, string>): string {
  const names = Object.keys(files).sort();
  return sha256(names.map((name) => `${files[name]}  ${name}\n`).join(''));
}

export interface ReadVersion {
  digest: string;
  labels: Record<string, string[]>;
  /** The dataset that it learnt from, the share of its training part, and the lessons beside it. */
  data: { name: string; share: number; lessons?: string };
  madeFrom: Manifest['madeFrom'];
  length: number;
  vocabulary: string[];
  networks: { shape: NetworkShape; weights: Weights; keptEpoch: number; curve: Curve }[];
}

/** Reads a version and checks every file. Throws VERSION_UNKNOWN, or VERSION_DAMAGED with the file's name. */
export async function readVersion(artefacts: string, digest: string): Promise<ReadVersion> {
  const folder = join(artefacts, digest);
  if (!/^[0-9a-f]{64}$/.test(digest)) throw unknownVersion(digest, folder);
  const names = await readdir(folder).catch((error: unknown) => {
    throw hasCode(error, 'ENOENT') ? unknownVersion(digest, folder) : error;
  });
  const damaged = (name: string, reason: string): GradusError =>
    new GradusError(
      'VERSION_DAMAGED',
      `${name} of version ${digest.slice(0, 12)} ${reason}: take ${folder} away and train it again, or copy it anew.`,
    );
  if (!names.includes(manifestName)) throw damaged(manifestName, 'is missing');
  const manifestData = await readFile(join(folder, manifestName));
  const manifest = parseManifest(manifestData);
  if (manifest === null) throw damaged(manifestName, 'cannot be read');
  if (digestOf({ ...manifest.files, [manifestName]: sha256(manifestData) }) !== digest) {
    throw damaged(manifestName, 'was changed');
  }
  const read = async (name: string): Promise<Buffer> => {
    if (!names.includes(name)) throw damaged(name, 'is missing');
    const data = await readFile(join(folder, name));
    if (sha256(data) !== manifest.files[name]) throw damaged(name, 'was changed');
    return data;
  };
  const { data, share, vocabulary, embedding, units, length } = manifest.spec;
  const words = (await read(vocabularyName)).toString().split('\n').slice(0, -1);
  const networks: ReadVersion['networks'] = [];
  for (const { file, heads, keptEpoch, curve } of manifest.networks) {
    const shape = { pooling: manifest.spec.pooling ?? 'last', vocabulary, embedding, units, heads };
    networks.push({ shape, weights: decodeWeights(await read(file), shape), keptEpoch, curve });
  }
  const { labels, madeFrom } = manifest;
  const { lessons } = manifest.spec;
  const source = { name: data, share, ...(lessons === undefined ? {} : { lessons }) };
  return { digest, labels, data: source, madeFrom, length, vocabulary: words, networks };
}

function parseManifest(data: Buffer): Manifest | null {
  try {
    return manifestSchema.parse(JSON.parse(data.toString()));
  } catch {
    return null;
  }
}

function unknownVersion(digest: string, folder: string): GradusError {
  return new GradusError('VERSION_UNKNOWN', `There is no version ${digest.slice(0, 12)}: ${folder} is not there.`);
}
