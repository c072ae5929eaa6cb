/** Guardrails: comparisons over live metrics, judged by intervals, so that chance neither breaches nor passes one. */
import { confidenceSequence, differenceSequence } from '../statistics/confidence-sequence.ts';
import { evaluate, written } from './evaluate.ts';
import { namesOf, parseComparison, type Arithmetic, type Comparison } from './expressions.ts';
import type { LiveEvidence } from './live-evidence.ts';
import { isMeanMetric, isQuantileMetric } from './metrics.ts';
import type { Estimate, Finding } from './verdict.ts';
import { inWords, signed } from './words.ts';

/** Bounds of a value. */
interface Interval {
  low: number;
  high: number;
}

/** A quantile is a point estimate: it may breach a guardrail only with this many answers of each version. */
const enoughForQuantile = 500;

/** Why a comparison with stable does not apply to the first version of a capability. */
export const nothingStable = 'nothing is stable yet to compare with';

/** `alpha`: the chance that this one is called breached, or held, wrongly at any look. */
export function judgeGuardrail(text: string, evidence: LiveEvidence, alpha: number): Finding {
  const comparison = parseComparison(text);
  const paths = namesOf(comparison);
  const metric = paths.find(([first]) => first !== 'stable')?.[0] ?? paths[0]?.at(-1) ?? '';
  const finding = { capability: evidence.capability, condition: text, metric };
  if (!evidence.hasStable && paths.some(([first]) => first === 'stable')) {
    const none = { candidate: null, stable: null, difference: null };
    return { ...finding, ...none, state: 'holds', reason: nothingStable };
  }
  const { candidate, stable, difference } = estimates(evidence, metric, alpha);
  const found = { ...finding, candidate, stable, difference };
  const margin = marginOf(comparison, metric, { candidate, stable, difference }, evidence, alpha);
  if (typeof margin === 'string') return { ...found, state: 'open', reason: margin };
  const state = margin.low >= 0 ? 'holds' : margin.high < 0 ? 'breached' : 'open';
  return { ...found, state, reason: inNumbers(metric, found) };
}

interface Estimates {
  candidate: Estimate | null;
  stable: Estimate | null;
  difference: Estimate | null;
}

/** Intervals of one metric: of each version, and of their difference, each at `alpha`. */
export function estimates(evidence: LiveEvidence, metric: string, alpha: number): Estimates {
  if (isMeanMetric(metric)) {
    const samples = evidence.samples[metric];
    return {
      candidate: confidenceSequence(
        samples.flatMap((sample) => sample.candidate),
        alpha,
      ),
      stable: confidenceSequence(
        samples.flatMap((sample) => sample.stable),
        alpha,
      ),
      difference: differenceSequence(samples, alpha),
    };
  }
  if (!isQuantileMetric(metric)) return { candidate: null, stable: null, difference: null };
  const point = (quantile: { value: number; n: number } | null): Estimate | null =>
    quantile === null ? null : { value: quantile.value, low: quantile.value, high: quantile.value, n: quantile.n };
  const { candidate, stable } = evidence.quantiles[metric];
  return { candidate: point(candidate), stable: point(stable), difference: null };
}

/**
 * Bounds of how far the comparison holds: all of them ≥ 0 where it does. A text says what is missing. The difference of
 * the two versions is used where the comparison is about just that; it is much narrower than the two intervals apart.
 */
function marginOf(
  { left, relation, right }: Comparison,
  metric: string,
  known: Estimates,
  evidence: LiveEvidence,
  alpha: number,
): Interval | string {
  const [more, less] = relation === '>=' || relation === '>' ? [left, right] : [right, left];
  const slope = affine(more, less, metric);
  if (slope !== null && slope.candidate === -slope.stable && known.difference !== null) {
    const { low, high } = known.difference;
    return scaled({ low, high }, slope.candidate, slope.constant);
  }
  const halves = (path: string[]): Interval | string => {
    const name = path.at(-1) ?? '';
    const side = path[0] === 'stable' ? 'stable' : 'candidate';
    // Two intervals that have to hold together share alpha.
    const estimate = estimates(evidence, name, alpha / 2)[side];
    if (estimate === null) return `no ${name} of ${side} yet`;
    if (isQuantileMetric(name) && estimate.n < enoughForQuantile) {
      return `${name} of ${side} rests on ${estimate.n} answers; ${enoughForQuantile} are needed`;
    }
    return estimate;
  };
  return subtract(bounds(more, halves), bounds(less, halves));
}

