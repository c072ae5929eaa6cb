/** The expressions that a plan may hold: read by mathjs's parser, then narrowed to a small tree that is safe to evaluate. */
import type { MathNode } from 'mathjs';
import math from 'mathjs/lib/browser/math.js';
import { GradusError } from './errors.ts';
import {
  comparison,
  functions,
  isCondition,
  isFunctionName,
  type Arithmetic,
  type Comparison,
  type Condition,
  type Expression,
  type Relation,
} from './expression-tree.ts';
import { listed, nearest } from './words.ts';

export type { Arithmetic, Comparison } from './expression-tree.ts';

const functionNames = Object.keys(functions);

const { parse } = math.create({});
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
        return refuse(`${node.toString()}: this operator cannot be used in a plan`);
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

function refuse(message: string): never {
  throw new GradusError('PLAN_INVALID', message);
}
