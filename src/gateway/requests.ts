/** What applications may send, parsed once; every problem of a request is named. */
import { z } from 'zod';
import { GradusError } from '../domain/errors.ts';
import { shown } from '../domain/plan-leaves.ts';
import { requestProblems, requestWords } from '../domain/request-problems.ts';
import type { User } from '../domain/route.ts';
import { printable } from '../domain/words.ts';

/** Longer e-mails than this are mostly attachments, and a network reads only the beginning. */
const longestText = 200_000;
const name = z.string().min(1).max(200);
const text = z.string().max(longestText);
const userSchema = z.union([name, z.strictObject({ id: name, groups: z.array(name).max(100).default([]) })], {
  error: 'it is neither the id of a user nor {"id": …, "groups": […]}',
});

const predictSchema = z
  .strictObject({
    model: name,
    capability: name,
    user: userSchema,
    input: z.strictObject({ text }).optional(),
    text: text.optional(),
  })
  .refine((body) => (body.input === undefined) !== (body.text === undefined), {
    message: 'send the text once, as input.text or as text',
    path: ['input'],
  });

/** A survey asks for 1 to 5, and its answer is sent from 0 to 1. */
const share = {
  error: ({ input }: { input?: unknown }): string =>
    `${shown(input)} is not a number from 0 (bad) to 1 (good); a rating from 1 to 5 is sent as (rating - 1) / 4`,
};

const feedbackSchema = z
  .strictObject({
    id: z.string().min(1).max(4_000),
    satisfaction: z.number(share).min(0, share).max(1, share).optional(),
    comment: z.string().max(4_000).optional(),
    label: name.optional(),
    text: text.optional(),
    feedbackId: name.optional(),
  })
  .refine((body) => body.text === undefined || body.label !== undefined, {
    message: 'a text is kept to learn from a correction: send it with label (what it should have been)',
    path: ['text'],
  })
  .refine((body) => body.satisfaction !== undefined || body.comment !== undefined || body.label !== undefined, {
    message: 'say something: satisfaction (0 to 1), comment, or label (what it should have been)',
  });

const stopSchema = z.strictObject({
  model: name,
  by: name.transform(printable),
  why: z.string().min(1).max(2_000).transform(printable),
});
const assignmentsSchema = z.strictObject({ model: name, user: name, groups: z.string().max(2_000).optional() });

const userKeysSchema = z.strictObject({ ids: z.array(name).min(1).max(1_000) });

export interface PredictRequest {
  model: string;
  capability: string;
  user: User;
  text: string;
}
export type FeedbackRequest = z.infer<typeof feedbackSchema>;
export type StopRequest = z.infer<typeof stopSchema>;

export function readPredict(body: unknown): PredictRequest {
  const { model, capability, user, input, text: plain } = parse(predictSchema, body);
  return {
    model,
    capability,
    user: typeof user === 'string' ? { id: user, groups: [] } : user,
    text: input?.text ?? plain ?? '',
  };
}

export const readFeedback = (body: unknown): FeedbackRequest => parse(feedbackSchema, body);

export const readStop = (body: unknown): StopRequest => parse(stopSchema, body);

export const readUserKeys = (body: unknown): string[] => parse(userKeysSchema, body).ids;

/** `?model=&user=&groups=a,b` */
export function readAssignments(query: unknown): { model: string; user: User } {
  const { model, user, groups } = parse(assignmentsSchema, query);
  return {
    model,
    user: { id: user, groups: groups === undefined ? [] : groups.split(',').filter((each) => each !== '') },
  };
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value, { error: requestWords });
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => requestProblems(issue));
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  throw new GradusError('REQUEST_INVALID', `The request has ${count}: ${problems.join('; ')}.`, { problems });
}
