/** Which iteration's lessons have reached users: what a version learnt that was rolled back is still to be learnt. */
import { sameSpec } from '../src/domain/iteration.ts';
import type { TrainSpec } from '../src/domain/plan.ts';
import type { NumberedIteration, RecordPorts, Scope } from '../src/domain/ports.ts';
import type { ReleaseReport } from '../src/domain/report.ts';

export interface Reached {
  /** The newest that learnt and whose version users have, or may still get; null: none. */
  last: NumberedIteration | null;
  /** Releases since then of what was learnt, none of which reached users; newest first. */
  lost: ReleaseReport[];
}

export async function lastReached({ iterations, releases }: RecordPorts, scope: Scope): Promise<Reached> {
  const lost: ReleaseReport[] = [];
  let last = await iterations.lastLearnt(scope);
  while (last !== null) {
    const release = last.release === null ? null : await releases.find(last.release);
    if (release === null || hasReached(release, scope)) break;
    lost.push(release);
    last = await iterations.lastLearnt(scope, last.number);
  }
  return { last, lost };
}

/** Whether its version is with all users in all of these capabilities, or is on its way. */
function hasReached({ state, stages }: ReleaseReport, { capabilities }: Scope): boolean {
  if (state === 'running' || state === 'paused' || state === 'released') return true;
  const released = new Set(stages.flatMap((stage) => (stage.state === 'released' ? stage.capabilities : [])));
  return capabilities.every((name) => released.has(name));
}

/** The newest of those releases whose version was trained by this very plan, on these very lessons. */
export function lostBefore(lost: readonly ReleaseReport[], spec: TrainSpec): ReleaseReport | null {
  return lost.find(({ candidate }) => candidate !== null && sameSpec(candidate.spec, spec)) ?? null;
}

/** Whether nothing spoke against its version but that nobody decided in time. */
export function wasUnanswered({ requests }: ReleaseReport): boolean {
  const last = requests.at(-1);
  return last?.outcome === 'rejected' && last.by === 'time-out';
}

/** A sentence without its full stop. */
export function lostInWords({ id, candidate, reason }: ReleaseReport): string {
  return `v${candidate?.number ?? '?'}, which learnt before, did not reach all users in ${id}: ${reason}`;
}
