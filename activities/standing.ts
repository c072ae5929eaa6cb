/** Whether a release may go on, as far as people hold it from outside: by a stop of all releases, or by the calendar. */
import { stopText } from '../src/domain/control.ts';
import { holding, type Asked } from '../src/domain/freeze.ts';
import type { RecordPorts } from '../src/domain/ports.ts';
import type { Standing } from '../src/domain/report.ts';
import { listed } from '../src/domain/words.ts';

export interface StandingInput extends Asked {
  model: string;
}

export function standingActivities(ports: RecordPorts) {
  return {
    /** Null where nothing holds it. */
    async standing({ model, ...asked }: StandingInput): Promise<Standing | null> {
      const stop = await ports.stopAlls.current();
      if (stop !== null) return { kind: 'stopped', why: stopText(stop), until: null };
      const { freeze = [] } = await ports.policies.current();
      const frozen = holding(freeze, model, asked);
      if (frozen === null) return null;
      const until = frozen.until === null ? null : new Date(frozen.until).toISOString();
      return { kind: 'frozen', why: `frozen: ${listed(frozen.names)}`, until };
    },
  };
}
