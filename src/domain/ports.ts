/** What activities need from outside: each port is implemented for real once, and by a fake that passes the same suite. */
import type { AuditEntry, AuditEvent } from './audit.ts';
import type { StopAlls } from './control.ts';
import type { Delegations } from './delegation.ts';
import type { Answer, Comment, Feedback, LiveMetric, Sample } from './feedback.ts';
import type { Asked } from './freeze.ts';
import type { Profile, Usage } from './drift.ts';
import type { Cursor, IterationReport } from './iteration.ts';
import type { Correction, Lesson } from './lessons.ts';
import type { TrainSpec } from './plan.ts';
import type { ToNote } from './outbox.ts';
import type { Policy, Role } from './policy.ts';
import type { ReleaseReport } from './report.ts';
import type { Exposure, Route } from './route.ts';
import type { Exposed, Survey, SurveyResults } from './survey.ts';
import type { Comparison, Evaluation, Lineage, Part, TrainingProgress, Version } from './version.ts';

/** Trains and evaluates; long work that reports progress and stops when `signal` says so. */
export interface Trainer {
  /**
   * Trains a version and keeps its files. The same order gives the same digest, and an order that was interrupted goes
   * on from the networks that were finished.
   */
  train(order: TrainOrder, report: (progress: TrainingProgress) => void, signal: AbortSignal): Promise<TrainedVersion>;
  /** Measures a version on one part of a dataset; throws `VERSION_UNKNOWN` where its files are not there. */
  evaluate(order: EvaluateOrder, signal: AbortSignal): Promise<Evaluated>;
  /** What a version was trained for, to tell drift by; throws as `evaluate` does. */
  profile(order: ProfileOrder, signal: AbortSignal): Promise<Profile>;
}

export interface ProfileOrder {
  version: string;
  capabilities: string[];
  data: string;
}

export interface TrainOrder {
  model: string;
  capabilities: string[];
  spec: TrainSpec;
  /** Those that the spec names, where the trainer may not have seen them yet. */
  lessons?: Lesson[];
}

export type TrainedVersion = Omit<Version, 'number' | 'createdAt'> & {
  /** How many of the examples are what users corrected; left out where the order had no lessons. */
  lessons?: number;
};

export interface EvaluateOrder {
  version: string;
  /** Compared with on the same examples. */
  stable: string | null;
  capabilities: string[];
  data: string;
  part: Part;
  /** Also fit and measure the linear baseline. */
  baseline: boolean;
}

export interface Evaluated {
  candidate: Evaluation[];
  stable: Evaluation[];
  baseline: Evaluation[];
  comparisons: Comparison[];
  /** What the candidate was measured on, and what it learnt from; left out by what does not know. */
  lineage?: Lineage;
}

/** A version, loaded and ready to answer. */
export interface Predictor {
  /** Labels by capability. */
  labels: Record<string, string[]>;
  /** Answers for one text or many; confidence is the probability of the label, 0 to 1. */
  predict(capability: string, texts: string[]): Promise<Prediction[]>;
}

export interface Prediction {
  label: string;
  confidence: number;
  /** Of the text: tokens that were read, and how many of them the version has no word for. */
  read?: { tokens: number; unknown: number };
}

/** Where versions are loaded from, by digest; throws `VERSION_UNKNOWN` or `VERSION_DAMAGED`. */
export interface Models {
  load(digest: string): Promise<Predictor>;
  /** Says that a version which was loaded is in use still: where room is short, others leave before it. */
  keep(digest: string): void;
}

export interface Versions {
  /** Registers a trained version, or returns the one that is registered under its digest. */
  register(version: TrainedVersion): Promise<Version>;
  /** By digest, or by `v<number>` within the model. */
  find(model: string, name: string): Promise<Version | null>;
  list(model?: string): Promise<Version[]>;
}

/** A change of routes: all of its capabilities move together, under one new revision. */
export interface RouteChange {
  model: string;
  capabilities: string[];
  phase: string;
  to:
    | { kind: 'exposed'; candidate: string; exposure: Exposure }
    /** The candidate becomes what everybody has. */
    | { kind: 'full'; candidate: string }
    /** Everybody has `version`, what was stable when the stage began (null: the capability is not offered). */
    | {
        kind: 'restored';
        versions: Record<string, string | null>;
        /** Only capabilities whose phase begins so are put back: what somebody else has moved since is theirs. */
        under?: string;
      };
  /** When it was asked for; a freeze that holds then or now is heeded. Left out: the calendar does not matter. */
  asked?: Asked;
}

export interface Confirmations {
  revision: number;
  /** Gateways whose lease has not run out. */
  live: number;
  confirmed: number;
  /** Names of live gateways that have not confirmed, with their reason where they gave one. */
  missing: string[];
  /** Stop switches that were pulled at live gateways and still hold. */
  stops: Stop[];
}

