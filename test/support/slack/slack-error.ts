/** How Slack says no: HTTP 200, `ok: false`, a code, and for what is structured what is wrong where. */
import type { z } from 'zod';

export class SlackError extends Error {
  readonly code: string;
  readonly details: string[];

  constructor(code: string, details: string[] = []) {
    super(details.length === 0 ? code : `${code}: ${details.join('; ')}`);
    this.code = code;
    this.details = details;
  }

  /** What the app is answered. */
  answer(): Record<string, unknown> {
    const { code, details } = this;
    if (details.length === 0) return { ok: false, error: code };
    const messages = details.map((detail) => `[ERROR] ${detail}`);
    return { ok: false, error: code, errors: details, response_metadata: { messages } };
  }
}

/** The value if it is of the schema's form; what is wrong with it, in Slack's words, otherwise. */
export function checked<T>(schema: z.ZodType<T>, value: unknown, { code = 'invalid_arguments', at = '' } = {}): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw new SlackError(
    code,
    result.error.issues.flatMap((issue) => worded(issue, at)),
  );
}

function worded(issue: z.core.$ZodIssue, at: string): string[] {
  const path = issue.path.map(String);
  const here = (words: string, keys = path): string => {
    const pointer = at + keys.map((key) => `/${key}`).join('');
    return pointer === '' ? words : `${words} [json-pointer:${pointer}]`;
  };
  if (issue.code !== 'unrecognized_keys' && issue.code !== 'custom' && issue.input === undefined) {
    return [here(`missing required field: ${path.at(-1) ?? ''}`, path.slice(0, -1))];
  }
  const isText = 'origin' in issue && issue.origin === 'string';
  if (issue.code === 'too_big') {
    const max = Number(issue.maximum);
    return [here(isText ? `must be less than ${max + 1} characters` : `no more than ${max} items allowed`)];
  }
  if (issue.code === 'too_small') {
    const min = Number(issue.minimum);
    return [here(isText ? `must be more than ${min - 1} characters` : `no less than ${min} items allowed`)];
  }
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => here(`invalid additional property: ${key}`));
  if (issue.code === 'invalid_type') {
    return [here(`must provide ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`)];
  }
  if (issue.code === 'invalid_union') return [here('unsupported type')];
  return [here(issue.code === 'invalid_value' ? 'must be a valid enum value' : issue.message)];
}
