/** The distinct words of a batch: equal words are one row of the products that are made of words. */
import type { Memory } from './memory.ts';
import type { Packed } from './packing.ts';

/** Each word once. Fills the memory's slots, and says for each position which of the words it has. */
export function distinctWords({ ids, total }: Packed, { layout, ints }: Memory, vocabulary: number): Int32Array {
  const slots = ints(layout.slots, vocabulary).fill(0);
  const words = ints(layout.words, total);
  const distinct: number[] = [];
  for (const [position, id] of ids.entries()) {
    const slot = slots[id] || distinct.push(id);
    slots[id] = slot;
    words[position] = slot - 1;
  }
  return Int32Array.from(distinct);
}
