/** What an iteration is told, read whole: every problem of it is named. */
import { z } from 'zod';
import { GradusError } from './errors.ts';
import { duration } from './plan-leaves.ts';
import { printable } from './words.ts';

const inputSchema = z.strictObject({
  plan: z.unknown().refine((plan) => plan !== undefined && plan !== null, {
    message: 'it is missing; give the name of a stored plan, or the plan itself',
  }),
  by: z.string().optional(),
  every: duration.optional(),
  times: z.int().min(1).max(1_000_000).optional(),
});

/** Whose name an iteration goes by where nobody gave one. */
export const unnamed = 'schedule';

export interface IterationOrders {
  plan: unknown;
  by: string;
  /** Null: one look. */
  everyMs: number | null;
  /** Null: until it is cancelled. */
  times: number | null;
}

/** Throws `REQUEST_INVALID` with every problem. */
export function readIterationInput(input: unknown): IterationOrders {
  const read = inputSchema.safeParse(input);
  const problems = read.success
    ? []
    : read.error.issues.map(({ path, message }) => `${path.map(String).join('.') || 'the input'}: ${message}`);
  if (read.success && read.data.times !== undefined && read.data.every === undefined) {
    problems.push('times: it goes with every, e.g. {"plan": "mail", "every": "1 week", "times": 4}');
  }
  if (!read.success || problems.length > 0) {
    const message = `The iteration cannot be started: ${problems.join('; ')}.`;
    throw new GradusError('REQUEST_INVALID', message, { problems });
  }
  const { plan, by = '', every = null, times = null } = read.data;
  return { plan, by: printable(by).trim().slice(0, 200) || unnamed, everyMs: every, times };
}
