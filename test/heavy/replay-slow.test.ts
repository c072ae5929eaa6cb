/** What was decided while the store answers now sooner and now later is decided alike when it is replayed. */
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { approveSignal, pauseSignal, resumeSignal } from '../../workflows/messages.ts';
import { parsePolicy } from '../../src/domain/policy.ts';
import { workflowBundle } from '../../src/platform/workflow-bundle.ts';
import { createFakePorts } from '../support/fake-ports.ts';
import { openReleases, weeks, type Releases } from './releases.ts';

let releases: Releases;
let bundle: WorkflowBundleOption;

beforeAll(async () => {
  releases = await openReleases();
  bundle = await workflowBundle();
}, 120_000);
afterAll(async () => releases.stop());

/** The same each time: each of them late by something else. */
function late<A extends unknown[], R>(work: (...args: A) => Promise<R>, ms: readonly number[]) {
  let calls = 0;
  return async (...args: A): Promise<R> => {
    await sleep(ms[calls++ % ms.length]);
    return work(...args);
  };
}

function idOf(event?: { eventId?: { toString(): string } | null }): number {
  return Number(event?.eventId?.toString());
}

it.each([
  ['records late', [40, 0, 25], [0]],
  ['policy late', [0], [40, 0, 25]],
  ['either late', [30, 0, 10, 0], [0, 20, 5]],
])('%s', async (_, records, policies) => {
  const ports = createFakePorts();
  await ports.policies.set(parsePolicy({ people: { ann: { roles: ['admin', 'approver'] } } }), 'ann');
  ports.releases.record = late(ports.releases.record, records);
  ports.policies.current = late(ports.policies.current, policies);
  ports.stopAlls.current = late(ports.stopAlls.current, policies);
  const { report } = await releases.run(
    { ...weeks, stages: [['spam', 'html', 'topic']], full: { approval: { from: 'ann' } } },
    {
      ports,
      by: 'ann',
      eachDay: async (handle, { waiting }, day) => {
        const says = { by: 'ann' };
        if (day % 4 === 1) await Promise.all([handle.signal(pauseSignal, says), handle.signal(resumeSignal, says)]);
        if (waiting !== null) await handle.signal(approveSignal, { ...says, emergency: true, why: 'a test' });
      },
    },
  );
  expect(['released', 'rolledBack']).toContain(report.state);
  for (const id of [report.id, `${report.id}/1`]) {
    const history = await releases.harness.env.client.workflow.getHandle(id).fetchHistory();
    await expect(Worker.runReplayHistory({ workflowBundle: bundle }, history, id)).resolves.toBeUndefined();
    // Asked for later, behind a local activity, a change might be asked for too early on replay.
    const tasks = (history.events ?? []).filter((event) => event.workflowTaskScheduledEventAttributes);
    const late = (history.events ?? []).filter(
      (event) => event.markerRecordedEventAttributes?.markerName === 'core_patch' && idOf(event) > idOf(tasks[1]),
    );
    expect(late.map(idOf)).toEqual([]);
  }
});
