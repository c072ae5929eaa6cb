/** Which of many numbers people see first, where not all have room: what is broken, what is open yet, what is worst. */
import type { Finding } from './verdict.ts';
import type { Examination } from './version.ts';
import { listed } from './words.ts';

const states = ['breached', 'open', 'holds'] as const;

/** Broken conditions, then open ones, then those that hold; otherwise in the order of the plan. */
export function tellingFirst(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => states.indexOf(a.state) - states.indexOf(b.state));
}

/** Capabilities of broken conditions, then of open ones; then what is furthest behind stable. */
export function worstFirst(all: readonly Examination[], findings: readonly Finding[]): Examination[] {
  const rank = new Map(
    tellingFirst(findings)
      .toReversed()
      .map((one) => [one.capability, states.indexOf(one.state)]),
  );
  const rankOf = ({ capability }: Examination): number => rank.get(capability) ?? states.length;
  const ahead = ({ comparison }: Examination): number => comparison?.difference ?? 0;
  return all.toSorted((a, b) => rankOf(a) - rankOf(b) || ahead(a) - ahead(b));
}

/** `not shown: 33 open, 60 that hold`. */
export function leftOut(findings: readonly Finding[]): string {
  const words = { breached: 'broken', open: 'open', holds: 'that hold' };
  const counted = states.flatMap((state) => {
    const many = findings.filter((one) => one.state === state).length;
    return many === 0 ? [] : [`${many} ${words[state]}`];
  });
  return `not shown: ${listed(counted)}`;
}
