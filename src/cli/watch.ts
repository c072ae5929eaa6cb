/** Follows a release until it ends: redrawn in place in a terminal, a line for each thing that happens elsewhere. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { GradusError } from '../domain/errors.ts';
import type { Releases } from '../domain/ports.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { trainingProgress } from '../platform/training-progress.ts';
import { eventLines } from './event-lines.ts';
import { terminal } from './output.ts';
import { progressText } from './progress-text.ts';

export interface WatchOptions {
  /** Address of the release's page in Temporal's UI. */
  link: string | null;
  /** Where the training under way is asked about; null: it is not shown. */
  client: Client | null;
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
  options: WatchOptions,
): Promise<ReleaseReport> {
  const startedAt = Date.now();
  const screen = options.quiet ? nothing : process.stdout.isTTY ? inPlace() : lineByLine();
  let seenAt = Date.now();
  let report: ReleaseReport | null = null;
  for (;;) {
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
    if (report !== null) await screen.show(report, options);
    if (report !== null && (report.endedAt !== null || options.signal.aborted)) return report;
    await sleep(lookEveryMs, undefined, { signal: options.signal }).catch(() => {});
    if (report === null && options.signal.aborted) throw new GradusError('RELEASE_UNKNOWN', `${id} has not begun yet.`);
  }
}

interface Screen {
  show(report: ReleaseReport, options: WatchOptions): Promise<void>;
}

const nothing: Screen = { show: async () => {} };

function lineByLine(): Screen {
  let before: ReleaseReport | null = null;
  return {
    async show(report) {
      for (const line of eventLines(before, report)) console.log(line);
      before = report;
    },
  };
}

function inPlace(): Screen {
  let drawn = 0;
  return {
    async show(report, { client, link }) {
      const training = client === null ? null : await trainingProgress(client, report);
      const text = progressText(report, {
        ...terminal(),
        now: new Date(),
        training,
        ...(link === null ? {} : { link }),
      });
      const lines = text.split('\n').slice(0, Math.max(1, process.stdout.rows - 1));
      const back = drawn === 0 ? '' : `\x1b[${drawn}A`;
      process.stdout.write(`${back}\r\x1b[J${lines.join('\n')}\n`);
      drawn = lines.length;
    },
  };
}
