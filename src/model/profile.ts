/** What a version was trained for, to tell drift by: how it answers its validation part, and what it reads there. */
import { countInputs, type Profile } from '../domain/drift.ts';
import type { ProfileOrder } from '../domain/ports.ts';
import { evaluateVersions, type Evaluator } from './evaluation.ts';
import { readVersion } from './version-files.ts';
import { createVectorizer } from './vectorizer.ts';
import { countsOf } from './predictor.ts';

/** Unlike its training examples, the validation part has words that the vocabulary was not made from, as users' texts do. */
export async function profileVersion(evaluator: Evaluator, order: ProfileOrder): Promise<Profile> {
  const { version, data } = order;
  const read = await readVersion(evaluator.artefacts, version);
  const capabilities = order.capabilities.filter((name) => read.labels[name] !== undefined);
  const measured = { version, stable: null, capabilities, data, part: 'validation', baseline: false } as const;
  const { candidate } = await evaluateVersions(evaluator, measured);
  const dataset = await evaluator.open(data);
  const vectorize = createVectorizer(read.vocabulary, read.length);
  const texts = dataset.part('validation').map(({ text }) => countsOf(vectorize(text)));
  const answers = candidate.map(({ capability, labels, confusion }) => {
    const given = labels.map((label, place): [string, number] => [
      label,
      confusion.reduce((sum, row) => sum + (row[place] ?? 0), 0),
    ]);
    return [capability, Object.fromEntries(given.filter(([, n]) => n > 0))];
  });
  return { version, answers: Object.fromEntries(answers), ...countInputs(texts) };
}
