/** What holds a release from outside: looked at where it would go on and whenever somebody says so, and kept in its report. */
import { CancellationScope, condition, log, setHandler } from '@temporalio/workflow';
import type { Standing } from '../src/domain/report.ts';
import { standings } from './activities.ts';
import type { Progress } from './progress.ts';
import { internal, lookAgainSignal, overriddenSignal } from './rollout-messages.ts';
import type { RolloutHandle } from './rollout-handle.ts';

/** Whoever ends a stop or changes the policy says so; this is for what was never said. */
const longestMs = 24 * 3_600_000;

export type Hold = ReturnType<typeof openHold>;

export function openHold(progress: Progress, current: () => RolloutHandle | null) {
  const { report } = progress;
  let asked = 0;
  let watching = false;

  setHandler(lookAgainSignal, lookAgain, { description: internal });

  function lookAgain(): void {
    asked += 1;
    if (watching || report.endedAt !== null || report.standing?.kind === 'queued') return;
    watching = true;
    void CancellationScope.nonCancellable(watch).finally(() => (watching = false));
  }

  function look(): Promise<Standing | null> {
    const { model, overriddenUntil } = report;
    return standings.standing({ model, at: Date.now(), ...(overriddenUntil === undefined ? {} : { overriddenUntil }) });
  }

  /** Looks until nothing holds the release any more. */
  async function watch(): Promise<void> {
    for (;;) {
      const seen = asked;
      const standing = await look();
      if (report.endedAt !== null) return;
      await note(standing);
      if (standing === null && seen === asked) return;
      await condition(() => asked !== seen || report.endedAt !== null, lookIn(standing));
      if (report.endedAt !== null) return;
    }
  }

  /** Its rollout looks for itself, as soon as it hears that there is something to see. */
  async function note(standing: Standing | null): Promise<void> {
    if (JSON.stringify(standing) === JSON.stringify(report.standing ?? null)) return;
    progress.stands(standing);
    try {
      await current()?.nudge();
    } catch (error) {
      log.info('the rollout has just ended', { error });
    }
  }

  return {
    lookAgain,
    /** How often somebody said that there is something to see. */
    asked: () => asked,
    look,

    /** Waits while something holds the release that holds also what it would do next; looks first. */
    async cleared(what: 'training' | 'growth'): Promise<void> {
      if (!watching) {
        const standing = await look();
        if (standing !== null) lookAgain();
        else if ((report.standing ?? null) !== null) progress.stands(null);
        // What is to be seen is in the report as soon as it has been looked at.
        if (standing !== null) await condition(() => !watching || (report.standing ?? null) !== null);
      }
      await condition(() => !watching || (what === 'training' && report.standing?.kind === 'frozen'));
    },

    /** Freezes that are over by then do not hold the release any more. */
    async override(until: string): Promise<void> {
      report.overriddenUntil = until;
      await current()?.tell(overriddenSignal, until);
      lookAgain();
    },
  };
}

/** How long to wait before the next look. */
export function lookIn(standing: Standing | null): number {
  const left = standing?.until === null || standing === null ? longestMs : Date.parse(standing.until) - Date.now();
  return Math.min(longestMs, Math.max(1000, left));
}
