/** The expressions that a plan may hold: read by mathjs's parser, then narrowed to a small tree that is safe to evaluate. */
import { create, parseDependencies, type MathNode } from 'mathjs/number';
import { GradusError } from './errors.ts';
import { listed, nearest } from './words.ts';

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
const functionNames = Object.keys(functions);

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

const { parse } = create(parseDependencies ?? {});
const { isAlpha } = parse;
// mathjs knows Latin and Greek letters; names of a plan may be in any script.
parse.isAlpha = (c, before, after) => isAlpha(c, before, after) || /\p{L}/u.test(c);

const maxLength = 500;
const maxDepth = 50;

/** A number, e.g. `2 importance + demand - 3 risk`. Throws `PLAN_INVALID` with what is wrong. */
export function parseArithmetic(text: string): Arithmetic {
  const expression = parseExpression(text);
  if (isCondition(expression)) return refuse(`${text} is a condition; a number is needed here`);
  return expression;
}

/** Something that holds or not, e.g. `accuracy >= stable and recall.spam >= 0.85`. Throws `PLAN_INVALID`. */
export function parseCondition(text: string): Condition {
  const expression = parseExpression(text);
  if (!isCondition(expression)) return refuse(`${text} compares nothing; write e.g. ${text} >= 0.9`);
  return expression;
}

/** One single comparison, e.g. `satisfaction >= stable - 5%`. Throws `PLAN_INVALID`. */
export function parseComparison(text: string): Comparison {
  const condition = parseCondition(text);
  if (condition.kind !== 'comparison') {
    return refuse(`${text} is more than one comparison; list each of them as an entry of its own`);
  }
  return condition;
}

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

function parseExpression(text: string): Expression {
  if (text.trim() === '') return refuse('the expression is empty');
  if (text.length > maxLength) return refuse(`the expression is longer than ${maxLength} characters`);
  let node: MathNode;
  try {
    node = parse(spelledForMathjs(text));
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\s*\(char \d+\)/, '') : 'unknown';
    return refuse(`${text} is not an expression: ${why.charAt(0).toLowerCase()}${why.slice(1)}`);
  }
  return narrow(node, 0);
}

/**
 * `5%` is 0.05 everywhere (mathjs reads `a - 5%` as relative to a), and `error rate` is one name. What stands in quotes
 * is left alone.
 */
