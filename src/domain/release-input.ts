/** What a release is started with, beside its plan: a field that nobody knows would otherwise be passed over in silence. */
import { z } from 'zod';
import { GradusError } from './errors.ts';
import { requestProblems, requestWords } from './request-problems.ts';
import { didYouMean, printable } from './words.ts';

const inputSchema = z.strictObject({
  plan: z.unknown(),
  by: z.string().nullish(),
  queue: z.boolean().nullish(),
  /** Of a release that an iteration starts. */
  iteration: z.string().nullish(),
});
const forPeople = ['plan', 'by', 'queue'];

/** Throws `REQUEST_INVALID` with every problem. */
export function insistReleaseInput(input: unknown): void {
  const read = inputSchema.safeParse(input, { error: requestWords });
  if (read.success) return;
  const problems = read.error.issues.flatMap((issue) => requestProblems(issue, noSuchField)).map(printable);
  const message = `The input of the release cannot be read: ${problems.join('; ')}. Nothing was started.`;
  throw new GradusError('REQUEST_INVALID', message, { problems });
}

function noSuchField(key: string): string {
  const longer = key === '' ? undefined : forPeople.find((one) => one.startsWith(key));
  if (longer !== undefined) return ` (did you mean ${longer}?)`;
  return didYouMean(key, forPeople) || ` (known: ${forPeople.join(', ')})`;
}
