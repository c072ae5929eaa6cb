/** Expressions of plans: what they mean, and what they cannot do. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GradusError } from '../../src/domain/errors.ts';
import { evaluate, judge, written, type Lookup } from '../../src/domain/evaluate.ts';
import { namesOf } from '../../src/domain/expression-tree.ts';
import { parseArithmetic, parseCondition } from '../../src/domain/expressions.ts';
import { evaluateInterval, linear } from '../../src/domain/intervals.ts';

const figures: Record<string, number> = {
  a: 7,
  b: 2,
  t: 3,
  risk: 4,
  accuracy: 0.9,
  'stable.accuracy': 0.93,
  'recall.two words': 0.5,
  'recall.垃圾': 0.8,
};
const lookup: Lookup = (path) => figures[path.join('.')] ?? { kind: 'missing', why: `no ${path.join('.')}` };
const value = (text: string) => evaluate(parseArithmetic(text), lookup);
const state = (text: string, names: Lookup = lookup) => judge(parseCondition(text), names).state;

describe('numbers', () => {
  test.each([
    ['2 a + b - 3 risk', 2 * 7 + 2 - 3 * 4],
    ['a - b - t', 2],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['a / (b + t)', 1.4],
    ['5%', 0.05],
    ['a - 5%', 6.95],
    ['a - 50 % + 1', 7.5],
    ['1.5%', 0.015],
    ['max(a, b, t) + min(a, b)', 9],
    ['abs(b - a) + floor(2.7) + ceil(2.2) + round(2.5)', 13],
    ['sqrt(risk) + exp(0) + log(1)', 3],
    ['recall["two words"] + recall.垃圾', 1.3],
    ['(((a)))', 7],
  ])('%s is %d', (text, expected) => expect(value(text)).toBeCloseTo(expected, 12));

  test('that are none come out as missing', () => {
    for (const text of ['a / 0', '0 / 0', 'log(-1)', '(-1) ^ 0.5', 'exp(1000)', 'unknown + 1']) {
      expect(value(text)).toMatchObject({ kind: 'missing' });
    }
  });

  test('survive being written and read again', () => {
    for (const text of [
      'a - (b - t)',
      '(a + b) * t / (5 - b)',
      '(2 ^ b) ^ t',
      '(-b) ^ 2',
      'a * -b',
      '-(a + b) ^ 2',
      'max(a, -b) - 3 risk',
      '2 ^ (b + 1)',
    ]) {
      expect(evaluate(parseArithmetic(written(parseArithmetic(text))), lookup)).toBe(value(text));
    }
  });
});

describe('conditions', () => {
  test.each([
    ['accuracy >= 0.9', 'holds'],
    ['accuracy > 90%', 'breached'],
    ['accuracy >= stable', 'breached'],
    ['accuracy >= stable - 5%', 'holds'],
    ['0.5 < accuracy <= 0.95', 'holds'],
    ['0.5 < accuracy < 0.6', 'breached'],
    ['not (accuracy < 0.5)', 'holds'],
    ['accuracy > 1 or a > b', 'holds'],
    ['unknown > 1', 'open'],
    ['unknown > 1 and accuracy < 0.5', 'breached'],
    ['unknown > 1 and accuracy > 0.5', 'open'],
    ['unknown > 1 or accuracy > 0.5', 'holds'],
    ['not (unknown > 1)', 'open'],
  ])('%s: %s', (text, expected) => expect(state(text)).toBe(expected));

  test('leave out what does not apply, and are void where nothing does', () => {
    const first: Lookup = (path) => (path[0] === 'stable' ? { kind: 'void', why: 'nothing is stable' } : lookup(path));
    expect(state('accuracy >= stable', first)).toBe('void');
    expect(state('not (accuracy >= stable)', first)).toBe('void');
    expect(state('accuracy >= stable and accuracy >= 0.5', first)).toBe('holds');
    expect(state('accuracy >= stable and accuracy >= 0.95', first)).toBe('breached');
    expect(state('accuracy >= stable or accuracy >= 0.95', first)).toBe('breached');
  });

  test('give the figures that decided them', () => {
    expect(judge(parseCondition('accuracy >= 0.85 and accuracy >= stable - 1%'), lookup).reasons).toEqual([
      'accuracy 0.9 ≥ 0.85',
      'accuracy 0.9 < 0.92 (stable.accuracy 0.93 - 0.01)',
    ]);
  });

  test('complete stable and baseline by the metric beside them', () => {
    expect(namesOf(parseCondition('recall.spam >= 1.1 baseline'))).toEqual([
      ['recall', 'spam'],
      ['baseline', 'recall', 'spam'],
    ]);
    expect(namesOf(parseCondition('error rate <= stable + 1%'))).toEqual([['errorRate'], ['stable', 'errorRate']]);
    expect(namesOf(parseCondition('p99 <= 1.5 stable'))).toEqual([['p99Ms'], ['stable', 'p99Ms']]);
    expect(() => parseCondition('accuracy + recall >= stable')).toThrow('only clear beside one metric');
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
    return null;
  } catch (error) {
    return error;
  }
}

describe('what an expression cannot do', () => {
  test.each([
    'a = 3',
    'f(x) = x',
    'a; b',
    '[1, 2]',
    '{a: 1}',
    '"text"',
    'a ? 1 : 2',
    '1:3',
    'a!',
    "a'",
    'a mod b',
    'a | b',
    'a to b',
    'a[1:2]',
    'a["x", "y"]',
    'sin(a)',
    'import("fs")',
    'eval("1")',
    'parse("1")',
    'constructor.constructor("return 1")',
    'a.toString()',
    'max.apply(1)',
    'max()',
    'abs(1, 2)',
    'true',
    'null',
    'NaN',
    'Infinity * 0x',
    '1e999',
    '2 cm + "',
    '',
    '   ',
    '# note',
    '(a > b) + 1',
    '(a > b) > 1',
    '('.repeat(100) + 'a' + ')'.repeat(100),
    'a' + ' + a'.repeat(200),
  ])('%s', (text) => expect(() => parseArithmetic(text)).toThrow(GradusError));

  test('anything at all ends in an expression or in PLAN_INVALID', () => {
    const part = fc.constantFrom(
      'a',
      '1',
      '.',
      ' ',
      '(',
      ')',
      '%',
      '+',
      '-',
      '*',
      '/',
      '^',
      '<',
      '>',
      '=',
      '"',
      '[',
      ']',
      'and',
      'or',
      'not',
      'max',
      ',',
      'stable',
      '垃圾',
      '\n',
      ';',
      ':',
      '{',
      '}',
      '\\',
      '\u0000',
      '😀',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (input) => {
        for (const parse of [parseArithmetic, parseCondition]) {
          const thrown = thrownBy(() => parse(input));
          expect(thrown === null || thrown instanceof GradusError).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('intervals', () => {
  const names = ['a', 'b'];
  const expression: fc.Arbitrary<string> = fc
    .letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(...names, '0.5', '2', '3'),
        fc
          .tuple(tie('any'), fc.constantFrom('+', '-', '*', '/', '^'), tie('any'))
          .map((parts) => `(${parts.join(' ')})`),
        fc
          .tuple(fc.constantFrom('abs', 'floor', 'exp', 'sqrt', 'log', '-'), tie('any'))
          .map(([f, x]) => `(${f}(${String(x)}))`),
        fc
          .tuple(fc.constantFrom('min', 'max'), tie('any'), tie('any'))
          .map(([f, x, y]) => `${f}(${String(x)}, ${String(y)})`),
      ),
    }))
    .any.map(String);
  const number = fc.double({ min: -2, max: 2, noNaN: true });

  test('contain every value that their names can give', () => {
    fc.assert(
      fc.property(
        expression,
        number,
        number,
        number,
        number,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (text, p, q, r, s, part) => {
          const tree = parseArithmetic(text);
          const bounds: Record<string, { low: number; high: number }> = {
            a: { low: Math.min(p, q), high: Math.max(p, q) },
            b: { low: Math.min(r, s), high: Math.max(r, s) },
          };
          const of = (name: string) => bounds[name] ?? { low: 0, high: 0 };
          // Rounded, the point may come to lie beyond its bounds.
          const between = ({ low, high }: { low: number; high: number }) =>
            Math.min(high, Math.max(low, low + part * (high - low)));
          const inside = evaluate(tree, ([name = '']) => between(of(name)));
          if (typeof inside !== 'number') return;
          const { low, high } = evaluateInterval(tree, ([name = '']) => of(name));
          const slack = 1e-9 * (1 + Math.abs(inside));
          expect(low).toBeLessThanOrEqual(inside + slack);
          expect(high).toBeGreaterThanOrEqual(inside - slack);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('of linear expressions know their coefficients', () => {
    const form = linear(parseArithmetic('2 (satisfaction - stable.satisfaction) / 4 + 0.05 - -satisfaction'));
    expect(form?.constant).toBeCloseTo(0.05, 12);
    expect(Object.fromEntries(form?.terms ?? [])).toEqual({ satisfaction: 1.5, 'stable.satisfaction': -0.5 });
    for (const text of ['a * b', 'a / b', 'a ^ 2', 'max(a, b)', 'a / 0'])
      expect(linear(parseArithmetic(text))).toBeNull();
  });
});
