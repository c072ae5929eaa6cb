/** Whether a release may go on, as far as people hold it from outside: by a stop of all releases, or by the calendar. */
import { stopText } from '../src/domain/control.ts';
import { forEver } from '../src/domain/control.ts';
import { frozenAt } from '../src/domain/freeze.ts';
import type { RecordPorts } from '../src/domain/ports.ts';
import type { Standing } from '../src/domain/report.ts';
import { listed } from '../src/domain/words.ts';

export interface StandingInput {
  model: string;
  /** The workflow's own time. */
  at: number;
  /** Freezes that are over by then do not hold this release; left out: none was overridden. */
  overriddenUntil?: string;
}

export function standingActivities(ports: RecordPorts) {
  return {
    /** Null where nothing holds it. */
    async standing({ model, at, overriddenUntil = '' }: StandingInput): Promise<Standing | null> {
      const stop = await ports.stopAlls.current();
      if (stop !== null) return { kind: 'stopped', why: stopText(stop), until: null };
      const { freeze = [] } = await ports.policies.current();
      // After a long time without records, the time at which this was asked has gone by.
      const frozen = frozenAt(freeze, model, Math.max(at, Date.now()));
      if (frozen === null) return null;
      const until = frozen.until === null ? null : new Date(frozen.until).toISOString();
      if ((until ?? forEver) <= overriddenUntil) return null;
      return { kind: 'frozen', why: `frozen: ${listed(frozen.names)}`, until };
    },
  };
}
