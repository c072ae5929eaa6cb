/**
 * Keeps how far a release is in the store, and its decisions in the audit log, where it can be read without Temporal. The report is asked of the workflow, not
 * given by it: as an argument it would be copied into the history at every change.
 */
import type { RecordPorts } from '../src/domain/ports.ts';

export function recordActivities(ports: RecordPorts) {
  return {
    async recordRelease({ id, ended }: { id: string; ended: boolean }): Promise<void> {
      const report = await ports.stateOf(id);
      await ports.releases.record(id, report, ended);
      await ports.audit.append(report.decisions.map((decision, place) => ({ ...decision, subject: id, place })));
    },
  };
}
