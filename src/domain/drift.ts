/** How far what a model is asked and answers has moved from what it was trained for. */
import { inWords } from './words.ts';

/** Counts of texts in each bin of `inputBins`. */
export interface InputCounts {
  /** By the tokens that are read of a text. */
  tokens: number[];
  /** By the share of those that the version has no word for. */
  unknown: number[];
}

/** What a version was trained for, measured on its validation part: texts that are like those of its training, yet unseen. */
export interface Profile extends InputCounts {
  version: string;
  /** How often it answers each label there, by capability. */
  answers: Record<string, Record<string, number>>;
}

/** What one version was asked and answered. */
export interface Usage extends InputCounts {
  version: string;
  answers: Record<string, Record<string, number>>;
}

export interface DriftFinding {
  /** `answers of topic`, `length of texts`, `unknown words` */
  what: string;
  version: string;
  /** Population stability index: under 0.1 is little, over 0.25 much. */
  psi: number;
  /** Answers that it was measured on. */
  n: number;
}

/** Lower limits of all bins but the first. */
export const inputBins = {
  tokens: [1, 5, 10, 20, 40, 80, 160, 320],
  unknown: [0.01, 0.02, 0.05, 0.1, 0.2, 0.4],
} as const;

/** Of fewer answers the index is mostly chance: of k bins it is about (k - 1) / n where nothing has moved. */
const leastAnswers = 200;

/** Every comparison that there are enough answers for, the largest first. */
export function driftOf(profiles: readonly Profile[], usages: readonly Usage[]): DriftFinding[] {
  const findings = usages.flatMap((usage): DriftFinding[] => {
    const profile = profiles.find(({ version }) => version === usage.version);
    if (profile === undefined) return [];
    const found = (what: string, expected: readonly number[], actual: readonly number[]): DriftFinding[] => {
      const n = sum(actual);
      if (n < leastAnswers || sum(expected) === 0) return [];
      return [{ what, version: usage.version, psi: stabilityIndex(expected, actual), n }];
    };
    const answers = Object.entries(profile.answers).flatMap(([capability, expected]) => {
      const actual = usage.answers[capability] ?? {};
      const labels = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
      const counts = (of: Record<string, number>): number[] => labels.map((label) => of[label] ?? 0);
      return found(`answers of ${capability}`, counts(expected), counts(actual));
    });
    return [
      ...answers,
      ...found('length of texts', profile.tokens, usage.tokens),
      ...found('unknown words', profile.unknown, usage.unknown),
    ];
  });
  return findings.sort((a, b) => b.psi - a.psi);
}

/**
 * Σ (a - e) ln(a / e) over the shares of bins, each with half a count more, so that an empty one is no infinity. [bins]
 * counts both. Source: Siddiqi, Credit Risk Scorecards (2006), chapter 8.
 */
export function stabilityIndex(expected: readonly number[], actual: readonly number[]): number {
  const shares = (counts: readonly number[]): number[] => {
    const all = sum(counts) + counts.length / 2;
    return counts.map((count) => (count + 0.5) / all);
  };
  const [e, a] = [shares(expected), shares(actual)];
  return e.reduce((total, share, bin) => {
    const other = a[bin] ?? share;
    return total + (other - share) * Math.log(other / share);
  }, 0);
}

/** Which bin a value is in: 0 is below the first limit. */
function binOf(value: number, limits: readonly number[]): number {
  const place = limits.findIndex((limit) => value < limit);
  return place === -1 ? limits.length : place;
}

/** Counts of texts by their tokens, and by how many of those are unknown. */
export function countInputs(texts: readonly { tokens: number; unknown: number }[]): InputCounts {
  const tokens = Array.from({ length: inputBins.tokens.length + 1 }, () => 0);
  const unknown = Array.from({ length: inputBins.unknown.length + 1 }, () => 0);
  for (const text of texts) {
    const [length, share] = [binOf(text.tokens, inputBins.tokens), text.unknown / Math.max(1, text.tokens)];
    const bin = binOf(share, inputBins.unknown);
    tokens[length] = (tokens[length] ?? 0) + 1;
    unknown[bin] = (unknown[bin] ?? 0) + 1;
  }
  return { tokens, unknown };
}

/** `drift 0.31 (answers of topic, n = 1204)` */
export function driftInWords({ what, psi, n }: DriftFinding): string {
  return `drift ${inWords(psi)} (${what}, n = ${n})`;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
