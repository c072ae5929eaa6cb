/** Who of the simulated users comes next, for which capability, and with which mail. */
import type { Example } from '../datasets/dataset.ts';
import { shuffle } from '../model/random.ts';

export interface CrowdOptions {
  examples: readonly Example[];
  capabilities: readonly string[];
  users: number;
  testers: readonly string[];
  focus?: () => readonly string[];
}

/** One user in so many is a tester; testers are eager, and make this share of all requests. */
const usersPerTester = 50;
const testersShare = 0.1;
const returningShare = 0.2;
const focusShare = 0.85;

export interface Visitor {
  id: string;
  groups: string[];
}

/** Who comes next, and with what. */
export function crowdOf(options: CrowdOptions, random: () => number) {
  const { examples, capabilities, users, testers, focus } = options;
  const pick = <T>(list: readonly T[]): T | null => list[Math.floor(random() * list.length)] ?? null;
  const isTester = (number: number): boolean => testers.length > 0 && number % usersPerTester === 0;
  const numbers = Array.from({ length: users }, (_, index) => index + 1);
  const order = shuffle(Int32Array.from(numbers), random);
  const testing = numbers.filter(isTester);
  const labelled = new Map(
    capabilities.map((name) => [name, examples.filter((example) => example.labels[name] !== undefined)]),
  );
  let position = 0;
  return {
    /** Everybody comes in turn; some come back, and testers come more often. */
    next(): Visitor {
      const draw = random();
      const number =
        draw < testersShare && testing.length > 0
          ? (pick(testing) ?? 1)
          : draw < testersShare + returningShare
            ? (order[Math.floor(random() * Math.min(position, users))] ?? order[0] ?? 1)
            : (order[position++ % users] ?? 1);
      const groups = isTester(number) ? [...testers] : [];
      return { id: `u-${String(number).padStart(5, '0')}`, groups };
    },
    capability(awake: (name: string) => boolean): string | null {
      const usual = capabilities.filter(awake);
      const wanted = usual.filter((name) => focus?.().includes(name));
      return pick(wanted.length > 0 && random() < focusShare ? wanted : usual);
    },
    example: (capability: string): Example | null => pick(labelled.get(capability) ?? []),
  };
}
