/** The tree of a plan's expression: numbers, names, arithmetic, comparisons, and nothing else. */
import { GradusError } from './errors.ts';

/** Functions of numbers that a plan may use; `arity` null: one or more. */
export const functions = {
  min: { arity: null, apply: (...xs: number[]) => Math.min(...xs) },
  max: { arity: null, apply: (...xs: number[]) => Math.max(...xs) },
  abs: { arity: 1, apply: Math.abs },
  sqrt: { arity: 1, apply: Math.sqrt },
  exp: { arity: 1, apply: Math.exp },
  log: { arity: 1, apply: Math.log },
  floor: { arity: 1, apply: Math.floor },
  ceil: { arity: 1, apply: Math.ceil },
  round: { arity: 1, apply: Math.round },
} as const satisfies Record<string, { arity: number | null; apply: (...xs: number[]) => number }>;
export type FunctionName = keyof typeof functions;

export type Operator = '+' | '-' | '*' | '/' | '^';
export type Relation = '<' | '<=' | '>' | '>=';

export type Arithmetic =
  | { kind: 'number'; value: number }
  | { kind: 'name'; path: string[] }
  | { kind: 'negative'; of: Arithmetic }
  | { kind: 'operation'; operator: Operator; left: Arithmetic; right: Arithmetic }
  | { kind: 'call'; name: FunctionName; args: Arithmetic[] };
export type Comparison = { kind: 'comparison'; left: Arithmetic; relation: Relation; right: Arithmetic };
export type Condition =
  Comparison | { kind: 'and' | 'or'; left: Condition; right: Condition } | { kind: 'not'; of: Condition };
export type Expression = Arithmetic | Condition;

/** Every name that an expression uses, as paths. */
export function namesOf(expression: Expression): string[][] {
  switch (expression.kind) {
    case 'number':
      return [];
    case 'name':
      return [expression.path];
    case 'negative':
    case 'not':
      return namesOf(expression.of);
    case 'call':
      return expression.args.flatMap(namesOf);
    case 'operation':
    case 'comparison':
    case 'and':
    case 'or':
      return [...namesOf(expression.left), ...namesOf(expression.right)];
  }
}

export function isCondition(expression: Expression): expression is Condition {
  return ['comparison', 'and', 'or', 'not'].includes(expression.kind);
}

export function isFunctionName(name: string | undefined): name is FunctionName {
  return name !== undefined && Object.hasOwn(functions, name);
}

/** In `accuracy >= stable`, `stable` means that same metric of stable. */
export function comparison(left: Arithmetic, relation: Relation, right: Arithmetic): Comparison {
  const whole: Comparison = { kind: 'comparison', left, relation, right };
  const paths = namesOf(whole);
  if (!paths.some(isBareSide)) return whole;
  const metrics = new Set(
    paths.filter(([first]) => first !== 'stable' && first !== 'baseline').map((p) => p.join('.')),
  );
  const metric = paths.find(([first]) => first !== 'stable' && first !== 'baseline');
  if (metrics.size !== 1 || metric === undefined) {
    throw new GradusError('PLAN_INVALID', 'stable alone is only clear beside one metric; write e.g. stable.accuracy');
  }
  const completed = (side: Arithmetic): Arithmetic =>
    mapNames(side, (path) => (isBareSide(path) ? [...path, ...metric] : path));
  return { kind: 'comparison', left: completed(left), relation, right: completed(right) };
}

function isBareSide(path: string[]): boolean {
  return path.length === 1 && (path[0] === 'stable' || path[0] === 'baseline');
}

function mapNames(expression: Arithmetic, change: (path: string[]) => string[]): Arithmetic {
  switch (expression.kind) {
    case 'number':
      return expression;
    case 'name':
      return { kind: 'name', path: change(expression.path) };
    case 'negative':
      return { kind: 'negative', of: mapNames(expression.of, change) };
    case 'call':
      return { ...expression, args: expression.args.map((arg) => mapNames(arg, change)) };
    case 'operation':
      return { ...expression, left: mapNames(expression.left, change), right: mapNames(expression.right, change) };
  }
}
