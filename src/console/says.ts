/** What a person says in the body of a request; who they are is in their token. */
import { z } from 'zod';
import type { PersonSays } from '../domain/approval.ts';
import { stopOf } from '../domain/control.ts';
import { GradusError } from '../domain/errors.ts';
import { requestProblems, requestWords } from '../domain/request-problems.ts';
import { didYouMean } from '../domain/words.ts';

const text = z.string().max(2_000);
const fields = z.strictObject({
  why: text.optional(),
  request: text.optional(),
  evidence: text.optional(),
  id: text.refine((id) => stopOf(id) === null, { message: 'stop-all/… is for stops of all releases' }).optional(),
  emergency: z.literal(true).optional(),
});
const known = Object.keys(fields.shape);

/** Throws `REQUEST_INVALID` with every problem. */
export function readSays(body: unknown): Omit<PersonSays, 'by' | 'via'> {
  const read = fields.nullish().safeParse(body, { error: requestWords });
  if (read.success) {
    const { emergency, ...texts } = read.data ?? {};
    const entries = Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return { ...Object.fromEntries(entries), ...(emergency === undefined ? {} : { emergency }) };
  }
  const problems = read.error.issues.flatMap((issue) => requestProblems(issue, noSuchField));
  throw new GradusError('REQUEST_INVALID', `The request cannot be read: ${problems.join('; ')}.`, { problems });
}

function noSuchField(key: string): string {
  if (key === 'by' || key === 'via') return '; who you are is in your token';
  return didYouMean(key, known) || ` (known: ${known.join(', ')})`;
}
