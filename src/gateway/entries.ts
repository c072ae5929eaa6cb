/** The lines of the journal: an answer or what was said of one, as JSON. */
import { z } from 'zod';
import type { Answer, Feedback } from '../domain/feedback.ts';
import { arms } from '../domain/route.ts';

const shared = {
  id: z.string(),
  at: z.string(),
  model: z.string(),
  capability: z.string(),
  version: z.string(),
  arm: z.enum(arms),
  phase: z.string(),
  user: z.string(),
  label: z.string().nullable(),
};
const answerSchema = z.object({
  ...shared,
  confidence: z.number().nullable(),
  latencyMs: z.number(),
  failed: z.boolean(),
  tokens: z.number().nullable().default(null),
  unknown: z.number().nullable().default(null),
});
const feedbackSchema = z.object({
  ...shared,
  answerId: z.string(),
  satisfaction: z.number().nullable(),
  comment: z.string().nullable(),
  correctLabel: z.string().nullable(),
  text: z.string().nullable().default(null),
});
const entrySchema = z.union([z.object({ answer: answerSchema }), z.object({ feedback: feedbackSchema })]);

export type Entry = { answer: Answer } | { feedback: Feedback };

export function toLine(entry: Entry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** Null where the line was not written whole. */
export function fromLine(line: string): Entry | null {
  try {
    return entrySchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
