/** Keeps a prepared dataset in one file, and notices when that file is damaged. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import type { Dataset, Example } from './dataset.ts';

const exampleSchema = z.strictObject({
  id: z.string(),
  /** Examples of one group are alike and stay in one part. */
  group: z.string(),
  part: z.enum(['train', 'validation', 'held-out']),
  text: z.string(),
  labels: z.record(z.string(), z.string()),
  /** What versions are measured by, slice by slice. */
  attributes: z.record(z.string(), z.string()).optional(),
});

export type PartedExample = z.infer<typeof exampleSchema>;

/** The examples of a file that `writeExamples` wrote, or null where there is none, or a damaged one. */
export async function readExamples(path: string): Promise<PartedExample[] | null> {
  try {
    const text = (await promisify(gunzip)(await readFile(path))).toString('utf8');
    const end = text.indexOf('\n');
    const lines = text.slice(end + 1);
    if (text.slice(0, end) !== sha256(lines)) return null;
    return lines.split('\n').map((line) => exampleSchema.parse(JSON.parse(line)));
  } catch {
    return null;
  }
}

export async function writeExamples(path: string, examples: PartedExample[]): Promise<void> {
  const lines = toLines(examples);
  await replaceFile(path, await promisify(gzip)(`${sha256(lines)}\n${lines}`, { level: 4 }));
}

/** Whole or not at all: other processes may read or write it at the same time. */
export async function replaceFile(path: string, data: string | Buffer): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(temporary, data);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** The order of examples in a part is by hash of their id: any beginning of it is a fair draw. */
export function toDataset(name: string, examples: PartedExample[]): Dataset {
  const drawn = examples
    .map((example) => ({ example, place: sha256(example.id) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ example }) => example);
  const labels: Record<string, Set<string>> = {};
  for (const example of examples) {
    for (const [capability, label] of Object.entries(example.labels)) (labels[capability] ??= new Set()).add(label);
  }
  const sorted = Object.entries(labels).map(([capability, found]) => [capability, [...found].sort()]);
  return {
    name,
    digest: sha256(toLines(examples)),
    labels: Object.fromEntries(sorted),
    part: (part) => drawn.filter((example) => example.part === part).map(toExample),
  };
}

function toExample({ id, text, labels, attributes }: PartedExample): Example {
  return { id, text, labels, ...(attributes === undefined ? {} : { attributes }) };
}

function toLines(examples: PartedExample[]): string {
  return examples.map((example) => JSON.stringify(example)).join('\n');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
