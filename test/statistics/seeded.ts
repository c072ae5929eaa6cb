/** Random numbers that are the same in every run (mulberry32). */
export interface Seeded {
  /** Uniform in [0, 1). */
  uniform: () => number;
  /** 1 with probability p, else 0. */
  coin: (p: number) => number;
}

export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { uniform, coin: (p) => (uniform() < p ? 1 : 0) };
}