function spelledForMathjs(text: string): string {
  return text
    .split(/("[^"]*"|'[^']*')/)
    .map((part, i) =>
      i % 2 === 1
        ? part
        : part
            .replace(/(?<![\w.])(\d+\.?\d*|\.\d+)\s*%/g, (_, digits: string) => String(Number(digits) / 100))
            .replace(/\berror[ _]rate\b/g, 'errorRate'),
    )
    .join('');
}

function narrow(node: MathNode, depth: number): Expression {
  if (depth > maxDepth) return refuse('the expression is nested too deeply');
  const inner = (child: MathNode | undefined): Expression =>
    child === undefined ? refuse('the expression is not complete') : narrow(child, depth + 1);
  const number = (child: MathNode | undefined): Arithmetic => {
    const expression = inner(child);
    return isCondition(expression)
      ? refuse(`${child?.toString()} is a condition where a number is needed`)
      : expression;
  };
  const condition = (child: MathNode | undefined): Condition => {
    const expression = inner(child);
    return isCondition(expression)
      ? expression
      : refuse(`${child?.toString()} is a number where a comparison is needed`);
  };
  if (isNode(node, 'ParenthesisNode')) return inner(node.content);
  if (isNode(node, 'ConstantNode')) {
    if (typeof node.value === 'number' && Number.isFinite(node.value)) return { kind: 'number', value: node.value };
    return refuse(`${node.toString()} is not a number that can be used here`);
  }
  if (isNode(node, 'SymbolNode')) return { kind: 'name', path: aliased([node.name]) };
  if (isNode(node, 'AccessorNode')) return { kind: 'name', path: aliased(pathOf(node)) };
  if (isNode(node, 'RelationalNode')) {
    const parts = node.params.map(number);
    return (
      parts.slice(1).reduce<Condition | null>((chain, right, i) => {
        const next = comparison(parts[i] ?? right, relationOf(node.conditionals[i] ?? ''), right);
        return chain === null ? next : { kind: 'and', left: chain, right: next };
      }, null) ?? refuse('the comparison is not complete')
    );
  }
  if (isNode(node, 'OperatorNode')) {
    const [left, right] = node.args;
    switch (node.op) {
      case '-':
        if (right === undefined) return { kind: 'negative', of: number(left) };
        return { kind: 'operation', operator: '-', left: number(left), right: number(right) };
      case '+':
        if (right === undefined) return number(left);
        return { kind: 'operation', operator: '+', left: number(left), right: number(right) };
      case '*':
      case '/':
      case '^':
        return { kind: 'operation', operator: node.op, left: number(left), right: number(right) };
      case '<':
      case '<=':
      case '>':
      case '>=':
        return comparison(number(left), node.op, number(right));
      case 'and':
      case 'or':
        return { kind: node.op, left: condition(left), right: condition(right) };
      case 'not':
        return { kind: 'not', of: condition(left) };
      case '==':
      case '!=':
        return refuse(`${node.toString()}: what is measured is never exactly equal; use <, <=, > or >=`);
      case '%':
        return refuse(`${node.toString()}: write % right behind a number, as in 5%`);
      default:
        return refuse(`${node.toString()}: ${node.op} cannot be used in a plan`);
    }
  }
  if (isNode(node, 'FunctionNode')) {
    const name = functionNames.find((known) => known === node.fn.name && isNode(node.fn, 'SymbolNode'));
    if (!isFunctionName(name)) {
      const near = nearest(node.fn.name, functionNames);
      const hint = near === null ? `use ${listed(functionNames, 'or')}` : `did you mean ${near}?`;
      return refuse(`${node.fn.toString()} is not a function of plans; ${hint}`);
    }
    const { arity } = functions[name];
    const args = node.args.map(number);
    if (arity === null ? args.length === 0 : args.length !== arity) {
      return refuse(`${name} takes ${arity === null ? 'one value or more' : 'one value'}`);
    }
    return { kind: 'call', name, args };
  }
  return refuse(
    `${node.toString()} cannot be used in a plan: only numbers, names, arithmetic, comparisons and functions`,
  );
}

const relations: Record<string, Relation> = { smaller: '<', smallerEq: '<=', larger: '>', largerEq: '>=' };

function relationOf(name: string): Relation {
  return relations[name] ?? refuse('what is measured is never exactly equal; use <, <=, > or >=');
}

/** In `accuracy >= stable`, `stable` means that same metric of stable. */
function comparison(left: Arithmetic, relation: Relation, right: Arithmetic): Comparison {
  const whole: Comparison = { kind: 'comparison', left, relation, right };
  const paths = namesOf(whole);
  if (!paths.some(isBareSide)) return whole;
  const metrics = new Set(
    paths.filter(([first]) => first !== 'stable' && first !== 'baseline').map((p) => p.join('.')),
  );
  const metric = paths.find(([first]) => first !== 'stable' && first !== 'baseline');
  if (metrics.size !== 1 || metric === undefined) {
    return refuse('stable alone is only clear beside one metric; write e.g. stable.accuracy');
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

const latencies: Record<string, string> = { p50: 'p50Ms', p95: 'p95Ms', p99: 'p99Ms' };

/** `p99` is written for `p99Ms`, also behind `stable.` and `testers.`. */
function aliased(path: string[]): string[] {
  return path.map((part, i) => (i < 2 && Object.hasOwn(latencies, part) ? (latencies[part] ?? part) : part));
}

/** The parts of `stable.recall["odd name"]`. */
function pathOf(node: MathNode): string[] {
  if (isNode(node, 'SymbolNode')) return [node.name];
  if (isNode(node, 'AccessorNode')) {
    const [part, ...more] = node.index.dimensions;
    if (part !== undefined && more.length === 0 && isNode(part, 'ConstantNode')) {
      return [...pathOf(node.object), String(part.value)];
    }
  }
  return refuse(`${node.toString()} is not a name; write e.g. recall.spam or recall["two words"]`);
}

type NodeOf<Type extends string> = Extract<
  | import('mathjs').ParenthesisNode
  | import('mathjs').ConstantNode
  | import('mathjs').SymbolNode
  | import('mathjs').AccessorNode
  | import('mathjs').RelationalNode
  | import('mathjs').OperatorNode
  | import('mathjs').FunctionNode,
  { type: Type }
>;

function isNode<Type extends string>(node: MathNode, type: Type): node is NodeOf<Type> & MathNode {
  return node.type === type;
}

function isFunctionName(name: string | undefined): name is FunctionName {
  return name !== undefined && Object.hasOwn(functions, name);
}

export function isCondition(expression: Expression): expression is Condition {
  return ['comparison', 'and', 'or', 'not'].includes(expression.kind);
}

function refuse(message: string): never {
  throw new GradusError('PLAN_INVALID', message);
}