/** Somebody pulled a gateway's stop switch: it serves stable for the whole model, until the store's routes say the same. */
export interface Stop {
  model: string;
  by: string;
  why: string;
  at: string;
}

export interface Routes {
  /**
   * Sets routes (never adds to them). Setting what is set already changes nothing and returns the same revision. While all
   * releases are stopped, it throws `STOPPED_ALL` for whatever would give a candidate to anybody, and in a freeze `FROZEN`
   * for what heeds it.
   */
  set(change: RouteChange): Promise<number>;
  current(model?: string): Promise<Route[]>;
  revision(): Promise<number>;
  confirmations(revision: number): Promise<Confirmations>;
  /** A gateway says what it serves; it is live for `leaseMs` from now. `problem` is why it cannot follow. */
  confirm(
    gateway: string,
    url: string,
    revision: number,
    leaseMs: number,
    problem: string | null,
    stops?: Stop[],
  ): Promise<void>;
  /** A gateway says that it stops. */
  leave(gateway: string): Promise<void>;
  /** Calls `changed` soon after routes changed; it may miss changes, so whoever needs them also polls. Returns how to end it. */
  watch(changed: () => void): () => void;
}

export interface Observations {
  /** Writes what happened at a gateway; writing it again changes nothing. */
  record(answers: Answer[], feedback: Feedback[]): Promise<void>;
  /** Values of a mean metric, one entry for each level of exposure under `phase` (`release/stage/step`). */
  sample(query: { phase: string; capability: string; metric: LiveMetric; shares: number[] }): Promise<Sample[]>;
  /** Quantiles of latency of both arms at all levels under `phase`; null where there is none. */
  quantile(query: { phase: string; capability: string; metric: LiveMetric }): Promise<Quantiles>;
  /** The newest so many comments under a release or a step of it, newest first. */
  comments(phase: string, most: number): Promise<Comment[]>;
  /** What was exposed and said, under a release or a step of it. */
  summary(phase: string): Promise<ObservationSummary[]>;
  /** How many users were answered there: one whom several capabilities, arms or versions answered counts once. */
  users(phase: string): Promise<number>;
}

export interface Quantiles {
  candidate: { value: number; n: number } | null;
  stable: { value: number; n: number } | null;
}

export interface ObservationSummary {
  capability: string;
  arm: string;
  version: string;
  answers: number;
  /** Of this line alone: the sum over lines counts some of them twice. */
  users: number;
  failures: number;
  rated: number;
  satisfaction: number | null;
  labelled: number;
  accuracy: number | null;
  /** How many comments there are; left out by what was kept before they were counted. */
  commented?: number;
  /** The newest of them, cut where they are long. */
  comments: string[];
}

/** What is known of a release before its first step. */
export interface NewRelease {
  id: string;
  runId: string;
  model: string;
  plan: unknown;
  startedAt: string;
}

export interface WhichReleases {
  model?: string | undefined;
  /** Only those that have not ended. */
  open?: boolean | undefined;
  /** Only those that began before this one; throws `RELEASE_UNKNOWN`. */
  before?: string | undefined;
  /** The newest so many; all when left out. */
  most?: number;
}

export interface Releases {
  /**
   * Takes a model for a release; throws `MODEL_BUSY` while another release of it runs. Taking it again is harmless. A
   * release that waited for the model waits no more.
   */
  begin(release: NewRelease): Promise<void>;
  /** Puts a release at the end of those that wait for its model, unless it is among them, has the model or has ended. */
  enqueue(release: NewRelease): Promise<void>;
  /** Releases that wait for a model, the first one first. */
  queue(model: string): Promise<string[]>;
  /** Releases under way and those that wait for their model, the oldest first. */
  open(): Promise<{ id: string; model: string; isQueued: boolean }[]>;
  /** Who has the model now; null when nobody has. */
  holder(model: string): Promise<{ id: string; startedAt: string } | null>;
  /** Frees the model of a release whose workflow is no more, and marks that release as failed with `reason`. */
  abandon(id: string, reason: string): Promise<void>;
  /**
   * Writes how far a run of a release is, so that it can be read when Temporal is not there. False: another run has ended
   * the release, and nothing is written. What comes late from the run that ended it is left alone.
   */
  record(id: string, runId: string, report: ReleaseReport, ended: boolean): Promise<boolean>;
  find(id: string): Promise<ReleaseReport | null>;
  /** Newest first. */
  list(which?: WhichReleases): Promise<ReleaseReport[]>;
  /** The names of the newest thousand, for whoever misspelt one. */
  names(): Promise<string[]>;
  /** A name for the next release of a model: `<model>-<n>`. */
  nextId(model: string): Promise<string>;
}

