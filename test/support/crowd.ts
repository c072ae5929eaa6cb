/** Users of the fake gateway: whenever routes change, some of each arm are answered and rate what they got. */
import type { Answer, Feedback } from '../../src/domain/feedback.ts';
import type { Arm } from '../../src/domain/route.ts';
import type { FakePorts } from './fake-ports.ts';

export interface CrowdOptions {
  /** Chance that a user of the candidate, or of stable, is satisfied. */
  candidate: number;
  stable: number;
  /** Users of each arm at each level of exposure. */
  users: number;
  seed: number;
}

/** Returns how to end it. */
export function crowd(ports: FakePorts, options: CrowdOptions): () => void {
  const random = mulberry(options.seed);
  const visited = new Set<string>();

  async function visit(): Promise<void> {
    for (const route of await ports.routes.current()) {
      const { phase, capability, model, candidate, stable } = route;
      if (candidate === null || phase === '' || visited.has(`${phase} ${capability}`)) continue;
      visited.add(`${phase} ${capability}`);
      const [given, other] = armsOf(phase);
      const answers: Answer[] = [];
      const feedback: Feedback[] = [];
      const rate = (version: string, arm: Arm, chance: number, i: number): void => {
        const id = `${phase} ${capability} ${arm} ${i}`;
        const happy = random() < chance;
        const common = {
          at: new Date().toISOString(),
          model,
          capability,
          version,
          arm,
          phase,
          user: `${phase} ${arm} ${i}`,
        };
        answers.push({ ...common, id, label: 'yes', confidence: 0.9, latencyMs: 2, failed: false });
        const said = { satisfaction: happy ? 1 : 0, comment: null, correctLabel: happy ? 'yes' : 'no', label: 'yes' };
        feedback.push({ ...common, ...said, id: `f ${id}`, answerId: id });
      };
      for (let i = 0; i < options.users; i++) rate(candidate, given, options.candidate, i);
      // Far more users are on stable than on a canary.
      const others = stable === null || other === null ? 0 : options.users * (other === 'stable' ? 5 : 1);
      for (let i = 0; i < others; i++) rate(stable ?? '', other ?? 'stable', options.stable, i);
      await ports.observations.record(answers, feedback);
    }
  }
  return ports.routes.watch(() => void visit());
}

function armsOf(phase: string): [Arm, Arm | null] {
  const step = phase.split('/').at(-2);
  if (step === 'gray') return ['gray', 'stable'];
  if (step === 'ab') return ['treatment', 'control'];
  return ['tester', step === 'audiences' ? 'stable' : null];
}

/** Numbers in [0, 1) from a seed: the same for each run. */
function mulberry(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
