/** What Temporal's own tools can do to a release under way, on the real server: each ends in a state that can be explained. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReleaseReport } from '../../src/domain/report.ts';
import type { release } from '../../workflows/index.ts';
import { taskQueue } from '../../workflows/messages.ts';
import { gradus } from '../support/gradus.ts';
import { startSystem, until, type Handle, type System } from './system.ts';

let system: System;
let number = 0;

beforeAll(async () => {
  system = await startSystem();
}, 300_000);
afterAll(async () => system.stop(), 60_000);

/** A release that gives half of the users its candidate. */
async function started(gray: object, more: object = {}): Promise<Handle> {
  number += 1;
  const plan = planOf(`ops-${number}`);
  return system.start(`ops-${number}`, { ...plan, gray: { ...plan.gray, ...gray }, ...more });
}

function planOf(model: string) {
  return {
    model,
    train: { data: 'mail', share: 0.05, epochs: 1, units: 16, embedding: 16 },
    capabilities: ['spam'],
    strategy: 'gray',
    'internal test': { gate: 'accuracy >= 0.1' },
    gray: { ramp: ['50%'], 'check every': '1 s' },
  };
}

/** One that leaves it at that for as long as one likes. */
async function baking(more: object = {}): Promise<Handle> {
  const handle = await started({ bake: '10 minutes' }, more);
  await until(handle, 'exposed', ({ exposures }) => exposures.length > 0);
  return handle;
}

/** One that asks people then, because nobody rates anything. */
async function asking(): Promise<Handle> {
  const handle = await started({ bake: '1 s', within: '2 s', approval: { from: 'ann', within: '1 day' } });
  await until(handle, 'asks', ({ waiting }) => waiting !== null);
  return handle;
}

/** To go on from gray, although nothing was rated. */
async function approved(handle: Handle): Promise<ReleaseReport> {
  const request = '1/gray/1';
  await until(handle, `asks ${request}`, ({ waiting }) => waiting?.id === request);
  await handle.executeUpdate('approve', { args: [{ by: 'ann', request }] });
  return handle.result();
}

/** To so many completed workflow tasks after the first, or before the end where it is negative. */
async function reset(handle: Handle, tasks: number, said: 'all' | 'without what was said' = 'all'): Promise<Handle> {
  const completed = await tasksOf(handle);
  const { runId } = await system.client.workflowService.resetWorkflowExecution({
    namespace: system.addresses.namespace,
    workflowExecution: { workflowId: handle.workflowId },
    reason: 'tried again',
    workflowTaskFinishEventId: completed.at(tasks)?.eventId ?? null,
    requestId: `${handle.workflowId} ${tasks}`,
    // Signals and updates, in Temporal's ResetReapplyExcludeType.
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the names are in @temporalio/proto, which is not ours to import
    resetReapplyExcludeTypes: said === 'all' ? [] : [1, 2],
  });
  return system.client.workflow.getHandle(handle.workflowId, runId);
}

