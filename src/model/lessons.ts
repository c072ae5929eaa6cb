/** What users corrected, as training examples: kept beside the versions, and never what versions are measured by. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Dataset, Example } from '../datasets/dataset.ts';
import { groupTexts } from '../datasets/groups.ts';
import { GradusError } from '../domain/errors.ts';
import { asLesson } from '../domain/redact.ts';
import { lessonId, type Lesson } from '../domain/lessons.ts';
import { canonical, sha256, writeWhole } from './files.ts';
import { tokenize } from './tokenizer.ts';
import { drawExamples } from './training-data.ts';

/** Of a training: how much of which data, and what beside it. */
export interface Source {
  share: number;
  lessons?: string;
}

const fileSchema = z.object({
  sha256: z.string(),
  lessons: z.array(z.object({ id: z.string(), text: z.string(), labels: z.record(z.string(), z.string()) })),
});

/** Comparing more texts than this for near-duplicates would take minutes; then only exact copies are found. */
const mostCompared = 100_000;

const pathOf = (artefacts: string, digest: string, dataset: Dataset): string =>
  join(artefacts, 'lessons', `${digest}-${dataset.digest.slice(0, 16)}.json`);

/** Keeps what of the lessons may be learnt from beside this dataset. */
export async function keepLessons(
  artefacts: string,
  digest: string,
  lessons: readonly Lesson[],
  dataset: Dataset,
): Promise<void> {
  const usable = usableLessons(lessons, dataset);
  const text = JSON.stringify({ sha256: sha256(canonical(usable)), lessons: usable });
  await writeWhole(pathOf(artefacts, digest, dataset), text);
}

/** The training examples of a version: its share of the dataset, and its lessons. Throws DATA_UNKNOWN where those are not there. */
export async function trainingExamples(artefacts: string, dataset: Dataset, source: Source): Promise<Example[]> {
  const examples = drawExamples(dataset, source.share);
  return source.lessons === undefined
    ? examples
    : withLessons(examples, await readLessons(artefacts, source.lessons, dataset));
}

async function readLessons(artefacts: string, digest: string, dataset: Dataset): Promise<Lesson[]> {
  try {
    const read = fileSchema.parse(JSON.parse(await readFile(pathOf(artefacts, digest, dataset), 'utf8')));
    if (read.sha256 === sha256(canonical(read.lessons))) return read.lessons;
  } catch {
    // It is told below, as is a file that was changed.
  }
  const message = `The lessons ${digest.slice(0, 12)} are not in ${artefacts}/lessons: a release by a plan with train.lessons fetches them from the store.`;
  throw new GradusError('DATA_UNKNOWN', message);
}

/**
 * Without those whose texts, or nearly the same ones, are in the validation or held-out part: what versions are measured
 * by stays unseen.
 */
export function usableLessons(lessons: readonly Lesson[], dataset: Dataset): Lesson[] {
  const measured = [...dataset.part('validation'), ...dataset.part('held-out')];
  const isCompared = measured.length + lessons.length <= mostCompared;
  // Lessons have lost their personal data, so what they are compared with loses it too.
  const alike = [...measured.map(({ id, text }) => ({ id, text: asLesson(text) })), ...lessons];
  const groups = groupTexts(
    alike.map(({ id, text }) => ({ id, tokens: isCompared ? tokenize(text) : [], links: [sha256(text)] })),
  );
  const taken = new Set(measured.map(({ id }) => groups.get(id)));
  return lessons.filter(({ id }) => !taken.has(groups.get(id)));
}

/** Also where a lesson took the place of what the data had. */
export function isLesson(id: string): boolean {
  return id.startsWith(lessonId);
}

/** What users said counts, where the data has another label for the same text. */
export function withLessons(examples: readonly Example[], lessons: readonly Lesson[]): Example[] {
  const byText = new Map(lessons.map((lesson) => [lesson.text, lesson]));
  const taken = new Set<string>();
  const corrected = examples.map((example): Example => {
    const text = asLesson(example.text);
    const lesson = byText.get(text);
    if (lesson === undefined) return example;
    taken.add(text);
    return { ...example, id: lesson.id, labels: { ...example.labels, ...lesson.labels } };
  });
  return [...corrected, ...lessons.filter(({ text }) => !taken.has(text))];
}
