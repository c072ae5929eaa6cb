/** What is wrong with a request's JSON, in words for whoever wrote it: the gateway and the console tell it alike. */
import type { z } from 'zod';

const wanted = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
  ['object', 'an object'],
  ['record', 'an object'],
  ['array', 'a list'],
]);

/** For zod's `error` option: words in the place of the validator's own; undefined leaves those. */
export function requestWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined || issue.input === null) return 'it is missing';
    return `it has to be ${wanted.get(issue.expected) ?? issue.expected}`;
  }
  if (issue.code === 'invalid_value') return `it has to be ${issue.values.map(String).join(' or ')}`;
  if (issue.code === 'too_small') {
    const { origin, minimum } = issue;
    if (origin === 'string' && minimum === 1) return 'it is empty';
    if (origin === 'array') return `it needs ${minimum} at least`;
    return origin === 'number' ? `it has to be ${minimum} at least` : undefined;
  }
  if (issue.code !== 'too_big') return undefined;
  const { origin, maximum } = issue;
  if (origin === 'string') return `it is longer than ${maximum.toLocaleString('en')} characters`;
  if (origin === 'array') return `it has more than ${maximum.toLocaleString('en')} entries`;
  return origin === 'number' ? `it has to be ${maximum} at most` : undefined;
}

/** One line for each thing that is wrong, with its place; `noSuchField` says more of a field that nobody knows. */
export function requestProblems(
  issue: z.core.$ZodIssue,
  noSuchField: (key: string) => string = () => '',
  above: readonly PropertyKey[] = [],
): string[] {
  const path = [...above, ...issue.path];
  const place = path.length === 0 ? 'the body' : path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${[...path.map(String), key].join('.')}: there is no such field${noSuchField(key)}`,
    );
  }
  if (issue.code === 'invalid_union') {
    // Of the ways in which it could be written, the one that it comes nearest to: where something inside is wrong.
    const nearest = issue.errors.find((issues) =>
      issues.some((inner) => inner.path.length > 0 || inner.code !== 'invalid_type'),
    );
    const hasOwnWords = issue.message !== 'Invalid input';
    const [first] = hasOwnWords ? [] : (nearest ?? issue.errors[0] ?? []);
    if (nearest !== undefined) return nearest.flatMap((inner) => requestProblems(inner, noSuchField, path));
    if (first !== undefined) return requestProblems(first, noSuchField, path);
  }
  return [`${place}: ${issue.message}`];
}
