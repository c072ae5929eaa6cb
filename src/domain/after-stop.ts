/** What becomes of releases when a stop of all of them is ended: which go on, and what still holds the others. */
import { awaitedOf } from './approval.ts';
import { holding, type Freeze } from './freeze.ts';
import type { ReleaseReport } from './report.ts';
import { listed, printable, standingText } from './words.ts';

export interface AfterStop {
  goOn: string[];
  /** `why` is a clause without a full stop. */
  held: { release: string; why: string }[];
}

/** `rolledBack` are those whose users the stop put back; `now` in milliseconds since 1970. */
export function afterStop(
  releases: readonly ReleaseReport[],
  freeze: readonly Freeze[],
  rolledBack: ReadonlySet<string>,
  now: number,
): AfterStop {
  const open = releases.filter(({ endedAt }) => endedAt === null);
  const all = open.map((report) => ({
    release: report.id,
    why: rolledBack.has(report.id) ? 'it ends: the stop rolled it back' : holdOf(report, freeze, now),
  }));
  return {
    goOn: all.flatMap(({ release, why }) => (why === null ? [release] : [])),
    held: all.flatMap(({ release, why }) => (why === null ? [] : [{ release, why }])),
  };
}

/** What holds a release beside the stop; null: nothing. */
function holdOf(report: ReleaseReport, freeze: readonly Freeze[], now: number): string | null {
  const { model, state, standing = null, decisions, waiting, overriddenUntil } = report;
  if (state === 'paused') {
    const by = decisions.findLast(({ what }) => what === 'paused')?.by;
    return `paused${by === undefined ? '' : ` by ${by}`}`;
  }
  if (standing?.kind === 'queued') return standing.why;
  const frozen = holding(freeze, model, { at: now, ...(overriddenUntil === undefined ? {} : { overriddenUntil }) });
  if (frozen !== null) {
    const until = frozen.until === null ? null : new Date(frozen.until).toISOString();
    return standingText({ why: `frozen: ${listed(frozen.names)}`, until });
  }
  return waiting === null ? null : `waits for ${awaitedOf(waiting)}`;
}

export function afterStopText({ goOn, held }: AfterStop): string {
  if (goOn.length === 0 && held.length === 0) return 'No release is under way.';
  const going = goOn.length === 0 ? 'None goes on by itself now.' : `Goes on: ${listed(goOn)}.`;
  const rest = held.map(({ release, why }) => `${release} (${why})`);
  // Whoever starts a release in Temporal gives it any id.
  return printable(rest.length === 0 ? going : `${going} Not yet: ${rest.join('; ')}.`);
}
