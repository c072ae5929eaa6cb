/**
 * Keeps how far a release is in the store, and what was decided and done in the audit log, where it can be read without Temporal. As
 * a local activity it is given the report; otherwise it asks the workflow, since an argument would be copied into the
 * history at every change.
 */
import { Context } from '@temporalio/activity';
import type { RecordPorts } from '../src/domain/ports.ts';
import { releaseEntries } from '../src/domain/release-entries.ts';
import type { ReleaseReport } from '../src/domain/report.ts';
import { takeUp } from './take-up.ts';

export interface Recording {
  id: string;
  ended: boolean;
  /** Left out: it is asked for. */
  report?: ReleaseReport;
}

export function recordActivities(ports: RecordPorts) {
  return {
    async recordRelease({ id, ended, report: given }: Recording): Promise<void> {
      const report = given ?? (await ports.stateOf(id));
      const runId = Context.current().info.workflowExecution?.runId ?? '';
      if (!(await ports.releases.record(id, runId, report, ended))) {
        await takeUp(ports, report, runId);
        await ports.releases.record(id, runId, report, ended);
      }
      await ports.audit.append(releaseEntries({ ...report, id }));
    },
  };
}

/** The end of a release that somebody else had to write, because its workflow was gone. */
export async function recordEnd(
  { releases, audit }: Pick<RecordPorts, 'releases' | 'audit'>,
  id: string,
): Promise<void> {
  const report = await releases.find(id);
  if (report !== null) await audit.append(releaseEntries(report));
}
