/** What a version learns from: examples drawn from a dataset, as numbers. */
import { createHash } from 'node:crypto';
import type { Dataset, Example } from '../datasets/dataset.ts';
import { GradusError } from '../domain/errors.ts';
import type { TrainSpec } from '../domain/plan.ts';
import type { Part } from '../domain/version.ts';
import { didYouMean, listed } from '../domain/words.ts';
import { unlabelled } from './heads.ts';
import type { Sequence } from './packing.ts';
import type { Head } from './shape.ts';
import type { Vectorizer } from './vectorizer.ts';

/** Texts of one part that have a label for at least one head. */
export interface LabelledSequences {
  sequences: Sequence[];
  /** [sequences, heads]: places in a head's labels, or `unlabelled`. */
  labels: Int32Array;
}

/** A share of one part's examples: the same ones at each draw, and a larger share holds the smaller one. */
export function drawExamples(dataset: Dataset, share: number, part: Part = 'train'): Example[] {
  return dataset.part(part).filter(({ id }) => placeOf(id) < share);
}

/** A number from 0 to 1 that looks drawn, from the first 48 bits of the id's SHA-256. */
function placeOf(id: string): number {
  return createHash('sha256').update(`share ${id}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

export function headOf(dataset: Dataset, capability: string): Head {
  const labels = dataset.labels[capability];
  if (labels !== undefined) return { capability, labels };
  const known = Object.keys(dataset.labels);
  const problem = `${dataset.name} has no labels for "${capability}"${didYouMean(capability, known)}`;
  throw new GradusError('CAPABILITY_UNKNOWN', `${problem}; it has them for ${listed(known)}.`);
}

/** Throws DATA_INVALID where there is nothing to learn. */
export function checkExamples(examples: Example[], { capability, labels }: Head, spec: TrainSpec): void {
  const found = new Set(examples.flatMap((example) => example.labels[capability] ?? []));
  if (found.size >= 2) return;
  const [only] = found;
  const drawn = `the ${examples.length} training examples that train.share ${spec.share} draws from ${spec.data}`;
  throw new GradusError(
    'DATA_INVALID',
    only === undefined
      ? `None of ${drawn} has a label for ${capability} (${listed(labels, 'or')}): raise the share, or leave it out.`
      : `${capability} has one label only, ${only}, among ${drawn}: raise the share, or leave it out.`,
  );
}

export function toSequences(examples: Example[], heads: Head[], vectorize: Vectorizer): LabelledSequences {
  const labelled = examples.filter((example) => heads.some((head) => example.labels[head.capability] !== undefined));
  return {
    sequences: labelled.map(({ text }) => vectorize(text)),
    labels: Int32Array.from(
      labelled.flatMap((example) =>
        heads.map((head) => {
          const label = example.labels[head.capability];
          return label === undefined ? unlabelled : head.labels.indexOf(label);
        }),
      ),
    ),
  };
}
