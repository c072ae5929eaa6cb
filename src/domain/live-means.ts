/** Conditions on means of what users were answered and said: judged by all values, and by the newest alone. */
import { armSequence, differenceSequence } from '../statistics/confidence-sequence.ts';
import { partsOf, type Part } from '../statistics/newest.ts';
import type { Arithmetic } from './expression-tree.ts';
import type { MeanMetric } from './feedback.ts';
import { evaluateInterval, linear, type Interval } from './intervals.ts';
import type { LiveEvidence } from './live-evidence.ts';
import { isMeanMetric } from './metrics.ts';
import type { Estimate, Finding } from './verdict.ts';
import { inWords, signed } from './words.ts';

/** What has to be at least 0, or more than that where it is strict. */
interface Condition {
  margin: Arithmetic;
  names: string[][];
  isStrict: boolean;
}

export interface ComparedArms {
  candidate: Estimate | null;
  stable: Estimate | null;
  difference: Estimate | null;
  /** E.g. `satisfaction -0.031 [-0.06, +0.01] against stable: 0.82, 0.85, n = 400`. */
  words: string;
}

export interface Judged extends ComparedArms {
  state: Finding['state'];
}

type Judgement = Omit<Judged, 'words'> & { reason: string };

export function judgeMeans(condition: Condition, samples: LiveEvidence['samples'], alpha: number): Judgement {
  const metrics = [...new Set(condition.names.flatMap((path) => path.at(-1) ?? []))].filter(isMeanMetric);
  const parts = new Map(metrics.map((metric) => [metric, partsOf(samples[metric])]));
  const all = new Map([...parts].map(([metric, one]) => [metric, one.all]));
  const [first = [], ...others] = [...parts.values()].map(({ newest }) => newest);
  // Where several metrics are named, the shortest parts of each belong together.
  const newest = first
    .filter((_, i) => others.every((other) => i < other.length))
    .map((_, i) => new Map([...parts].flatMap(([metric, one]) => pairOf(metric, one.newest[i]))));
  return judgeParts({ all, newest }, (part) => judgeMargin(condition, part, alpha));
}

function pairOf(metric: MeanMetric, part: Part | undefined): [MeanMetric, Part][] {
  return part === undefined ? [] : [[metric, part]];
}

/** By all values, unless the newest alone break what all together do not: then it is broken, and the figures are theirs. */
export function judgeParts<P>({ all, newest }: { all: P; newest: P[] }, judge: (part: P) => Judged): Judgement {
  const { words, ...whole } = judge(all);
  if (whole.state !== 'breached') {
    for (const part of newest) {
      const { words: ofNewest, ...judged } = judge(part);
      if (judged.state === 'breached') return { ...judged, reason: `the newest alone: ${ofNewest}; all: ${words}` };
    }
  }
  return { ...whole, reason: words };
}

function judgeMargin(
  { margin, names, isStrict }: Condition,
  parts: ReadonlyMap<MeanMetric, Part>,
  alpha: number,
): Judged {
  const { interval, words, ...estimates } = meanMargin(margin, names, parts, alpha);
  const judged = { candidate: null, stable: null, difference: null, ...estimates };
  if (interval === null) return { ...judged, state: 'open', words };
  if (isStrict ? interval.high <= 0 : interval.high < 0) return { ...judged, state: 'breached', words };
  if (isStrict ? interval.low > 0 : interval.low >= 0) return { ...judged, state: 'holds', words };
  return { ...judged, state: 'open', words: uncertain(words) };
}

export function uncertain(words: string): string {
  return `${words}; not certain yet`;
}

interface Margin {
  interval: Interval | null;
  words: string;
  candidate?: Estimate | null;
  stable?: Estimate | null;
  difference?: Estimate | null;
}

function meanMargin(
  margin: Arithmetic,
  names: string[][],
  parts: ReadonlyMap<MeanMetric, Part>,
  alpha: number,
): Margin {
  const paths = [...new Map(names.map((path) => [path.join('.'), path])).entries()];
  const [only, second] = [...parts];
  const form = linear(margin);
  if (only !== undefined && second === undefined && form !== null) {
    const [metric, part] = only;
    const own = form.terms.get(metric) ?? 0;
    const other = form.terms.get(`stable.${metric}`) ?? 0;
    if (own !== 0 && other === -own) return byDifference(metric, part, own, form.constant, alpha);
  }
  // Several intervals have to hold at once, so each gets its part of alpha.
  const estimates = new Map<string, Estimate>();
  for (const [name, path] of paths) {
    const metric = path.at(-1) ?? '';
    const part = isMeanMetric(metric) ? parts.get(metric) : undefined;
    if (part === undefined) continue;
    const arm = path[0] === 'stable' ? 'stable' : 'candidate';
    const estimate = armSequence(part.samples, arm, (alpha * part.weight[arm]) / paths.length);
    if (estimate === null) return { interval: null, words: `no ${name} yet` };
    estimates.set(name, estimate);
  }
  const words = [...estimates].map(([name, estimate]) => `${name} ${withInterval(estimate)}`).join(', ');
  const metric = only?.[0];
  return {
    interval: evaluateInterval(margin, (path) => estimates.get(path.join('.')) ?? { low: -Infinity, high: Infinity }),
    words: `${words}, n = ${Math.min(...[...estimates.values()].map(({ n }) => n))}`,
    candidate: metric === undefined ? null : (estimates.get(metric) ?? null),
    stable: metric === undefined ? null : (estimates.get(`stable.${metric}`) ?? null),
  };
}

/** own × (candidate − stable) + constant, with one interval for the difference. */
function byDifference(metric: MeanMetric, part: Part, own: number, constant: number, alpha: number): Margin {
  const compared = compareArms(metric, part, alpha);
  if (compared.difference === null) return { interval: null, ...compared };
  const ends = [own * compared.difference.low + constant, own * compared.difference.high + constant];
  return { interval: { low: Math.min(...ends), high: Math.max(...ends) }, ...compared };
}

/** Candidate beside stable by one mean metric. The arms' own intervals are for reading; the difference decides. */
export function compareArms(metric: MeanMetric, { samples, weight }: Part, alpha: number): ComparedArms {
  const candidate = armSequence(samples, 'candidate', alpha * weight.candidate);
  const stable = armSequence(samples, 'stable', alpha * weight.stable);
  const difference = differenceSequence(samples, alpha * weight.difference);
  if (candidate === null || stable === null || difference === null) {
    const lacking = candidate === null ? 'the candidate' : stable === null ? 'stable' : 'both versions together';
    return { candidate, stable, difference, words: `no ${metric} of ${lacking} yet` };
  }
  const [low, high] = [signed(difference.low), signed(difference.high)];
  return {
    candidate,
    stable,
    difference,
    words: `${metric} ${signed(difference.value)} [${low}, ${high}] against stable: ${inWords(candidate.value)}, ${inWords(stable.value)}, n = ${candidate.n}`,
  };
}

function withInterval({ value, low, high }: Estimate): string {
  return `${inWords(value)} [${inWords(low)}, ${inWords(high)}]`;
}
