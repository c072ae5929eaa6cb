/** What is wrong with a plan: collected whole, with lines where the text is known, and put into words. */
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { GradusError } from './errors.ts';
import { adjustable, isMapping, plainKey, sections } from './plan-spelling.ts';
import { shown } from './plan-leaves.ts';
import { listed, nearest } from './words.ts';

export type Path = readonly (string | number)[];
export type Report = (path: Path, message: string) => void;

export interface PlanProblem {
  path: Path;
  message: string;
  /** From 1; null where the text is not known. */
  line: number | null;
}

/** `capabilities.reply.requires: there is no capability "topics" (did you mean topic?)`. */
function inOneLine({ path, message }: PlanProblem): string {
  return path.length === 0 ? message : `${pathText(path)}: ${message}`;
}

function pathText(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${part}`)).join('');
}

export function planError(problems: readonly PlanProblem[], source: string | null): GradusError {
  const count = `${problems.length} problem${problems.length === 1 ? '' : 's'}`;
  const head = source === null ? `The plan has ${count}` : `${source}: ${count}`;
  const lines = problems.map((problem) => {
    const line = source === null ? '' : problem.line === null ? ' '.repeat(10) : `line ${problem.line}`.padEnd(10);
    return `  ${line}${inOneLine(problem)}`;
  });
  return new GradusError('PLAN_INVALID', [head, ...lines].join('\n'), { problems: problems.map(inOneLine) });
}

/** Puts problems in the order of the text, without doubles, and gives them their lines. */
export function arranged(problems: readonly PlanProblem[], text: string | null): PlanProblem[] {
  const lineOf = text === null ? () => null : lineFinder(text);
  const seen = new Set<string>();
  return problems
    .map((problem) => ({ ...problem, line: problem.line ?? lineOf(problem.path) }))
    .filter((problem) => !seen.has(inOneLine(problem)) && seen.add(inOneLine(problem)))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

/** A problem of the schema in our words; `input` is what was checked. */
export function describeIssue(issue: z.core.$ZodIssue, input: unknown): { path: Path; message: string }[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path);
    return issue.keys.map((key) => {
      const near = nearest(key, known);
      const hint = near === null ? `keys here are ${listed(known)}` : `did you mean ${near}?`;
      return { path: [...path, key], message: `there is no such key; ${hint}` };
    });
  }
  if (issue.code !== 'invalid_type') return [{ path, message: issue.message }];
  const value = valueAt(input, path);
  const wanted = issue.expected === 'array' ? 'a list' : 'a mapping';
  const keys = knownKeys(path);
  const hint = wanted === 'a mapping' && keys.length > 0 ? `; its keys are ${listed(keys)}` : `; write ${wanted}`;
  return [{ path, message: value === undefined ? `${wanted} is missing` : `${shown(value)} is not ${wanted}${hint}` }];
}

function knownKeys(path: Path): readonly string[] {
  // Of a list, each has the same keys.
  const place = path.filter((part) => typeof part !== 'number').join('.');
  if (place === 'iterate.adjust.set') return adjustable;
  const exact = sections[place];
  const any = path.length === 2 ? sections[`${path[0]}.*`] : undefined;
  return (exact ?? any)?.keys ?? [];
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, part) => {
    if (Array.isArray(inner)) return typeof part === 'number' ? inner[part] : undefined;
    return isMapping(inner) && Object.hasOwn(inner, part) ? inner[String(part)] : undefined;
  }, value);
}

/** Finds the line of a path, or of the nearest part around it that is in the text. */
function lineFinder(text: string): (path: Path) => number | null {
  const lines = new LineCounter();
  let document: Document;
  try {
    document = parseDocument(text, { lineCounter: lines, logLevel: 'silent', uniqueKeys: false });
  } catch {
    return () => null;
  }
  return (path) => {
    let node: unknown = document.contents;
    let offset: number | null = isMap(node) || isSeq(node) ? (node.range?.[0] ?? null) : null;
    let section = '';
    for (const part of path) {
      const found = step(node, part, section);
      if (found === null) break;
      [node, offset] = found;
      section = section === '' ? String(part) : `${section}.${part}`;
    }
    return offset === null ? null : lines.linePos(offset).line;
  };
}

/** What lies under one part of a path, and where it begins. */
function step(node: unknown, part: string | number, section: string): [unknown, number | null] | null {
  if (isMap(node)) {
    const also = new Map(Object.entries(sections[section]?.also ?? {}));
    const plain = plainKey(String(part));
    const same = (key: string) =>
      plainKey(key) === plain || also.get(plainKey(key)) === part || plainKey(key) === `${plain}ms`;
    const exact = node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(part));
    const pair = exact ?? node.items.find((one) => isScalar(one.key) && same(String(one.key.value)));
    if (isPair(pair) && isScalar(pair.key)) return [pair.value, pair.key.range?.[0] ?? null];
    const data = section === '' && part === 'train' ? step(node, 'data', '') : null;
    return data;
  }
  if (isSeq(node)) {
    const item =
      node.items[typeof part === 'number' ? part : -1] ?? node.items.find((one) => isScalar(one) && one.value === part);
    if (isScalar(item) || isMap(item) || isSeq(item)) return [item, item.range?.[0] ?? null];
  }
  return null;
}
