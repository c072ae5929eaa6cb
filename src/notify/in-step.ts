/** Keeps one place (a channel of Slack, a webhook, a mailbox) in step with the releases, whatever happens meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outbox } from '../domain/outbox.ts';
import type { Releases } from '../domain/ports.ts';
import { reminderAt } from '../domain/reminders.ts';
import type { ReleaseReport } from '../domain/report.ts';

export interface InStep {
  /** As the outbox knows it, e.g. `slack:C012AB3CD`. */
  channel: string;
  outbox: Pick<Outbox, 'begin' | 'due' | 'delivered' | 'open'>;
  releases: Pick<Releases, 'find'>;
  /** Brings what is there up to date with one release; doing it again is harmless. */
  bring(report: ReleaseReport, nowMs: number): Promise<void>;
  /** How much was brought so far: where that has grown, a failure is the first one again. */
  brought?: () => number;
  /** After this long it may be tried again; null: nobody said so. */
  retryAfterMs?: (error: unknown) => number | null;
  /** Hears of the first failure, and null when it goes well again. */
  failed: (error: unknown) => void;
  lookEveryMs: number;
}

const longestPauseMs = 4_000;

/** Goes on until `signal` says so. */
export async function keepInStep(place: InStep, signal: AbortSignal): Promise<void> {
  const { lookEveryMs, failed, brought = () => 0, retryAfterMs = () => null } = place;
  const rounds = createRounds(place);
  let failures = 0;
  while (!signal.aborted) {
    let pauseMs = lookEveryMs;
    const before = brought();
    try {
      await rounds.next(signal);
      if (failures > 0) failed(null);
      failures = 0;
    } catch (error) {
      if (failures === 0) failed(error);
      failures = brought() > before ? 1 : failures + 1;
      pauseMs = retryAfterMs(error) ?? Math.min(longestPauseMs, lookEveryMs * 2 ** Math.min(failures, 10));
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

function createRounds({ channel, outbox, releases, bring }: InStep) {
  /** When a release has to be looked at though nothing of it has changed, because people are to be reminded. */
  const again = new Map<string, number>();
  /** Releases that failed the last time: they come last, so that one which always fails holds up no other. */
  const stuck = new Set<string>();
  let hasBegun = false;

  async function begin(): Promise<void> {
    await outbox.begin(channel);
    for (const release of await outbox.open()) again.set(release, 0);
    hasBegun = true;
  }

  async function look(release: string): Promise<void> {
    const report = await releases.find(release);
    if (report === null) return;
    const nowMs = Date.now();
    stuck.add(release);
    await bring(report, nowMs);
    stuck.delete(release);
    const { nextMs } = reminderAt(report, nowMs);
    if (nextMs === null) again.delete(release);
    else again.set(release, nextMs);
  }

  return {
    /** Brings every release up to date that has changed, or whose time has come. */
    async next(signal: AbortSignal): Promise<void> {
      if (!hasBegun) await begin();
      const due = await outbox.due(channel);
      const isStuck = ({ release }: { release: string }): number => Number(stuck.has(release));
      for (const { release, change } of due.sort((a, b) => isStuck(a) - isStuck(b))) {
        if (signal.aborted) return;
        await look(release);
        await outbox.delivered(channel, release, change);
      }
      const later = [...again].map(([release, atMs]) => ({ release, atMs })).sort((a, b) => isStuck(a) - isStuck(b));
      for (const { release, atMs } of later) {
        if (signal.aborted) return;
        if (atMs <= Date.now()) await look(release);
      }
    },
  };
}