/** What a plan learns about: its model, and those of the model's capabilities that the plan holds. */
export interface Scope {
  model: string;
  capabilities: readonly string[];
}

/** What came back from users, to learn from. */
export interface LessonRecords {
  /** What came after these places in the order of arrival. */
  heard(of: Scope, since: Cursor): Promise<Heard>;
  /** The newest so many comments between these places, newest first. */
  comments(of: Scope, since: Cursor, through: Cursor, most: number): Promise<Comment[]>;
  /** What each version was asked and answered between these places. */
  usage(of: Scope, since: Cursor, through: Cursor): Promise<Usage[]>;
  /** All corrections with a text that came so far, in the order in which they came, the newest so many. */
  corrections(of: Scope, most: number): Promise<Correction[]>;
  /** Keeps lessons for good, and returns their digest. */
  keep(lessons: Lesson[]): Promise<string>;
  find(digest: string): Promise<Lesson[] | null>;
}

export interface Heard {
  summaries: ObservationSummary[];
  /** How many users were answered, each once. */
  users: number;
  /** Up to where it was read, of the whole model. */
  through: Cursor;
}

export interface Iterations {
  /** Writes how far an iteration is; the first time gives it its number, 1, 2, … of the model, which is returned. */
  record(report: IterationReport): Promise<number>;
  find(key: string): Promise<NumberedIteration | null>;
  /** The newest of a model, or one by its number; without a model, the newest of all. */
  newest(model?: string, number?: number): Promise<NumberedIteration | null>;
  /** The newest that learnt, of those whose plan held all these capabilities; `before`: of those with a smaller number. */
  lastLearnt(of: Scope, before?: number): Promise<NumberedIteration | null>;
  /** Newest first. */
  list(model?: string): Promise<NumberedIteration[]>;
}

export type NumberedIteration = IterationReport & { number: number };

export interface Surveys {
  /** How many users were answered in that time. */
  exposed(of: Pick<Survey, 'model' | 'capability' | 'version' | 'withinMs'>): Promise<number>;
  /**
   * Draws whom a survey asks, each about their last answer: at most so many as it says, and nobody who was asked too short a
   * time ago. They are noted as asked together with what `tell` has to be sent to them: both or neither. Again: the same
   * people, and nothing more is sent. `among`: these users alone.
   */
  ask(
    survey: Survey,
    how: { among: readonly string[] | null; tell: (asked: Exposed[]) => ToNote[] },
  ): Promise<Exposed[]>;
  find(id: string): Promise<Survey | null>;
  /** The newest that asked somebody, and how many newer ones asked nobody; where none ever did, the newest. */
  newest(): Promise<{ survey: Survey; newer: number } | null>;
  /** What somebody was asked about; null where they were not. */
  askedOf(id: string, user: string): Promise<Exposed | null>;
  /** Newest first. */
  list(model?: string): Promise<Survey[]>;
  /** With the comments, newest first. */
  results(survey: Survey): Promise<SurveyResults & { comments: Comment[] }>;
}

/** Plans that are started by their name. */
export interface Plans {
  find(name: string): Promise<unknown>;
  save(name: string, plan: unknown): Promise<void>;
  list(): Promise<string[]>;
}

/** The chain of decisions: appended to, never changed. */
export interface Audit {
  /** Appends what is not there yet; what is there already stays as it is. */
  append(events: AuditEvent[]): Promise<void>;
  /** All entries after `number`, in order, so many at most. */
  entries(after: number, most: number): Promise<AuditEntry[]>;
  /** Of those entries, what else is kept beside them and does not agree: which decides what counts as appended. */
  disagreeing(after: number, most: number): Promise<string[]>;
}

/** Who people are and what they may do. */
export interface Policies {
  current(): Promise<Policy>;
  set(policy: Policy, by: string): Promise<void>;
  /** Somebody showed a token that gives them these roles, for as long as it is good. */
  signIn(person: string, roles: Role[], until: Date): Promise<void>;
  /** Roles that somebody has by their last token, none when that is not good any more. */
  signedIn(person: string): Promise<Role[]>;
}

export interface Ports {
  trainer: Trainer;
  versions: Versions;
  routes: Routes;
  observations: Observations;
  releases: Releases;
  plans: Plans;
  policies: Policies;
  audit: Audit;
  stopAlls: StopAlls;
  delegations: Delegations;
  lessons: LessonRecords;
  iterations: Iterations;
  /** Whether a release's workflow is still running, asked of Temporal. */
  isRunning: (releaseId: string) => Promise<boolean>;
  /** How far a release is, asked of its workflow. */
  stateOf: (releaseId: string) => Promise<ReleaseReport>;
}

/** What short activities need: everything but the trainer, which works in a process of its own. */
export type RecordPorts = Omit<Ports, 'trainer'>;
