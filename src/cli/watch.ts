/** Follows a release until it ends: a line for each thing that happens, for logs and pipes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { GradusError } from '../domain/errors.ts';
import type { Releases } from '../domain/ports.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { eventLines } from './event-lines.ts';

export interface WatchOptions {
  /** Ends the watching, not the release. */
  signal: AbortSignal;
  /** Prints nothing. */
  quiet: boolean;
}

const lookEveryMs = 500;
/** How long the records may be away before we stop looking. */
const awayMs = 60_000;
/** How long a release that was just started may take to be recorded. */
const appearsWithinMs = 30_000;

/** Resolves with the release at its end, or as it was when `signal` ended the watching. */
export async function watchRelease(
  releases: Pick<Releases, 'find'>,
  id: string,
  { signal, quiet }: WatchOptions,
): Promise<ReleaseReport> {
  const startedAt = Date.now();
  let seenAt = Date.now();
  let report: ReleaseReport | null = null;
  for (;;) {
    const before: ReleaseReport | null = report;
    try {
      report = (await releases.find(id)) ?? report;
      seenAt = Date.now();
    } catch (error) {
      if (Date.now() - seenAt > awayMs) throw error;
    }
    if (report === null && Date.now() - startedAt > appearsWithinMs) {
      throw new GradusError(
        'RELEASE_UNKNOWN',
        `${id} has recorded nothing within ${appearsWithinMs / 1000} s: does a worker run? (gradus up)`,
      );
    }
    if (report !== null && !quiet) for (const line of eventLines(before, report)) console.log(line);
    if (report !== null && (report.endedAt !== null || signal.aborted)) return report;
    await sleep(lookEveryMs, undefined, { signal }).catch(() => {});
    if (report === null && signal.aborted) throw new GradusError('RELEASE_UNKNOWN', `${id} has not begun yet.`);
  }
}
