/** Which releases a request for a list asks for, a page at a time. */
import { z } from 'zod';
import { GradusError } from '../domain/errors.ts';
import type { WhichReleases } from '../domain/ports.ts';
import { didYouMean } from '../domain/words.ts';

/** So many are answered unless the request says how many. */
const ordinary = 50;
const largest = 500;

const words = {
  model: 'model has to be one name: ?model=mail-assistant',
  open: 'open has to be true or left out: ?open=true',
  before: 'before has to be the name of one release: ?before=mail-assistant-3',
  limit: `limit has to be a whole number from 1 to ${largest}: ?limit=${ordinary}`,
};
const fields = z.strictObject({
  model: z.string({ error: words.model }).min(1, words.model).optional(),
  open: z.literal('true', { error: words.open }).optional(),
  before: z.string({ error: words.before }).min(1, words.before).optional(),
  limit: z.coerce
    .number({ error: words.limit })
    .int(words.limit)
    .min(1, words.limit)
    .max(largest, words.limit)
    .default(ordinary),
});
const known = Object.keys(fields.shape);

/** Throws `REQUEST_INVALID` with every problem. */
export function readWhich(query: unknown): WhichReleases & { most: number } {
  const read = fields.safeParse(query);
  if (read.success) {
    const { model, open, before, limit } = read.data;
    return { model, open: open === 'true', before, most: limit };
  }
  const problems = read.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map(unknownKey) : [issue.message],
  );
  throw new GradusError('REQUEST_INVALID', `The request cannot be read: ${problems.join('; ')}.`, { problems });
}

function unknownKey(key: string): string {
  return `nothing is asked by ?${key}${didYouMean(key, known) || ` (known: ${known.join(', ')})`}`;
}
