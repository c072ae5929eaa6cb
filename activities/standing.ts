/** Whether a release may go on, as far as people hold it from outside: by a stop of all releases, or by the calendar. */
import { stopText } from '../src/domain/control.ts';
import type { RecordPorts } from '../src/domain/ports.ts';
import type { Standing } from '../src/domain/report.ts';

export interface StandingInput {
  model: string;
  /** The workflow's own time. */
  at: number;
}

export function standingActivities(ports: RecordPorts) {
  return {
    /** Null where nothing holds it. */
    async standing(_input: StandingInput): Promise<Standing | null> {
      const stop = await ports.stopAlls.current();
      if (stop !== null) return { kind: 'stopped', why: stopText(stop), until: null };
      return null;
    },
  };
}
