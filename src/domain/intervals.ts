/** Arithmetic on intervals, for guardrails whose metrics are only known between two bounds. */
import { functions, namesOf, type Arithmetic } from './expression-tree.ts';
import { operate } from './evaluate.ts';

export interface Interval {
  low: number;
  high: number;
}

/** Every value that the expression can have while each name lies in its interval, and perhaps some more. */
export function evaluateInterval(expression: Arithmetic, lookup: (path: string[]) => Interval): Interval {
  const inner = (part: Arithmetic) => evaluateInterval(part, lookup);
  switch (expression.kind) {
    case 'number':
      return { low: expression.value, high: expression.value };
    case 'name':
      return lookup(expression.path);
    case 'negative': {
      const { low, high } = inner(expression.of);
      return { low: -high, high: -low };
    }
    case 'operation': {
      const [a, b] = [inner(expression.left), inner(expression.right)];
      switch (expression.operator) {
        case '+':
          return { low: a.low + b.low, high: a.high + b.high };
        case '-':
          return { low: a.low - b.high, high: a.high - b.low };
        case '/':
          return b.low <= 0 && b.high >= 0 ? everything : corners(a, b, '/');
        case '*':
          return corners(a, b, '*');
        case '^':
          return a.low < 0 ? everything : corners(a, b, '^');
      }
    }
    case 'call': {
      const args = expression.args.map(inner);
      const apply: (...xs: number[]) => number = functions[expression.name].apply;
      const [first] = args;
      if (expression.name === 'abs' && first !== undefined && first.low < 0) {
        return { low: Math.max(0, -first.high), high: Math.max(-first.low, first.high) };
      }
      // The others never fall while an argument grows.
      return sound({ low: apply(...args.map(({ low }) => low)), high: apply(...args.map(({ high }) => high)) });
    }
  }
}

/** `constant` + the sum of coefficient × name, where an expression is no more than that; otherwise null. */
export function linear(expression: Arithmetic): { constant: number; terms: Map<string, number> } | null {
  const constantOf = (part: Arithmetic) => (namesOf(part).length === 0 ? linear(part) : null);
  switch (expression.kind) {
    case 'number':
      return { constant: expression.value, terms: new Map() };
    case 'name':
      return { constant: 0, terms: new Map([[expression.path.join('.'), 1]]) };
    case 'negative':
      return scaled(linear(expression.of), -1);
    case 'call':
      return null;
    case 'operation': {
      const { operator, left, right } = expression;
      if (operator === '+' || operator === '-')
        return sum(linear(left), scaled(linear(right), operator === '+' ? 1 : -1));
      if (operator === '^') return null;
      if (operator === '*' && constantOf(left) !== null) return scaled(linear(right), constantOf(left)?.constant ?? 0);
      const factor = constantOf(right)?.constant;
      if (factor === undefined) return null;
      return scaled(linear(left), operator === '*' ? factor : 1 / factor);
    }
  }
}

type Linear = ReturnType<typeof linear>;

function scaled(form: Linear, factor: number): Linear {
  if (form === null || !Number.isFinite(factor)) return null;
  return {
    constant: form.constant * factor,
    terms: new Map([...form.terms].map(([name, coefficient]) => [name, coefficient * factor])),
  };
}

function sum(a: Linear, b: Linear): Linear {
  if (a === null || b === null) return null;
  const terms = new Map(a.terms);
  for (const [name, coefficient] of b.terms) terms.set(name, (terms.get(name) ?? 0) + coefficient);
  return { constant: a.constant + b.constant, terms };
}

const everything: Interval = { low: -Infinity, high: Infinity };

function corners(a: Interval, b: Interval, operator: '*' | '/' | '^'): Interval {
  const values = [a.low, a.high].flatMap((x) => [b.low, b.high].map((y) => operate(operator, x, y)));
  return sound({ low: Math.min(...values), high: Math.max(...values) });
}

function sound({ low, high }: Interval): Interval {
  return { low: Number.isNaN(low) ? -Infinity : low, high: Number.isNaN(high) ? Infinity : high };
}
