/** Follows a release by asking it, through the loss of any process, until it has ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { stateQuery } from '../../workflows/messages.ts';
import type { Releases } from '../domain/ports.ts';
import type { ReleaseReport } from '../domain/report.ts';

export interface Following {
  client: Client;
  releases: Pick<Releases, 'find'>;
  signal: AbortSignal;
  /** Called at every look. */
  onReport(report: ReleaseReport): Promise<void> | void;
}

const lookEveryMs = 400;
const answerWithinMs = 3000;
/** How long neither the release nor its record may be reached before we give up. */
const awayMs = 120_000;

/** The release at its end; null when `signal` ended the following. Throws what kept it from being reached for too long. */
export async function followRelease(id: string, following: Following): Promise<ReleaseReport | null> {
  const { signal } = following;
  let seenAt = Date.now();
  while (!signal.aborted) {
    const report = await look(id, following).catch((error: unknown) => {
      if (Date.now() - seenAt > awayMs) throw error;
      return null;
    });
    if (report !== null) {
      seenAt = Date.now();
      await following.onReport(report);
      if (report.endedAt !== null) return report;
    }
    await sleep(lookEveryMs, undefined, { signal }).catch(() => {});
  }
  return null;
}

/** What the release says of itself; what is recorded of it where nobody answers. */
async function look(id: string, { client, releases }: Following): Promise<ReleaseReport | null> {
  try {
    return await client.withDeadline(Date.now() + answerWithinMs, () =>
      client.workflow.getHandle(id).query(stateQuery),
    );
  } catch {
    return releases.find(id);
  }
}
