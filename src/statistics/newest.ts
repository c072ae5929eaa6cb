/**
 * What came last, beside all that came: a mean of thousands hides for long that the last hundred are bad. Each start on a
 * grid has its own small part of the chance of a wrong decision, so all of them may be looked at, always, and only those
 * that tell something are (Shekhar and Ramdas, "Reducing sequential change detection to sequential estimation", 2023).
 */
import type { Sample } from '../domain/feedback.ts';
import { blocksOf } from './pairs.ts';

/** Part of the values, with the part of alpha that an interval of each arm or of their difference has there. */
export interface Part {
  samples: Sample[];
  weight: { candidate: number; stable: number; difference: number };
}

export interface Parts {
  all: Part;
  /** Of the level of exposure that is under way, the shortest first. */
  newest: Part[];
}

/** Of alpha; the rest is for all values together. */
const shareOfNewest = 1 / 4;
/** Pairs from one possible start to the next. */
const stride = 20;
/** How much longer each part is than the next shorter one. */
const growth = 1.5;

export function partsOf(samples: readonly Sample[]): Parts {
  const rest = 1 - shareOfNewest;
  const all: Part = { samples: [...samples], weight: { candidate: rest, stable: rest, difference: rest } };
  const level = samples.findLast((sample) => pairsOf(sample, 'candidate') >= stride);
  if (level === undefined) return { all, newest: [] };
  const length = pairsOf(level, 'candidate');
  const starts = new Set<number>();
  for (let wanted = stride; wanted < length; wanted *= growth) starts.add(Math.floor((length - wanted) / stride));
  // The whole level is a part of its own where others came before it.
  if (samples.some((sample) => sample !== level && sample.candidate.length > 0)) starts.add(0);
  const share = shareOfNewest / samples.length;
  return { all, newest: [...starts].sort((a, b) => b - a).map((start) => partFrom(level, start, share)) };
}

/** Both arms from about the same moment on: where stable is short of values, or has more than its share, by as much. */
function partFrom(level: Sample, start: number, share: number): Part {
  const blocks = blocksOf(level.share);
  const stableStart = Math.floor((start * pairsOf(level, 'stable')) / pairsOf(level, 'candidate'));
  const apart = Math.abs(stableStart - start);
  return {
    samples: [
      {
        share: level.share,
        candidate: level.candidate.slice(start * stride * blocks.candidate),
        stable: level.stable.slice(stableStart * stride * blocks.stable),
      },
    ],
    weight: {
      candidate: share * falling(start),
      stable: share * falling(stableStart),
      // Over all distances, to both sides, the latter are 3/2 together.
      difference: (share * falling(start) * falling(apart) * 2) / 3,
    },
  };
}

/** 1/2, 1/6, 1/12, …: 1 together. */
function falling(k: number): number {
  return 1 / ((k + 1) * (k + 2));
}

function pairsOf(sample: Sample, arm: 'candidate' | 'stable'): number {
  return Math.floor(sample[arm].length / blocksOf(sample.share)[arm]);
}
