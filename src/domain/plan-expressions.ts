/** Reads the expressions of a plan and reports what is wrong with them. */
import { GradusError } from './errors.ts';
import { namesOf, type Expression } from './expression-tree.ts';
import type { Known, Vocabulary } from './metrics.ts';
import type { Path, Report } from './plan-problems.ts';

/** Where names of capabilities and classes play no part. */
export const noneKnown: Known = { capabilities: [], labels: null, capability: null };

/** Parses one expression and checks its names; null where either failed and was reported. */
export function readable<T extends Expression>(
  text: string,
  parse: (text: string) => T,
  vocabulary: Vocabulary,
  known: Known,
  path: Path,
  report: Report,
): T | null {
  const expression = attempt(path, report, () => parse(text));
  if (expression === null) return null;
  const problems = new Set(namesOf(expression).flatMap((name) => vocabulary(name, known) ?? []));
  for (const problem of problems) report(path, problem);
  if (problems.size > 0) return null;
  return expression;
}

export function attempt<T>(
  path: Path,
  report: Report,
  work: () => T,
  worded: (message: string) => string = (m) => m,
): T | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof GradusError)) throw error;
    report(path, worded(error.message));
    return null;
  }
}
