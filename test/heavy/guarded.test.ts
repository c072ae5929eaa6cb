/** Users who have a candidate already are watched while people, or a calendar, keep a release from going on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approveUpdate, rollbackUpdate } from '../../workflows/messages.ts';
import { parsePolicy } from '../../src/domain/policy.ts';
import { complain } from '../support/crowd.ts';
import { createFakePorts, type FakePorts } from '../support/fake-ports.ts';
import { expectStable, openReleases, weeks, type Releases } from './releases.ts';

let releases: Releases;

beforeAll(async () => {
  releases = await openReleases();
}, 120_000);
afterAll(async () => releases.stop());

const full = { approval: { from: 'product', within: '90 days' } };
const day = 86_400_000;

describe('before all users get it, while people are asked', () => {
  it.each([
    ['after an A/B test', {}],
    ['after a gray release', { strategy: 'gray' }],
  ])('%s, a breach rolls back and closes the request', async (_, strategy) => {
    const ports = createFakePorts();
    let asked = -1;
    const { report, days } = await releases.run(
      { ...weeks, ...strategy, full },
      {
        ports,
        eachDay: async (_, state, today) => {
          if (state.waiting === null || asked >= 0) return;
          expect(state.waiting.step).toBe('full');
          asked = today;
          await complain(ports, 2000);
        },
      },
    );
    expect(report.state).toBe('rolledBack');
    expect(report.reason).toMatch(/breached/);
    expect(days).toBeLessThan(asked + 3);
    expect(report.requests).toMatchObject([{ outcome: 'withdrawn', why: expect.stringContaining('breached') }]);
    await expectStable(ports);
  });

  it('a breach asks again with the evidence where the plan wants people to decide', async () => {
    const ports = createFakePorts();
    const questions: string[] = [];
    const { report } = await releases.run(
      { ...weeks, full, gray: { ...weeks.gray, 'on breach': 'pause' } },
      {
        ports,
        eachDay: async (handle, { waiting }) => {
          if (waiting === null || questions.includes(waiting.id)) return;
          questions.push(waiting.id);
          if (questions.length === 1) return complain(ports, 2000);
          expect(waiting.evidence.join()).toContain('breached');
          await handle.executeUpdate(rollbackUpdate, { args: [{ by: 'ann', why: 'they complain' }] });
        },
      },
    );
    expect(questions).toEqual(['1/full/1', '1/full/2']);
    expect(report.requests[0]?.outcome).toBe('withdrawn');
    expect(report.reason).toBe('rolled back by ann: they complain');
    await expectStable(ports);
  });

  it('numbers that stay as they were ask nobody twice, however long it takes', async () => {
    const asked = new Map<string, number>();
    const { report } = await releases.run(
      { ...weeks, full },
      {
        eachDay: async (handle, { waiting }) => {
          if (waiting === null) return;
          const days = (asked.get(waiting.id) ?? 0) + 1;
          asked.set(waiting.id, days);
          if (days === 40) await handle.executeUpdate(approveUpdate, { args: [{ by: 'product' }] });
        },
      },
    );
    expect(report.state, report.reason).toBe('released');
    expect([...asked]).toEqual([
      ['1/full/1', 40],
      ['2/full/1', 40],
    ]);
  });
});

describe('in a freeze', () => {
  /** From now on, for a year. */
  async function freeze(ports: FakePorts): Promise<void> {
    const now = await releases.harness.env.currentTimeMs();
    const date = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
    const year = [{ name: 'audit', from: date(now - day), until: date(now + 365 * day), zone: 'UTC' }];
    await ports.policies.set(parsePolicy({ people: { ann: { roles: 'admin' } }, freeze: year }), 'ann');
  }

  it('that begins between the look at the calendar and the growth keeps users where they are', async () => {
    const ports = createFakePorts();
    const { set } = ports.routes;
    const seen: unknown[] = [];
    ports.routes.set = async (change) => {
      // The activity that gives more users the candidate comes late.
      if (change.phase.endsWith('/gray/1') && seen.length === 0) await freeze(ports);
      return set(change);
    };
    const { report } = await releases.run(weeks, {
      ports,
      eachDay: async (handle, { standing, stages }) => {
        if (standing?.kind !== 'frozen') return;
        seen.push([stages[0]?.exposure, stages[0]?.reason]);
        if (seen.length === 20) await handle.executeUpdate(rollbackUpdate, { args: [{ by: 'ann' }] });
      },
    });
    expect(seen[19]).toEqual([0.01, expect.stringContaining('frozen: audit')]);
    expect(
      new Set(ports.routes.history.map((routes) => routes[0]?.phase.split('/').slice(-2).join('/'))),
    ).not.toContain('gray/1');
    expect(report.state).toBe('rolledBack');
  });

  it.each([
    ['between two shares', 'gray', { ...weeks, gray: { ...weeks.gray, ramp: ['25%', '50%'] } }],
    ['before all users get it', 'full', { ...weeks, 'ab test': { ...weeks['ab test'], approval: { from: 'ann' } } }],
  ])('%s, a breach rolls back', async (_, step, plan) => {
    const ports = createFakePorts();
    let frozenOn = -1;
    const { report, days } = await releases.run(plan, {
      ports,
      eachDay: async (handle, { waiting, stages }, today) => {
        if (frozenOn < 0 && (step === 'gray' ? today === 3 : waiting !== null)) {
          await freeze(ports);
          frozenOn = today;
          if (waiting !== null) await handle.executeUpdate(approveUpdate, { args: [{ by: 'ann' }] });
        }
        if (frozenOn < 0 || today !== frozenOn + 20) return;
        expect(stages[0]).toMatchObject({ step, reason: expect.stringContaining('frozen: audit') });
        await complain(ports, 2000);
      },
    });
    expect(report.state).toBe('rolledBack');
    expect(report.reason).toMatch(/breached/);
    expect(days).toBeLessThan(frozenOn + 23);
    await expectStable(ports);
  });
});
