/** Users of the fake gateway: whenever routes change, some of each arm are answered and rate what they got. */
import type { Answer, Feedback } from '../../src/domain/feedback.ts';
import type { Arm, Route } from '../../src/domain/route.ts';
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
      const { phase, capability, candidate, stable } = route;
      if (candidate === null || phase === '' || visited.has(`${phase} ${capability}`)) continue;
      visited.add(`${phase} ${capability}`);
      const [given, other] = armsOf(phase);
      const answers: Answer[] = [];
      const feedback: Feedback[] = [];
      const rate = (version: string, arm: Arm, chance: number, i: number): void => {
        const one = rated(route, version, arm, `${i}`, random() < chance);
        answers.push(one.answer);
        feedback.push(one.feedback);
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

/** In an A/B test, so many more users of each arm: all are content with stable, and none with the candidate. */
export async function complain(ports: FakePorts, users: number): Promise<void> {
  for (const route of await ports.routes.current()) {
    const { candidate, stable } = route;
    if (candidate === null || stable === null) continue;
    const [own, other] = armsOf(route.phase);
    const all = Array.from({ length: users }, (_, i) => [
      rated(route, candidate, own, `late ${i}`, false),
      ...(other === null ? [] : [rated(route, stable, other, `late ${i}`, true)]),
    ]).flat();
    await ports.observations.record(
      all.map(({ answer }) => answer),
      all.map(({ feedback }) => feedback),
    );
  }
}

function rated({ phase, capability, model }: Route, version: string, arm: Arm, who: string, happy: boolean) {
  const id = `${phase} ${capability} ${arm} ${who}`;
  const user = `${phase} ${arm} ${who}`;
  const common = { at: new Date().toISOString(), model, capability, version, arm, phase, user };
  const answer: Answer = {
    ...common,
    id,
    label: 'yes',
    confidence: 0.9,
    latencyMs: 2,
    failed: false,
    tokens: null,
    unknown: null,
  };
  const said = {
    satisfaction: happy ? 1 : 0,
    comment: null,
    correctLabel: happy ? 'yes' : 'no',
    label: 'yes',
    text: null,
  };
  const feedback: Feedback = { ...common, ...said, id: `f ${id}`, answerId: id };
  return { answer, feedback };
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