async function tasksOf(handle: Handle) {
  const { events } = await handle.fetchHistory();
  return (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
}

async function status(handle: Handle): Promise<ReleaseReport> {
  const shown = await gradus(['release', 'status', handle.workflowId, '--json'], system.environment);
  return JSON.parse(shown.out);
}

async function shareOf(model: string): Promise<number | null> {
  const [row] = await system.rows(`select candidate, exposure from routes where model = '${model}'`);
  const exposure = row?.['exposure'];
  if (row?.['candidate'] === null || typeof exposure !== 'object' || exposure === null || !('gray' in exposure))
    return null;
  const { gray } = exposure;
  return typeof gray === 'object' && gray !== null && 'share' in gray && typeof gray.share === 'number'
    ? gray.share
    : null;
}

describe('temporal workflow', () => {
  it('signal and update with what a release does not know change nothing, and are refused or left alone', async () => {
    const handle = await baking();
    await handle.signal('aprove', { by: 'ann' });
    await handle.signal('approve', { by: 'ann' });
    await expect(handle.executeUpdate('aprove', { args: [{ by: 'ann' }] })).rejects.toThrow(/Update failed/);
    await expect(handle.executeUpdate('resume', { args: [{ by: 'ann' }] })).rejects.toMatchObject({
      cause: { message: 'the release is not paused' },
    });
    await expect(handle.query('stat')).rejects.toThrow(/did not register a handler for stat/);
    const report = await handle.query<ReleaseReport>('state');
    expect([report.state, report.decisions.at(-1)?.what]).toEqual(['running', 'approve was refused']);
    expect(report.decisions.at(-2)).toMatchObject({
      what: 'aprove was refused',
      by: 'ann',
      why: 'there is no message of that name (did you mean approve?)',
    });
    await handle.executeUpdate('rollback', { args: [{ by: 'ann', why: 'enough' }] });
    expect((await handle.result()).reason).toBe('rolled back by ann: enough');
    expect(await shareOf('ops-1')).toBeNull();
  });

  it('signal with what a release and its stage say to each other, sent by hand, changes nothing and stops nothing', async () => {
    const handle = await asking();
    const stage = system.client.workflow.getHandle(`${handle.workflowId}/1`);
    const request = {
      id: '9/x/1',
      question: 'forged?',
      from: [1],
      count: -3,
      needs: [5],
      findings: [null],
      digest: 'd',
    };
    const update = { number: 1, step: 'gray', state: 'running', note: 'forged', exposure: 0.9 };
    for (const [name, ...args] of [
      ['ask', { ...request, until: '2030-01-01', since: 'x', otherwise: 'approve', escalateTo: [null], withinMs: 1 }],
      ['stageUpdate', { ...update, verdict: 7, examinations: 'q', exposurePoint: 3, decision: { what: 5 } }],
      ['stageUpdate', update, handle.workflowId],
      ['stageEnded', { kind: 'released', reason: 'forged' }],
      ['withdraw', '1/gray/1', 'forged'],
    ] as const)
      await handle.signal(name, ...args);
    const decided = { request: '1/gray/1', approved: true, by: 'nobody', why: 'forged' };
    await stage.signal('decided', decided);
    await stage.signal('decided', decided, (await handle.describe()).runId);
    await stage.signal('undo', { by: 'nobody', why: 'forged' });
    await stage.signal('hold', true);
    // Both have looked at all of it when they answer.
    await stage.query('__temporal_workflow_metadata');
    const report = await handle.query<ReleaseReport>('state');
    expect([report.state, report.waiting?.id, report.exposures.length]).toEqual(['running', '1/gray/1', 1]);
    expect(JSON.stringify(report)).not.toContain('forged');
    expect(await approved(handle)).toMatchObject({ state: 'released' });
  });

  it('cancel puts the users back on stable', async () => {
    const handle = await baking();
    expect(await shareOf(`ops-${number}`)).toBe(0.5);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(/cancelled/i);
    expect(await shareOf(`ops-${number}`)).toBeNull();
    const shown = await gradus(['release', 'status', handle.workflowId, '--json'], system.environment);
    expect(JSON.parse(shown.out)).toMatchObject({ state: 'cancelled' });
  });

  it('terminate ends it at once; roll back by name puts the users back, and the model is free', async () => {
    const handle = await baking();
    expect(await shareOf(`ops-${number}`)).toBe(0.5);
    // Its stage is cancelled with it, and puts its users back by itself, sooner or later than whoever rolls back by name.
    await handle.terminate('somebody was in a hurry');
    const rolled = await gradus(['release', 'rollback', handle.workflowId, '--by', 'ann'], system.environment);
    // Where the worker has noticed it first, it says so.
    expect(rolled.code === 0 ? '' : rolled.err).toMatch(/^$|has ended: .*its workflow was terminated/);
    expect(await shareOf(`ops-${number}`)).toBeNull();
  });

  it('terminate is noticed where nobody says anything: its users go back, and the record says how it ended', async () => {
    const handle = await baking();
    await handle.terminate();
    await expect
      .poll(async () => (await status(handle)).reason, { timeout: 60_000, interval: 500 })
      .toBe('its workflow was terminated; rolled back by gradus: nothing carries it out any more');
    expect(await shareOf(`ops-${number}`)).toBeNull();
  });

  it('terminate in a queue makes room: who waits behind it says behind whom it waits now', async () => {
    const handle = await baking();
    const queue = async (id: string): Promise<Handle> =>
      system.client.workflow.start<typeof release>('release', {
        taskQueue,
        workflowId: id,
        args: [{ plan: planOf(`ops-${number}`), queue: true }],
      });
    const second = await queue(`ops-${number}-second`);
    await until(second, 'queued', ({ standing }) => standing?.kind === 'queued');
    const third = await queue(`ops-${number}-third`);
    const behind = async () => (await third.query<ReleaseReport>('state')).standing?.why;
    await expect.poll(behind).toBe(`queued behind ${handle.workflowId} and ${second.workflowId}`);
    await second.terminate();
    await expect.poll(behind, { timeout: 60_000, interval: 500 }).toBe(`queued behind ${handle.workflowId}`);
    await third.cancel();
    await handle.executeUpdate('rollback', { args: [{ by: 'ann' }] });
    await handle.result();
  });

  it('cancel ends also what waits for people, its users on stable and its request closed', async () => {
    const handle = await asking();
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(/cancelled/i);
    expect(await shareOf(`ops-${number}`)).toBeNull();
    expect(await status(handle)).toMatchObject({
      state: 'cancelled',
      waiting: null,
      requests: [{ outcome: 'withdrawn' }],
    });
  });

  it('reset to its beginning puts the users of the former run back, and what was said to that one asks nobody', async () => {
    const handle = await asking();
    await handle.signal('pause', { by: 'ann' });
    await until(handle, 'paused', ({ state }) => state === 'paused');
    await handle.signal('resume', { by: 'ann' });
    await until(handle, 'resumed', ({ state }) => state === 'running');
    const again = await reset(handle, 0);
    await until(again, 'back', ({ steps }) => steps[0]?.state !== 'waiting');
    const seen = await again.query<ReleaseReport>('state');
    expect([seen.waiting, seen.exposures]).toEqual([null, []]);
    await expect.poll(() => shareOf(`ops-${number}`), { timeout: 20_000 }).toBeNull();
    const asked = await until(again, 'asked again', ({ waiting }) => waiting !== null);
    expect([asked.requests, asked.exposures.map(({ share }) => share)]).toEqual([[], [0.5]]);
    expect(await approved(again)).toMatchObject({ state: 'released', requests: [{ outcome: 'approved' }] });
  });

  it('reset to its last moment goes on with the stage that is under way', async () => {
    const handle = await asking();
    const again = await reset(handle, -1);
    expect(await approved(again)).toMatchObject({ state: 'released' });
  });

  it('reset to its last moment leaves nobody out of reach: rolled back or cancelled, its users are on stable', async () => {
    const rolled = await reset(await baking(), -1);
    await rolled.executeUpdate('rollback', { args: [{ by: 'ann', why: 'enough' }] });
    expect((await rolled.result()).reason).toBe('rolled back by ann: enough');
    expect(await shareOf(`ops-${number}`)).toBeNull();
    const cancelled = await reset(await baking(), -1);
    await cancelled.cancel();
    await expect(cancelled.result()).rejects.toThrow(/cancelled/i);
    expect(await shareOf(`ops-${number}`)).toBeNull();
    expect(await status(cancelled)).toMatchObject({ state: 'cancelled' });
    const alone = await reset(await baking(), -1);
    await system.client.workflow.getHandle(`${alone.workflowId}/1`).terminate();
    await alone.executeUpdate('rollback', { args: [{ by: 'ann', why: 'enough' }] });
    expect(await alone.result()).toMatchObject({ state: 'rolledBack' });
    expect(await shareOf(`ops-${number}`)).toBeNull();
  });

  it('reset after its end to where users had the candidate, it ends again and gives it to nobody', async () => {
    const handle = await baking();
    const { length } = await tasksOf(handle);
    await handle.executeUpdate('rollback', { args: [{ by: 'ann', why: 'enough' }] });
    const { state, reason } = await handle.result();
    const again = await reset(handle, length - 1, 'without what was said');
    // It hears how its stage ended, or reads in the records that the users have moved.
    const end = await again.result().catch((error: unknown) => error);
    if (end instanceof Error) expect(end).toMatchObject({ cause: { type: 'RELEASE_OVER' } });
    expect(await status(handle)).toMatchObject({ state, reason, endedAt: expect.any(String) });
    expect(await shareOf(`ops-${number}`)).toBeNull();
  });

  it('reset after its end moves no users of the release that has the model now', async () => {
    const handle = await baking();
    await handle.executeUpdate('rollback', { args: [{ by: 'ann' }] });
    await handle.result();
    const other = await baking({ model: `ops-${number}` });
    expect(await shareOf(`ops-${number - 1}`)).toBe(0.5);
    const again = await reset(handle, 2, 'without what was said');
    await expect(again.result()).rejects.toMatchObject({
      cause: { type: 'RELEASE_OVER', message: expect.stringContaining(`${other.workflowId} has the model`) },
    });
    expect(await shareOf(`ops-${number - 1}`)).toBe(0.5);
    await other.executeUpdate('rollback', { args: [{ by: 'ann' }] });
    await other.result();
  });

  it('reset after its end to before its first users, it begins there again and is under way', async () => {
    const handle = await baking();
    await handle.executeUpdate('rollback', { args: [{ by: 'ann' }] });
    await handle.result();
    const again = await reset(handle, 2, 'without what was said');
    await until(again, 'exposed again', ({ exposures }) => exposures.at(-1)?.share === 0.5);
    expect(await status(again)).toMatchObject({ state: 'running', endedAt: null });
    expect(await shareOf(`ops-${number}`)).toBe(0.5);
    await again.executeUpdate('rollback', { args: [{ by: 'ann', why: 'again' }] });
    expect(await again.result()).toMatchObject({ reason: 'rolled back by ann: again' });
    expect(await status(again)).toMatchObject({ reason: 'rolled back by ann: again' });
  });

  it('reset to an earlier moment tells the story on from there, to an end', async () => {
    const handle = await baking();
    const again = await reset(handle, 2);
    await until(again, 'exposed again', ({ exposures }) => exposures.at(-1)?.share === 0.5);
    expect(await shareOf(`ops-${number}`)).toBe(0.5);
    await again.executeUpdate('rollback', { args: [{ by: 'ann' }] });
    expect((await again.result()).state).toBe('rolledBack');
    expect(await shareOf(`ops-${number}`)).toBeNull();
    const verified = await gradus(['audit', 'verify'], system.environment);
    expect(verified.out, verified.err).toContain('all as they were written');
  });
});
