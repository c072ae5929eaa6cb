/** The smallest parts of a plan as people write them: durations, shares, names and lists of them. */
import ms from 'ms';
import { z } from 'zod';
import { didYouMean, listed } from './words.ts';

type Read<T> = { value: T } | { problem: string } | { problems: string[] };

/** A leaf that accepts what `read` accepts; `schema` is its JSON Schema, for editors. */
function leaf<T>(schema: Record<string, unknown>, read: (input: unknown) => Read<T>) {
  return z
    .unknown()
    .transform((input, context): T => {
      const result = read(input);
      if ('value' in result) return result.value;
      const problems = 'problems' in result ? result.problems : [result.problem];
      for (const message of problems) context.addIssue({ code: 'custom', message, input });
      return z.NEVER;
    })
    .meta(schema);
}

/** What a person sees of a value that was refused. */
export function shown(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object' && input !== null) return 'a mapping';
  const text = typeof input === 'string' ? `"${input}"` : String(input);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

const tenYears = 10 * 365 * 86_400_000;
const units = /^\d*\.?\d+ *[a-z]+$/i;

/** `10 s`, `6 hours`, `14 days` → milliseconds, more than 0. */
export const duration = leaf<number>(
  { type: 'string', description: 'A duration, e.g. 10 s, 6 hours, 14 days', examples: ['6 hours', '14 days'] },
  (input) => {
    if (typeof input === 'number') {
      return { problem: `${input} has no unit; write e.g. ${input} minutes or ${input} hours` };
    }
    if (typeof input !== 'string') return { problem: `${shown(input)} is not a duration; write e.g. 6 hours` };
    const text = input.trim();
    const value = text.length > 0 && text.length <= 100 ? readDuration(text) : undefined;
    if (value === undefined) {
      const advice = /^-?\d*\.?\d+$/.test(text)
        ? `has no unit; write e.g. ${text} minutes`
        : 'is not a duration; write e.g. 10 s, 6 hours or 14 days';
      return { problem: `${shown(input)} ${advice}` };
    }
    if (value < 1) return { problem: `${shown(input)} is not longer than nothing; write e.g. 10 minutes` };
    if (value > tenYears) return { problem: `${shown(input)} is longer than ten years; write a shorter time` };
    return { value: Math.round(value) };
  },
);

/** `ms` gives milliseconds for a bare number, and nothing for rubbish. */
function readDuration(text: string): number | undefined {
  if (!units.test(text.replace(/^-/, ''))) return undefined;
  const value: unknown = Reflect.apply(ms, undefined, [text]);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

interface Limits {
  least: number;
  most: number;
  /** Whether the limits themselves are allowed. */
  open?: 'least' | 'both';
  /** 1: whole numbers. */
  multipleOf?: number;
  example: string;
}

/** A number between limits; `5%` is 0.05. */
export function number({ least, most, open, multipleOf, example }: Limits) {
  const steps = multipleOf === undefined || multipleOf === 1 ? {} : { multipleOf };
  const kind = { type: multipleOf === undefined ? 'number' : 'integer', ...steps };
  const schema = {
    anyOf: [{ ...kind, minimum: least, maximum: most }, { type: 'string' }],
    examples: [example],
  };
  return leaf<number>(schema, (input) => {
    const value = readNumber(input);
    if (value === null) return { problem: `${shown(input)} is not a number; write e.g. ${example}` };
    const tooSmall = value < least || (value === least && open !== undefined);
    const tooLarge = value > most || (value === most && open === 'both');
    if (tooSmall || tooLarge) {
      const [low, high] = [open === undefined ? 'from' : 'above', open === 'both' ? 'below' : 'to'];
      const range = Number.isFinite(most)
        ? `${low} ${least} ${high} ${most}`
        : `${open === undefined ? 'at least' : 'above'} ${least}`;
      const percents = most === 1 && value > 1 && value <= 100 ? ` (${value} percent is written ${value}%)` : '';
      return { problem: `${shown(input)} is out of range: it goes ${range}${percents}; write e.g. ${example}` };
    }
    if (multipleOf !== undefined && value % multipleOf !== 0) {
      const wanted = multipleOf === 1 ? 'whole number' : `multiple of ${multipleOf}`;
      return { problem: `${shown(input)} is not a ${wanted}; write e.g. ${example}` };
    }
    return { value };
  });
}

function readNumber(input: unknown): number | null {
  if (typeof input === 'number') return Number.isFinite(input) ? input : null;
  if (typeof input !== 'string') return null;
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?) *(%?)$/i.exec(input.trim());
  if (match === null) return null;
  const value = match[2] === '%' ? Number((Number(match[1]) / 100).toPrecision(15)) : Number(match[1]);
  return Number.isFinite(value) ? value : null;
}

const maxName = 64;

/** What is wrong with a name of a model, capability, group or person; null: nothing. */
export function nameProblem(name: string, spaces = true): string | null {
  const text = shown(name);
  if (name.trim() === '') return 'a name is empty; give it one';
  if (name.length > maxName) return `${text} is longer than ${maxName} characters; shorten it`;
  if (name in {}) return `${text} is a reserved word; choose another name`;
  const allowed = spaces ? /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._@+-]*$/u : /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u;
  if (!allowed.test(name) || name !== name.trim()) {
    const taken = spaces ? 'letters, digits, spaces and . _ @ + -' : 'letters, digits and . _ -';
    return `${text} is not a usable name; use ${taken}, beginning with a letter or digit`;
  }
  return null;
}

