/** Keeps how far a release is in the store, where it can be read without Temporal. */
import type { RecordPorts } from '../src/domain/ports.ts';
import type { ReleaseReport } from '../src/domain/report.ts';

export function recordActivities(ports: RecordPorts) {
  return {
    async recordRelease({ report, ended }: { report: ReleaseReport; ended: boolean }): Promise<void> {
      await ports.releases.record(report.id, report, ended);
    },
  };
}
