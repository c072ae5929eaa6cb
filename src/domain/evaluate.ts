/** Evaluates the expressions of a plan: numbers, and conditions with the figures that decided them. */
import {
  functions,
  isCondition,
  type Arithmetic,
  type Comparison,
  type Condition,
  type Operator,
} from './expression-tree.ts';
import { inWords } from './words.ts';

/** A name's value. `missing`: not measured, so nothing may be concluded. `void`: does not apply here, e.g. no stable yet. */
export type Value = number | { kind: 'missing' | 'void'; why: string };
export type Lookup = (path: string[]) => Value;

export interface Judgement {
  state: 'holds' | 'breached' | 'open' | 'void';
  /** E.g. `accuracy 0.946 ≥ 0.9`. */
  reasons: string[];
}

/** NaN and infinities come out as missing. */
export function evaluate(expression: Arithmetic, lookup: Lookup): Value {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'name':
      return finite(lookup(expression.path), written(expression));
    case 'negative':
      return combine([evaluate(expression.of, lookup)], ([x = 0]) => -x, expression);
    case 'operation': {
      const sides = [evaluate(expression.left, lookup), evaluate(expression.right, lookup)];
      return combine(sides, ([a = 0, b = 0]) => operate(expression.operator, a, b), expression);
    }
    case 'call': {
      const args = expression.args.map((arg) => evaluate(arg, lookup));
      const apply: (...xs: number[]) => number = functions[expression.name].apply;
      return combine(args, (xs) => apply(...xs), expression);
    }
  }
}

/**
 * Three-valued: what is missing leaves a condition open unless the rest decides it; a comparison that does not apply is
 * left out of `and` and `or`.
 */
export function judge(condition: Condition, lookup: Lookup): Judgement {
  switch (condition.kind) {
    case 'comparison':
      return compare(condition, lookup);
    case 'not': {
      const inner = judge(condition.of, lookup);
      const opposite = { holds: 'breached', breached: 'holds', open: 'open', void: 'void' } as const;
      return { state: opposite[inner.state], reasons: inner.reasons };
    }
    case 'and':
    case 'or': {
      const sides = [judge(condition.left, lookup), judge(condition.right, lookup)];
      const decisive = condition.kind === 'and' ? 'breached' : 'holds';
      const states = sides.map((side) => side.state);
      const state =
        [decisive, 'open', 'holds', 'breached'].map((s) => states.find((one) => one === s)).find(Boolean) ?? 'void';
      return { state, reasons: sides.flatMap((side) => side.reasons) };
    }
  }
}

const signs = { '<': '<', '<=': '≤', '>': '>', '>=': '≥' };
const opposites = { '<': '≥', '<=': '>', '>': '≤', '>=': '<' };

function compare(comparison: Comparison, lookup: Lookup): Judgement {
  const left = evaluate(comparison.left, lookup);
  const right = evaluate(comparison.right, lookup);
  for (const side of [left, right]) if (typeof side !== 'number' && side.kind === 'missing') return unknown(side);
  if (typeof left !== 'number') return unknown(left);
  if (typeof right !== 'number') return unknown(right);
  const holds = {
    '<': left < right,
    '<=': left <= right,
    '>': left > right,
    '>=': left >= right,
  }[comparison.relation];
  const sign = (holds ? signs : opposites)[comparison.relation];
  return {
    state: holds ? 'holds' : 'breached',
    reasons: [`${withFigures(comparison.left, left, lookup)} ${sign} ${withFigures(comparison.right, right, lookup)}`],
  };
}

function unknown(value: Exclude<Value, number>): Judgement {
  return { state: value.kind === 'void' ? 'void' : 'open', reasons: [value.why] };
}

/** `accuracy 0.946`; `0.9`; `0.912 (stable.accuracy 0.932 - 0.02)`. */
function withFigures(expression: Arithmetic, value: number, lookup: Lookup): string {
  const isPlain = expression.kind === 'number' || (expression.kind === 'negative' && expression.of.kind === 'number');
  if (isPlain) return inWords(value);
  if (expression.kind === 'name') return `${written(expression)} ${inWords(value)}`;
  return `${inWords(value)} (${written(expression, lookup)})`;
}

const precedence: Record<Operator, number> = { '+': 1, '-': 1, '*': 2, '/': 2, '^': 3 };

/** An expression as text; with `lookup`, each name is followed by its value. */
export function written(expression: Arithmetic | Condition, lookup?: Lookup, within = 0): string {
  if (isCondition(expression)) return writtenCondition(expression, lookup);
  switch (expression.kind) {
    case 'number':
      return inWords(expression.value);
    case 'name': {
      const value = lookup?.(expression.path);
      const name = expression.path.map((part, i) => (i === 0 ? part : dotted(part))).join('');
      return typeof value === 'number' ? `${name} ${inWords(value)}` : name;
    }
    case 'negative': {
      const text = `-${written(expression.of, lookup, 2)}`;
      return within > 2 ? `(${text})` : text;
    }
    case 'call':
      return `${expression.name}(${expression.args.map((arg) => written(arg, lookup)).join(', ')})`;
    case 'operation': {
      const own = precedence[expression.operator];
      const left = written(expression.left, lookup, own + (expression.operator === '^' ? 1 : 0));
      const right = written(expression.right, lookup, own + (expression.operator === '+' ? 0 : 1));
      const text = `${left} ${expression.operator} ${right}`;
      return own < within ? `(${text})` : text;
    }
  }
}

function writtenCondition(condition: Condition, lookup?: Lookup): string {
  if (condition.kind === 'not') return `not (${written(condition.of, lookup)})`;
  const sign = condition.kind === 'comparison' ? condition.relation : condition.kind;
  return `${written(condition.left, lookup)} ${sign} ${written(condition.right, lookup)}`;
}

function dotted(part: string): string {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
}

export function operate(operator: Operator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '^':
      return a ** b;
  }
}

/** Missing outweighs void: what is not known might apply. */
function combine(values: Value[], apply: (xs: number[]) => number, expression: Arithmetic): Value {
  const numbers: number[] = [];
  for (const kind of ['missing', 'void']) {
    for (const value of values) if (typeof value !== 'number' && value.kind === kind) return value;
  }
  for (const value of values) if (typeof value === 'number') numbers.push(value);
  return finite(apply(numbers), written(expression));
}

function finite(value: Value, name: string): Value {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  return { kind: 'missing', why: `${name} is not a number` };
}