/** What is wrong with the name of a person or of a group of people, e.g. `O'Brien`; null: nothing. */
export function personProblem(name: string): string | null {
  const bare = name.replaceAll(/(?<=\p{L})['\u2019](?=\p{L})/gu, '');
  if (bare === name) return nameProblem(name);
  if (nameProblem(bare) === null && name.length <= maxName) return null;
  return `${nameProblem(name) ?? 'it is not a usable name'} (an apostrophe may stand between letters)`;
}

export const name = leaf<string>({ type: 'string' }, (input) => {
  if (typeof input !== 'string') return { problem: `${shown(input)} is not a name; write a text` };
  const problem = nameProblem(input, false);
  return problem === null ? { value: input } : { problem };
});

/** `v3`, `3`, or the first digits of a digest or all of them. */
export const versionName = leaf<string>({ type: ['string', 'integer'], examples: ['v3'] }, (input) => {
  if (typeof input === 'number' && Number.isInteger(input) && input > 0) return { value: `v${input}` };
  if (typeof input === 'string' && /^(v[1-9]\d*|[0-9a-f]{8,64})$/.test(input)) return { value: input };
  return { problem: `${shown(input)} is not a version; write e.g. v3, or a digest` };
});

export const lessonsName = leaf<string>({ type: 'string', pattern: '^[0-9a-f]{64}$' }, (input) => {
  if (typeof input === 'string' && /^[0-9a-f]{64}$/.test(input)) return { value: input };
  return { problem: `${shown(input)} is not the digest of lessons; an iteration writes it, 64 hex digits` };
});

/** Reads a list, or one thing as a list of one; every entry that is wrong is named. */
function readList<T>(input: unknown, read: (item: unknown, before: T[]) => Read<T>): Read<T[]> {
  const list: unknown[] = Array.isArray(input) ? input : [input];
  if (list.length > maxEntries) return { problem: `a list of ${list.length} is too long; ${maxEntries} are the most` };
  const value: T[] = [];
  const problems: string[] = [];
  for (const item of list) {
    const result = read(item, value);
    if ('value' in result) value.push(result.value);
    else problems.push(...('problems' in result ? result.problems : [result.problem]));
  }
  return problems.length > 0 ? { problems } : { value };
}

const maxEntries = 1000;
const text = { type: 'string' };
const oneOrMore = { anyOf: [text, { type: 'array', items: text }] };

/** One name, or a list of names without doubles. */
export const names = leaf<string[]>(oneOrMore, (input) => readList(input, readName));

/** Names of people, or of groups of them. */
export const peopleNames = leaf<string[]>(oneOrMore, (input) => readList(input, readPerson));

function readPerson(item: unknown, before: string[]): Read<string> {
  return readName(item, before, personProblem);
}

function readName(item: unknown, before: string[], problemOf: typeof personProblem = nameProblem): Read<string> {
  if (typeof item !== 'string') return { problem: `${shown(item)} is not a name; write a name or a list of names` };
  const problem = problemOf(item);
  if (problem !== null) return { problem };
  return before.includes(item) ? { problem: `${item} is there twice; keep one` } : { value: item };
}

/** Who may approve; `anyone` is nobody in particular. */
export const approvers = leaf<string[]>(oneOrMore, (input) => {
  if (input === 'anyone' || (Array.isArray(input) && input.length === 1 && input[0] === 'anyone')) return { value: [] };
  if (Array.isArray(input) && input.length === 0) {
    return { problem: 'nobody is named who may approve; name people or groups, or write anyone' };
  }
  return readList(input, readPerson);
});

/** One expression as text; a number is taken too. */
export const expression = leaf<string>({ anyOf: [text, { type: 'number' }] }, readExpression);

/** One expression, or a list of them. */
export const expressions = leaf<string[]>(oneOrMore, (input) => readList(input, readExpression));

function readExpression(item: unknown): Read<string> {
  if (typeof item === 'number') return { value: String(item) };
  if (typeof item === 'string' && item.trim() !== '') return { value: item.trim() };
  return { problem: `${shown(item)} is not an expression; write it as a text, e.g. accuracy >= 0.9` };
}

/** One of a few words. */
export function choice<const Word extends string>(words: readonly Word[], also: Record<string, Word> = {}) {
  const plain = (word: string) => word.toLowerCase().replace(/[ _-]/g, '');
  return leaf<Word>({ enum: [...words] }, (input) => {
    if (typeof input === 'string') {
      const known = Object.entries(also).find(([alias]) => alias === plain(input));
      const word = words.find((one) => plain(one) === plain(input)) ?? known?.[1];
      if (word !== undefined) return { value: word };
    }
    const hint = typeof input === 'string' ? didYouMean(input, words) : '';
    return { problem: `${shown(input)} is not one of ${listed(words, 'or')}${hint}` };
  });
}

/** YAML's own true and false, and the words for them. */
export const yesOrNo = leaf<boolean>({ type: ['boolean', 'string'], examples: ['yes'] }, (input) => {
  if (typeof input === 'boolean') return { value: input };
  const word = typeof input === 'string' ? input.trim().toLowerCase() : '';
  if (word === 'yes' || word === 'no') return { value: word === 'yes' };
  return { problem: `${shown(input)} is neither yes nor no` };
});

const share = { anyOf: [text, { type: 'number' }] };

/** Shares of users, growing, above 0 and up to 1. */
export const ramp = leaf<number[]>(
  { anyOf: [{ type: 'array', items: share }, share], examples: [['1%', '5%', '25%']] },
  (input) => {
    if (Array.isArray(input) && input.length === 0) return { problem: 'the ramp is empty; write e.g. [1%, 5%, 25%]' };
    let before = 0;
    let beforeAsWritten = '';
    return readList<number>(input, (item) => {
      const value = readNumber(item);
      if (value === null) return { problem: `${shown(item)} is not a share of users; write e.g. 5%` };
      if (value <= 0) return { problem: `${shown(item)} is no user at all; a share is above 0%` };
      if (value > 1) {
        const advice = typeof item === 'number' && item <= 100 ? `write ${item}%` : 'a share is at most 100%';
        return { problem: `${shown(item)} is more than all users; ${advice}` };
      }
      if (value <= before) return { problem: `${String(item)} comes after ${beforeAsWritten}; a ramp only grows` };
      [before, beforeAsWritten] = [value, String(item)];
      return { value };
    });
  },
);
