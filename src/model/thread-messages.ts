/** What a model thread is asked to do, and what it says. */
import type { CapabilityCard, CardOrder, ExplainedAnswer, ExplainOrder, MeasuredCard } from '../domain/card.ts';
import type { Profile } from '../domain/drift.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { Lesson } from '../domain/lessons.ts';
import type { Evaluated, EvaluateOrder, ProfileOrder } from '../domain/ports.ts';
import type { TrainSpec } from '../domain/plan.ts';
import type { Dataset, DatasetPlaces } from '../datasets/dataset.ts';
import type { Replica } from './memory.ts';
import type { Head } from './shape.ts';
import type { Step } from './training.ts';

/** Given to a thread at its start. */
export interface ThreadSetting {
  artefacts: string;
  places: DatasetPlaces;
  /** URL of the module that opens datasets: a function cannot be given to a thread. */
  datasets: string;
}

export interface DatasetModule {
  openDataset(name: string, places: DatasetPlaces): Promise<Dataset>;
}

/** Reads and checks what a version will learn from. */
export interface PrepareJob {
  kind: 'prepare';
  spec: TrainSpec;
  capabilities: string[];
  lessons?: Lesson[];
}

export interface Prepared {
  dataDigest: string;
  vocabulary: string[];
  /** One for each capability, or one for all of them. */
  networks: PlannedNetwork[];
  /** Examples with a label for any of the capabilities. */
  trainedOn: number;
  /** How many of them are lessons. */
  lessons: number;
}

export interface PlannedNetwork {
  heads: Head[];
  /** Examples with a label for any of its heads. */
  examples: number;
}

/** Trains one network and keeps it under `key`. */
export interface TrainJob {
  kind: 'train';
  spec: TrainSpec;
  heads: Head[];
  vocabulary: string[];
  key: string;
  /** Left out: this thread trains it alone. The first of several keeps it, and says how far it is. */
  replica?: Replica;
}

export interface EvaluateJob {
  kind: 'evaluate';
  order: EvaluateOrder;
  /** What is known of what versions answer. */
  answers: Answers[];
}

/** Counts the answers that an evaluation needs and nobody has kept. */
export interface CountJob {
  kind: 'count';
  order: EvaluateOrder;
}

/** Answers every so many of the examples that are measured, for other threads to take the rest. */
export interface AnswerJob {
  kind: 'answer';
  order: EvaluateOrder;
  share: Share;
}

export interface Share {
  index: number;
  count: number;
}

/** A version's answers for one capability, in the order of the examples. */
export interface Answers {
  version: string;
  capability: string;
  answers: string[];
}

/** Measures the capabilities of a card, or describes all else of the version. */
export interface CardJob {
  kind: 'capabilities' | 'describe';
  order: CardOrder;
}

export interface ExplainJob {
  kind: 'explain';
  order: ExplainOrder;
}

export interface ProfileJob {
  kind: 'profile';
  order: ProfileOrder;
}

export type Job = PrepareJob | TrainJob | EvaluateJob | CountJob | AnswerJob | CardJob | ExplainJob | ProfileJob;

export type ThreadMessage =
  | { kind: 'ready' }
  | { kind: 'step'; step: Step }
  | { kind: 'prepared'; prepared: Prepared }
  | { kind: 'trained' }
  | { kind: 'evaluated'; evaluated: Evaluated }
  | { kind: 'counted'; count: number }
  | { kind: 'answered'; answers: Answers[] }
  | { kind: 'capabilities'; capabilities: CapabilityCard[] }
  | { kind: 'described'; described: Omit<MeasuredCard, 'capabilities'> }
  | { kind: 'explained'; explained: ExplainedAnswer }
  | { kind: 'profiled'; profile: Profile }
  | { kind: 'failed'; code: ErrorCode | null; message: string; problems: string[] };
