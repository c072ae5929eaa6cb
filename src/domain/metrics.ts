/** Which names a plan's expressions may use, and where: one table for each kind of expression. */
import { meanMetrics, quantileMetrics, type MeanMetric, type QuantileMetric } from './feedback.ts';
import { listed, nearest } from './words.ts';

const live: string[] = [...meanMetrics, ...quantileMetrics];
/** Held-out metrics that also exist for each class, as `recall.spam`. */
export const classMetrics = ['precision', 'recall', 'f1'] as const;
export type ClassMetric = (typeof classMetrics)[number];
const heldOut: string[] = ['accuracy', ...classMetrics, 'n'];
const averages = ['macro', 'weighted'];
/** Of the groups that examples fall into: the distance of the best and the worst accuracy, and the worst one. */
export const groupMetrics = ['gap', 'worst'] as const;
export type GroupMetric = (typeof groupMetrics)[number];

/** What `learn when` may look at: sums and means over a release or since the model last learnt; `drift` only in the latter. */
export const learningFigures = [
  'answers',
  'users',
  'failures',
  'rated',
  'satisfaction',
  'labelled',
  'corrections',
  'accuracy',
  'errorRate',
  'comments',
  'drift',
] as const;
export type LearningFigure = (typeof learningFigures)[number];

/** What is known of a plan when the names in it are checked. */
export interface Known {
  capabilities: string[];
  /** Labels of each capability, where the data is at hand. */
  labels: Record<string, string[]> | null;
  /** The capability that a gate belongs to; null: all of them. */
  capability: string | null;
}

export type Vocabulary = (path: string[], known: Known) => string | null;

/** Each answers null, or what is wrong with a name. */
export const vocabularies = {
  /** Score of a capability. */
  order: (path) => oneOf(path, ['importance', 'demand', 'risk'], 'something that a capability has'),
  /** ΔN(t). */
  then: (path) => oneOf(path, ['t'], 'known here; ΔN is an expression of t alone'),
  guardrail: (path) =>
    path[0] === 'stable' ? behind(path, live, 'a live metric') : oneOf(path, live, 'a live metric'),
  learnWhen: (path) => oneOf(path, [...learningFigures], 'something that a release counts'),
  gate: gateName,
} as const satisfies Record<string, Vocabulary>;

function gateName(path: string[], known: Known): string | null {
  const [first = '', second, third] = path;
  if (first === 'testers') return behind(path, live, 'a live metric');
  if (first === 'difference') {
    return second === undefined || (path.length === 2 && ['low', 'high'].includes(second))
      ? null
      : `${path.join('.')} is not known; write difference, difference.low or difference.high`;
  }
  if (first === 'stable' || first === 'baseline') {
    if (second === undefined) return `${first} alone is not a metric; write e.g. ${first}.accuracy`;
    return gateName(path.slice(1), known);
  }
  if (isGroupMetric(first)) {
    if (second === undefined)
      return `${first} alone is not a metric; write what examples are grouped by, e.g. ${first}.tokens`;
    return third === undefined ? null : tooLong(path);
  }
  if (averages.includes(first)) return behind(path, [...classMetrics], 'an average');
  if (isClassMetric(first) && second !== undefined) {
    return third === undefined ? className(first, second, known) : tooLong(path);
  }
  return oneOf(
    path,
    [...heldOut, 'stable', 'baseline', 'testers', 'weighted', 'macro', 'difference', ...groupMetrics],
    'a metric of the internal test',
  );
}

/** `recall.spam` is about the class spam, or, in a gate for all, about the capability spam alone. */
function className(metric: ClassMetric, name: string, { capabilities, labels, capability }: Known): string | null {
  if (labels === null || (capability === null && capabilities.includes(name))) return null;
  const concerned = capability === null ? capabilities : [capability];
  const classes = concerned.flatMap((one) => labels[one] ?? []);
  if (classes.includes(name) && (capability !== null || concerned.every((one) => labels[one]?.includes(name))))
    return null;
  if (classes.includes(name)) {
    const owners = concerned.filter((one) => labels[one]?.includes(name));
    return `only ${listed(owners)} can answer ${name}; write ${metric}.${name} as the gate of that capability, under capabilities.${owners[0]}.gate`;
  }
  const near = nearest(name, [...classes, ...capabilities]);
  const hint = near === null ? `classes are ${listed([...new Set(classes)])}` : `did you mean ${metric}.${near}?`;
  return `${metric}.${name} is not a metric of this plan; ${hint}`;
}

function behind(path: string[], names: string[], what: string): string | null {
  const [first = '', second] = path;
  if (second === undefined) return `${first} alone is not a metric; write e.g. ${first}.${names[0]}`;
  const problem = oneOf(path.slice(1), names, what);
  return problem === null ? null : `${first}.${problem}`;
}

function oneOf(path: string[], names: string[], what: string): string | null {
  const [first = ''] = path;
  if (names.includes(first)) return path.length === 1 ? null : tooLong(path);
  const near = nearest(first, names);
  return `${path.join('.')} is not ${what}; ${near === null ? `use ${listed(names, 'or')}` : `did you mean ${near}?`}`;
}

function tooLong(path: string[]): string {
  return `${path.join('.')} goes too deep; ${path[0]} has no parts there`;
}

export function isMeanMetric(name: string): name is MeanMetric {
  return meanMetrics.some((metric) => metric === name);
}

export function isQuantileMetric(name: string): name is QuantileMetric {
  return quantileMetrics.some((metric) => metric === name);
}

export function isClassMetric(name: string): name is ClassMetric {
  return classMetrics.some((metric) => metric === name);
}

export function isGroupMetric(name: string): name is GroupMetric {
  return groupMetrics.some((metric) => metric === name);
}