/** How `more - less` depends on the metric of both versions; null where it is no straight line. */
function affine(more: Arithmetic, less: Arithmetic, metric: string) {
  const at = (candidate: number, stable: number): number => {
    const lookup = (path: string[]) => (path[0] === 'stable' ? stable : candidate);
    const values = [evaluate(more, lookup), evaluate(less, lookup)];
    const [a, b] = values;
    return typeof a === 'number' && typeof b === 'number' ? a - b : Number.NaN;
  };
  const names = [...namesOf(more), ...namesOf(less)];
  if (names.some((path) => path.at(-1) !== metric)) return null;
  const constant = at(0, 0);
  const candidate = at(1, 0) - constant;
  const stable = at(0, 1) - constant;
  const predicted = constant + 0.3 * candidate + 0.7 * stable;
  const straight = Math.abs(at(0.3, 0.7) - predicted) < 1e-9 && Math.abs(candidate + stable) < 1e-9;
  return straight ? { constant, candidate, stable: -candidate } : null;
}

/** Interval arithmetic; what mixes signs in products takes the widest of the four corners. */
function bounds(expression: Arithmetic, of: (path: string[]) => Interval | string): Interval | string {
  switch (expression.kind) {
    case 'number':
      return { low: expression.value, high: expression.value };
    case 'name':
      return of(expression.path);
    case 'negative':
      return corners([bounds(expression.of, of)], { kind: 'negative', of: { kind: 'name', path: ['0'] } });
    case 'operation':
      return corners([bounds(expression.left, of), bounds(expression.right, of)], {
        ...expression,
        left: { kind: 'name', path: ['0'] },
        right: { kind: 'name', path: ['1'] },
      });
    case 'call':
      return corners(
        expression.args.map((arg) => bounds(arg, of)),
        { ...expression, args: expression.args.map((_, i) => ({ kind: 'name', path: [String(i)] })) },
      );
  }
}

/** The least and the greatest of an expression over the corners of its arguments, which are its names `0`, `1`, …. */
function corners(args: (Interval | string)[], expression: Arithmetic): Interval | string {
  let points: number[][] = [[]];
  for (const arg of args) {
    if (typeof arg === 'string') return arg;
    points = points.flatMap((point) => [
      [...point, arg.low],
      [...point, arg.high],
    ]);
  }
  const values = points.map((point) => evaluate(expression, ([name]) => point[Number(name)] ?? Number.NaN));
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < values.length) return `${written(expression)} has no value here`;
  return { low: Math.min(...numbers), high: Math.max(...numbers) };
}

function subtract(a: Interval | string, b: Interval | string): Interval | string {
  if (typeof a === 'string') return a;
  if (typeof b === 'string') return b;
  return { low: a.low - b.high, high: a.high - b.low };
}

function scaled({ low, high }: Interval, slope: number, constant: number): Interval {
  const ends = [slope * low + constant, slope * high + constant];
  return { low: Math.min(...ends), high: Math.max(...ends) };
}

/** `satisfaction 0.913 against 0.888, +0.025 [-0.01, +0.06], n = 240`. */
export function inNumbers(metric: string, { candidate, stable, difference }: Estimates): string {
  if (candidate === null) return `no ${metric} yet`;
  const parts = [`${metric} ${inWords(candidate.value)}`];
  if (stable !== null) parts.push(` against ${inWords(stable.value)}`);
  if (difference === null) return `${parts.join('')}, n = ${candidate.n}`;
  const { value, low, high } = difference;
  return `${parts.join('')}, ${signed(value)} [${signed(low)}, ${signed(high)}], n = ${candidate.n}`;
}
