/** What holds releases from outside, on a server that skips time: a stop of all, the calendar, a model that is taken. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pauseUpdate, resumeUpdate, rollbackSignal, rollbackUpdate } from '../../workflows/messages.ts';
import { lookAgainSignal } from '../../workflows/rollout-messages.ts';
import { createFakePorts } from '../support/fake-ports.ts';
import { expectStable, openReleases, refusal, weeks, type Releases } from './releases.ts';

let releases: Releases;

beforeAll(async () => {
  releases = await openReleases();
}, 120_000);
afterAll(async () => releases.stop());

const stopOrder = { id: 'stop', by: 'ann', why: 'incident', rollBack: false };

describe('a stop of all releases', () => {
  it('lets nothing grow until it is ended, and then the release goes on where it was', async () => {
    const ports = createFakePorts();
    const shares = new Set<number>();
    const said: string[] = [];
    const { report, days } = await releases.run(weeks, {
      ports,
      eachDay: async (handle, state, day) => {
        if (day === 3) {
          await ports.stopAlls.begin(stopOrder);
          await handle.signal(lookAgainSignal);
        }
        if (day > 3 && day < 60) {
          shares.add(state.stages[0]?.exposure ?? 0);
          said.push(state.standing?.why ?? 'nothing');
        }
        if (day === 40) await handle.executeUpdate(pauseUpdate, { args: [{ by: 'bob' }] });
        if (day === 60) await ports.stopAlls.end({ by: 'ann', why: 'repaired' });
        if (day === 61) expect(state.state).toBe('paused');
        if (day === 62) await handle.executeUpdate(resumeUpdate, { args: [{ by: 'bob' }] });
      },
    });
    expect(shares).toEqual(new Set([0.01]));
    expect(new Set(said)).toEqual(new Set(['all releases were stopped by ann: incident']));
    expect(report.state, report.reason).toBe('released');
    expect(report.standing).toBeNull();
    // It baked for two weeks while it was stopped; the rest comes after.
    expect(days).toBeGreaterThan(60 + 14);
  });

  it('is heeded by a release that was never told, and by one that starts later', async () => {
    const ports = createFakePorts();
    const { report, ports: after } = await releases.run(weeks, {
      ports,
      eachDay: async (handle, state, day) => {
        if (day === 0) await ports.stopAlls.begin(stopOrder);
        expect(day >= 20 || state.candidate === null).toBe(true);
        if (day === 19) await ports.stopAlls.end({ by: 'ann', why: '' });
        if (day === 30) await ports.stopAlls.begin({ ...stopOrder, id: 'again' });
        if (day === 70) {
          expect(state.stages[0]).toMatchObject({ exposure: 0.01 });
          await handle.executeUpdate(rollbackUpdate, { args: [{ by: 'ann', why: 'enough' }] });
        }
      },
    });
    expect(report.reason).toBe('rolled back by ann: enough');
    await expectStable(after);
  });

  it('rolls back for whoever was allowed to stop, and for nobody who only says so', async () => {
    const ports = createFakePorts();
    await ports.policies.set(
      { people: { ann: { roles: ['approver'], slack: null }, root: { roles: ['admin'], slack: null } } },
      'root',
    );
    const { report } = await releases.run(weeks, {
      ports,
      eachDay: async (handle, _, day) => {
        if (day === 2) expect(await refusal(handle, 'rollback', { by: 'ann', id: 'stop-all/1' })).toContain('operator');
        if (day === 3) await ports.stopAlls.begin({ ...stopOrder, rollBack: true });
        if (day === 3) expect(await refusal(handle, 'rollback', { by: 'eve', id: 'stop-all/1' })).toContain('eve');
        if (day === 3) await handle.signal(rollbackSignal, { by: 'ann', why: 'stop-all', id: 'stop-all/1' });
      },
    });
    expect(report.state).toBe('rolledBack');
    await expectStable(ports);
  });
});
