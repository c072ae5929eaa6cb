/** Whom a message asks, so that Slack tells them: by mention, with whoever stands in for them, and not too many at once. */
import { awaitedOf, isFor, stillAsked } from '../domain/approval.ts';
import { isInForce, type Delegation } from '../domain/delegation.ts';
import type { Policy } from '../domain/policy.ts';
import type { Waiting } from '../domain/report.ts';
import { listed } from '../domain/words.ts';
import { escaped } from './text.ts';

/** How people are told of. */
export interface Naming {
  /** A person's name as Slack tells them of it. */
  mention: (name: string) => string;
  /** Who decides for somebody who is away. */
  standIns: (name: string) => readonly string[];
}

/** Nobody is told. */
export const byName: Naming = { mention: escaped, standIns: () => [] };

/** People who are told at once. */
const mostMentioned = 10;

export function namingOf({ people }: Policy, delegations: readonly Delegation[], nowMs: number): Naming {
  const known = new Map(Object.entries(people).map(([name, { slack }]) => [name, slack]));
  const inForce = delegations.filter((one) => isInForce(one, nowMs));
  return {
    mention: (name) => {
      const slack = known.get(name) ?? null;
      return slack === null ? escaped(name) : `<@${slack}>`;
    },
    standIns: (name) => [...new Set(inForce.filter(({ from }) => from === name).map(({ to }) => to))],
  };
}

/** Who can still decide: `<@U1>, <@U2> (for wang) or cem`; where that is anybody, in words that tell nobody. */
export function whomOf(waiting: Waiting, { mention, standIns }: Naming): string {
  const asked = stillAsked(waiting);
  const all = asked.flatMap((name) => [
    mention(name),
    ...standIns(name)
      .filter((other) => !asked.includes(other) && isFor(waiting, other, [name]))
      .map((other) => `${mention(other)} (for ${escaped(name)})`),
  ]);
  if (all.length === 0) return escaped(awaitedOf(waiting));
  if (all.length <= mostMentioned) return listed(all, 'or');
  // Those whom Slack can tell come first.
  const isTold = (one: string): boolean => one.startsWith('<@');
  const inOrder = [...all.filter(isTold), ...all.filter((one) => !isTold(one))];
  return `${inOrder.slice(0, mostMentioned).join(', ')} and ${all.length - mostMentioned} more`;
}

/** A line that asks them. */
export function askingLine(waiting: Waiting, naming: Naming): string {
  const nobody = waiting.from.length === 0 ? '; nobody is told by name' : '';
  return `Asks ${whomOf(waiting, naming)}${nobody}.`;
}
