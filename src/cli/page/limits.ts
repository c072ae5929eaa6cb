/** Where the limit of a condition lies on the scale that a finding is drawn on. */
import { evaluate } from '../../domain/evaluate.ts';
import { parseComparison, type Arithmetic, type Comparison } from '../../domain/expressions.ts';
import type { Estimate, Finding } from '../../domain/verdict.ts';

export interface Drawn {
  /** Of what: the difference to stable, or the candidate's own value. */
  of: 'difference' | 'candidate';
  estimate: Estimate;
  /** Null where the condition is more than one comparison. */
  limit: number | null;
  /** Which side of the limit is allowed. */
  allowed: 'above' | 'below';
}

/** What is drawn of a finding; null where nothing was measured. */
export function drawn(finding: Finding): Drawn | null {
  const comparison = read(finding.condition);
  const allowed = comparison?.relation.startsWith('<') === true ? 'below' : 'above';
  const line = comparison === null ? null : lineOf(comparison.right);
  if (finding.difference !== null && (line === null || line.slope === 1)) {
    return { of: 'difference', estimate: finding.difference, limit: line?.constant ?? null, allowed };
  }
  if (finding.candidate === null) return null;
  const stable = finding.stable?.value ?? null;
  const limit =
    line === null || (line.slope !== 0 && stable === null) ? null : line.constant + line.slope * (stable ?? 0);
  return { of: 'candidate', estimate: finding.candidate, limit, allowed };
}

function read(condition: string): Comparison | null {
  try {
    return parseComparison(condition);
  } catch {
    return null;
  }
}

/** `stable - 5%` is a line over what stable has: its slope 1, its constant −0.05. Null for what is no line. */
function lineOf(right: Arithmetic): { slope: number; constant: number } | null {
  const value = (stable: number): number | null => {
    const result = evaluate(right, (path) => (path[0] === 'stable' ? stable : { kind: 'missing', why: '' }));
    return typeof result === 'number' ? result : null;
  };
  const [zero, one, two] = [value(0), value(1), value(2)];
  if (zero === null || one === null || two === null || Math.abs(two - 2 * one + zero) > 1e-9) return null;
  return { slope: Number((one - zero).toFixed(9)), constant: zero };
}
