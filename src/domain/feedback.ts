/** What comes back from users: answers that they were given, and what they said of them. */
import type { Arm } from './route.ts';

/** One answer of the gateway. Written once; `id` makes writing it again harmless. */
export interface Answer {
  id: string;
  at: string;
  model: string;
  capability: string;
  version: string;
  arm: Arm;
  phase: string;
  /** Keyed hash of the user's id. */
  user: string;
  /** Null when the model failed. */
  label: string | null;
  confidence: number | null;
  latencyMs: number;
  failed: boolean;
  /** Tokens of the text that were read, and how many of them the version has no word for; null where it does not say. */
  tokens: number | null;
  unknown: number | null;
}

/** What a user said of an answer: tied to the answer's assignment by what its signed id carries. */
export interface Feedback {
  id: string;
  answerId: string;
  at: string;
  model: string;
  capability: string;
  version: string;
  arm: Arm;
  phase: string;
  user: string;
  /** The label that was answered. */
  label: string | null;
  /** 0 (bad) to 1 (good). */
  satisfaction: number | null;
  comment: string | null;
  /** What the answer should have been. */
  correctLabel: string | null;
  /** The text that was answered, without personal data; null where the application did not send it to be learnt from. */
  text: string | null;
}

/** What somebody wrote of an answer, without personal data. */
export interface Comment {
  text: string;
  /** Digest. */
  version: string;
  /** What the same user thought of the same answer, 0 to 1. */
  satisfaction: number | null;
}

/** What several comments are about. */
export interface Theme {
  /** Words that tell it from the others, the most telling first. */
  words: string[];
  comments: number;
  /** Mean over those who said so, 0 to 1. */
  satisfaction: number | null;
  /** How many were about each version (digest). */
  byVersion: Record<string, number>;
  /** Some of them, the most usual first. */
  examples: string[];
}

/** Of how many comments themes were found, where there are more than are read. */
export interface ThemesAmong {
  all: number;
  /** The newest of them, which were read. */
  read: number;
  /** Of those, the ones with the most usual texts, which were put together. */
  counted: number;
}

/** Live metrics that are means of values between 0 and 1 (tested by confidence sequences). */
export const meanMetrics = ['satisfaction', 'accuracy', 'errorRate'] as const;
/** Live metrics that are quantiles of latency in milliseconds. */
export const quantileMetrics = ['p50Ms', 'p95Ms', 'p99Ms'] as const;
export type MeanMetric = (typeof meanMetrics)[number];
export type QuantileMetric = (typeof quantileMetrics)[number];
export type LiveMetric = MeanMetric | QuantileMetric;

/**
 * One metric's values at one level of exposure, in the order in which they arrived; each user counts once per arm, with
 * the first value. `share` is the candidate's, so that values can be paired.
 */
export interface Sample {
  share: number;
  candidate: number[];
  stable: number[];
}
