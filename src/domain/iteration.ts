/** Step 7 over a schedule: what came back since a model last learnt, and what it is to learn from that, and how. */
import type { DriftFinding } from './drift.ts';
import { judge } from './evaluate.ts';
import { canonical } from './evidence.ts';
import { parseCondition } from './expressions.ts';
import type { Theme, ThemesAmong } from './feedback.ts';
import { figureOf, type Figures } from './learning.ts';
import type { LeftOut } from './lessons.ts';
import type { Adjustment, TrainSpec } from './plan.ts';
import { inWords } from './words.ts';

/** Up to where answers and feedback were read: their places in the order of arrival. */
export interface Cursor {
  answers: number;
  feedback: number;
}

/**
 * The ways in which a model learns more: new data from corrections, and the strategy paper's adjustment of parameters,
 * improvement of features and optimisation of the algorithm (its section 3.2.7).
 */
export type WayToLearn = 'data' | 'parameters' | 'features' | 'algorithm';

/** What is trained otherwise than before. */
export interface LearningChange {
  way: WayToLearn;
  /** A key of `train`, e.g. `epochs`. */
  what: string;
  from: string;
  to: string;
  why: string;
}

/** The lessons that a version learns from, kept under their digest. */
export interface KeptLessons {
  digest: string;
  count: number;
  /** Of them, those that were learnt from: not those that versions are measured by. Null until they were. */
  used: number | null;
  /** Of them, those that the model had not learnt from before. */
  fresh: number;
  byCapability: Record<string, number>;
  leftOut: LeftOut;
}

/** What an iteration heard and made of it; the release that it starts carries it in its report. */
export interface Learning {
  /** Key of the iteration. */
  iteration: string;
  /** Of the plan that it was told, before it learnt (see `planDigest`); left out by an earlier Gradus. */
  planDigest?: string;
  /** When the model last learnt; null: never. */
  since: string | null;
  until: string;
  figures: Figures;
  /** Of the versions that users have, the largest first; empty where too little was answered to tell. */
  drift: DriftFinding[];
  /** What comments were about, the most usual first. */
  themes: Theme[];
  /** Left out by an earlier Gradus. */
  themesAmong?: ThemesAmong;
  learn: boolean;
  reasons: string[];
  lessons: KeptLessons | null;
  changes: LearningChange[];
}

/** As the report of its release has it; iterations of a model are numbered 1, 2, … */
export type ReleaseLearning = Learning & { number: number };

/** One iteration, from its first look to the end of its release. */
export interface IterationReport {
  key: string;
  workflow: string;
  model: string;
  /** Of its plan. */
  capabilities: string[];
  startedAt: string;
  endedAt: string | null;
  /** Null until feedback was gathered. */
  learning: Learning | null;
  through: Cursor;
  /** The release that it started. */
  release: string | null;
  state: 'running' | 'nothingToLearn' | 'learnt' | 'failed';
  /** What came of it, in a sentence. */
  outcome: string;
}

const ways: Record<string, WayToLearn> = {
  data: 'features',
  share: 'features',
  vocabulary: 'features',
  length: 'features',
  embedding: 'features',
  lessons: 'data',
  network: 'algorithm',
  units: 'algorithm',
  pooling: 'algorithm',
};

/** What is adjusted by the plan, because of what was heard. */
export function adjustmentsFor(
  adjust: readonly Adjustment[],
  figures: Figures,
): { set: Adjustment['set']; why: string }[] {
  return adjust.flatMap(({ when, set }) => {
    const { state, reasons } = judge(parseCondition(when), ([name = '']) => figureOf(figures, name));
    return state === 'holds' ? [{ set, why: reasons.join(', ') }] : [];
  });
}

/** The plan's training with what was adjusted and the lessons; later adjustments win. */
export function learntSpec(spec: TrainSpec, adjusted: { set: Adjustment['set'] }[], lessons: string | null): unknown {
  const set = Object.assign({}, ...adjusted.map((one) => one.set));
  return { ...spec, ...set, ...(lessons === null ? {} : { lessons }) };
}

/** Every key that is another one than before, with why. */
export function changesOf(
  before: TrainSpec,
  after: TrainSpec,
  adjusted: { set: Adjustment['set']; why: string }[],
  kept: KeptLessons | null,
): LearningChange[] {
  const old = new Map<string, unknown>(Object.entries(before));
  const now = new Map<string, unknown>(Object.entries(after));
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((what): LearningChange[] => {
    const [from, to] = [old.get(what), now.get(what)];
    if (from === to) return [];
    const way = ways[what] ?? 'parameters';
    if (what === 'lessons') {
      const count = kept === null ? '' : `${kept.count} texts that users said the label of, ${kept.fresh} of them new`;
      return [
        { way, what, from: from === undefined ? 'none' : 'those of before', to: count, why: 'users corrected answers' },
      ];
    }
    const why = adjusted.findLast(({ set }) => what in set)?.why ?? '';
    return [{ way, what, from: valueInWords(from), to: valueInWords(to), why }];
  });
}

/** Whether both give the same version from the same data. */
export function sameSpec(a: TrainSpec, b: TrainSpec): boolean {
  return canonical(a) === canonical(b);
}

function valueInWords(value: unknown): string {
  if (value === undefined) return 'the default';
  return typeof value === 'number' ? inWords(value) : JSON.stringify(value).replaceAll('"', '');
}
