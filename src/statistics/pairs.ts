/** Values of two arms put together in the order of arrival, so that their means can be compared. */
import type { Sample } from '../domain/feedback.ts';

/** Values of one arm that are averaged against one of the other, at the most: more would make the difference no steadier. */
const maxBlock = 20;

/** How many values of each arm make one pair: one of the rarer arm, and as many of the other as come for it at this share. */
export function blocksOf(share: number): { candidate: number; stable: number } {
  if (!(share > 0 && share < 1)) return { candidate: 1, stable: 1 };
  const blockOf = (ratio: number) => Math.min(maxBlock, Math.max(1, Math.round(ratio)));
  return { candidate: blockOf(share / (1 - share)), stable: blockOf((1 - share) / share) };
}

/**
 * Candidate minus stable, -1 to 1: one difference for each pair of blocks. Sizes depend on the share alone, so later
 * values never change earlier pairs; the arm that runs short decides how many pairs there are.
 */
export function differences({ share, candidate, stable }: Sample): number[] {
  if (!(share > 0 && share < 1)) return [];
  const blocks = blocksOf(share);
  const pairs = Math.min(Math.floor(candidate.length / blocks.candidate), Math.floor(stable.length / blocks.stable));
  return Array.from(
    { length: pairs },
    (_, k) => blockMean(candidate, k, blocks.candidate) - blockMean(stable, k, blocks.stable),
  );
}

function blockMean(values: readonly number[], k: number, size: number): number {
  let sum = 0;
  for (let i = k * size; i < (k + 1) * size; i++) sum += values[i] ?? 0;
  return sum / size;
}
