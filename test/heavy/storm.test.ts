/** Many releases under way while their worker is killed over and over, people act and ask: all of them end, and replay. Needs all native parts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { approveUpdate, pauseSignal, resumeSignal, stateQuery } from '../../workflows/messages.ts';
import { expectReplay, failedTasks, startSystem, until, type Handle, type System } from './system.ts';

let system: System;

beforeAll(async () => {
  system = await startSystem();
}, 240_000);
afterAll(async () => system.stop(), 60_000);

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const kills = 6;

function planOf(model: string) {
  const approval = { from: 'ann', within: '1 day' };
  return {
    model,
    train: { data: 'mail', share: 0.05, epochs: 1, units: 16, embedding: 16, vocabulary: 500 },
    capabilities: { spam: { importance: 9 }, html: { importance: 2 } },
    stages: [['spam'], ['html']],
    strategy: 'gray',
    'internal test': { gate: 'accuracy >= 0.1' },
    gray: { ramp: ['10%', '40%'], bake: '2 s', 'check every': '1 s', within: '4 s', approval },
    full: { approval },
  };
}

/** Approves what waits, and says something now and then, until the release has ended; whatever is away is tried again. */
async function tend(handle: Handle, turn: number): Promise<void> {
  const within = <T>(work: () => Promise<T>) =>
    system.client.withDeadline(Date.now() + 4000, work).catch(() => undefined);
  for (let round = turn; ; round++) {
    await sleep(400);
    const state = await within(() => handle.query(stateQuery));
    if (state === undefined) continue;
    if (state.endedAt !== null) return;
    if (state.waiting !== null) {
      const { id } = state.waiting;
      await within(() => handle.executeUpdate(approveUpdate, { args: [{ by: 'ann', request: id }] }));
    } else if (round % 5 === 0) {
      await within(() => handle.signal(pauseSignal, { by: 'ann' }));
      await within(() => handle.signal(resumeSignal, { by: 'ann' }));
    }
  }
}

it('all releases reach all users, and what each workflow did can be told again', async () => {
  const handles = await Promise.all(names.map((name) => system.start(`storm-${name}`, planOf(`storm-${name}`))));
  const tended = Promise.all(handles.map(tend));
  await Promise.all(handles.map((handle) => until(handle, 'in a stage', ({ stages }) => stages[0]?.step !== null)));
  for (let kill = 0; kill < kills; kill++) {
    await sleep(2500 + 700 * (kill % 3));
    system.kill('worker');
  }
  await tended;

  for (const handle of handles) {
    const report = await handle.result();
    expect([handle.workflowId, report.state, report.reason]).toEqual([
      handle.workflowId,
      'released',
      'every stage reached all users',
    ]);
    for (const id of [handle.workflowId, `${handle.workflowId}/1`, `${handle.workflowId}/2`]) {
      const one = system.client.workflow.getHandle(id);
      expect([id, failedTasks(await one.fetchHistory())]).toEqual([id, []]);
      await expectReplay(one);
    }
  }
}, 300_000);
