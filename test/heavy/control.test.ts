/** What holds releases from outside, on a server that skips time: a stop of all, the calendar, a model that is taken. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import {
  approveSignal,
  approveUpdate,
  pauseUpdate,
  resumeUpdate,
  rollbackSignal,
  rollbackUpdate,
  stateQuery,
} from '../../workflows/messages.ts';
import { lookAgainSignal } from '../../workflows/rollout-messages.ts';
import { parsePolicy, type Role } from '../../src/domain/policy.ts';
import { crowd } from '../support/crowd.ts';
import { createFakePorts } from '../support/fake-ports.ts';
import { expectStable, openReleases, refusal, weeks, withStable, type Handle, type Releases } from './releases.ts';

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

  it('can be rolled back and cancelled while it stands still before its first step', async () => {
    const ports = createFakePorts();
    await withStable(ports);
    await ports.stopAlls.begin(stopOrder);
    await releases.harness.with(ports, async () => {
      const standing = async (handle: Handle) => (await handle.query(stateQuery)).standing?.kind;
      const rolled = await releases.start({ plan: weeks });
      await expect.poll(() => standing(rolled), { timeout: 20_000 }).toBe('stopped');
      const cancelled = await releases.start({ plan: weeks, queue: true });
      await expect.poll(() => standing(cancelled), { timeout: 20_000 }).toBe('queued');
      await rolled.executeUpdate(rollbackUpdate, { args: [{ by: 'ann', why: 'never mind' }] });
      expect(await rolled.result()).toMatchObject({ state: 'rolledBack', reason: 'rolled back by ann: never mind' });
      await cancelled.signal(lookAgainSignal);
      await expect.poll(() => standing(cancelled), { timeout: 20_000 }).toBe('stopped');
      await cancelled.cancel();
      await expect(cancelled.result()).rejects.toThrow(/cancelled/i);
    });
  });

  it('rolls back for whoever was allowed to stop, and for nobody who only says so', async () => {
    const ports = createFakePorts();
    await ports.policies.set(
      { people: { ann: { roles: ['approver'], slack: null }, root: { roles: ['admin'], slack: null } } },
      'root',
    );
    // A stop that was over before the release began: naming it gives nobody a right.
    await ports.stopAlls.begin({ ...stopOrder, id: 'earlier', rollBack: true });
    await ports.stopAlls.end({ by: 'ann', why: '' });
    const { report } = await releases.run(weeks, {
      ports,
      by: 'root',
      eachDay: async (handle, _, day) => {
        if (day === 1) expect(await refusal(handle, 'rollback', { by: 'ann', id: 'stop-all/1' })).toContain('operator');
        if (day === 2) expect(await refusal(handle, 'rollback', { by: 'ann', id: 'stop-all/2' })).toContain('operator');
        if (day === 3) await ports.stopAlls.begin({ ...stopOrder, rollBack: true });
        if (day === 3) expect(await refusal(handle, 'rollback', { by: 'eve', id: 'stop-all/2' })).toContain('eve');
        if (day === 3) await handle.signal(rollbackSignal, { by: 'ann', why: 'stop-all', id: 'stop-all/2' });
      },
    });
    expect(report.state).toBe('rolledBack');
    await expectStable(ports);
  });
});

describe('a freeze', () => {
  const day = 86_400_000;

  /** From the second day on, for so many days. */
  async function frozen(days: number) {
    const ports = createFakePorts();
    const now = Math.ceil((await releases.harness.env.currentTimeMs()) / day);
    const date = (days: number): string => new Date((now + days) * day).toISOString().slice(0, 10);
    const freeze = [{ name: 'year end', from: date(1), until: date(1 + days), zone: 'UTC' }];
    await ports.policies.set(
      parsePolicy({ people: { root: { roles: 'admin' }, bob: { roles: 'operator' } }, freeze }),
      'x',
    );
    return { ports, until: `${date(1 + days)} 00:00 UTC` };
  }

  it('holds exposures where they are, says until when, and lets bake and guardrails go on', async () => {
    const { ports, until } = await frozen(60);
    const shares = new Set<number>();
    const { report, days } = await releases.run(weeks, {
      ports,
      by: 'bob',
      eachDay: async (handle, state, day) => {
        if (day > 4 && day < 58) shares.add(state.stages[0]?.exposure ?? 0);
        if (day !== 40) return;
        expect(state.standing).toMatchObject({ kind: 'frozen', why: 'frozen: year end' });
        const details = await handle.describe();
        expect(state.stages[0]?.reason).toBe(`frozen: year end; it goes on at ${until}`);
        expect(details.searchAttributes['GradusWaiting']).toEqual(['frozen']);
        expect(await refusal(handle, 'override', { by: 'bob', why: 'urgent' })).toContain('role admin');
        expect(await refusal(handle, 'override', { by: 'root' })).toContain('say why');
      },
    });
    expect(shares).toEqual(new Set([0.01]));
    expect(report.state, report.reason).toBe('released');
    expect(days).toBeGreaterThan(61 + 14);
  });

  it('does not keep anybody from rolling back', async () => {
    const { ports } = await frozen(60);
    const { report, days } = await releases.run(weeks, {
      ports,
      by: 'bob',
      eachDay: async (handle, _, day) => {
        if (day === 30) await handle.executeUpdate(rollbackUpdate, { args: [{ by: 'bob', why: 'complaints' }] });
      },
    });
    expect([report.reason, days < 31]).toEqual(['rolled back by bob: complaints', true]);
    await expectStable(ports);
  });

  it('takes nobody at their silence: the time of a request goes on when it is over', async () => {
    const { ports } = await frozen(60);
    const asked = { ...weeks, 'internal test': { approval: { from: 'ann', within: '30 days', else: 'reject' } } };
    const { report, days } = await releases.run(asked, { ports, by: 'bob', onWaiting: async () => undefined });
    expect(report.reason).toMatch(/nobody decided/);
    expect(days).toBeGreaterThan(90);
  });

  it('that an admin overrides holds that release no more, which its decisions say', async () => {
    const { ports } = await frozen(200);
    const { report, days } = await releases.run(weeks, {
      ports,
      by: 'bob',
      eachDay: async (handle, state, day) => {
        if (day === 0)
          expect(await refusal(handle, 'override', { by: 'root', why: 'x' })).toContain('no freeze holds it');
        if (day !== 20) return;
        expect(state.stages[0]?.exposure).toBe(0.01);
        await handle.executeUpdate('override', { args: [{ by: 'root', why: 'it repairs what is broken' }] });
      },
    });
    expect(report.state, report.reason).toBe('released');
    expect(days).toBeLessThan(190);
    expect(report.decisions.find(({ by }) => by === 'root')).toMatchObject({
      what: 'went on in a freeze',
      why: expect.stringContaining('it repairs what is broken (frozen: year end; it goes on at'),
    });
  });
});

describe('a release of a model that is taken', () => {
  const { model } = weeks;

  it('is refused; told to wait, it waits its turn, says behind whom, and goes on when that one has ended', async () => {
    const ports = await withStable(createFakePorts());
    const end = crowd(ports, { candidate: 0.92, stable: 0.9, users: 200, seed: 7 });
    await releases.harness.with(ports, async () => {
      const { env } = releases.harness;
      const first = await releases.start({ plan: weeks });
      await env.sleep('1 day');
      const refused = await releases.start({ plan: weeks });
      await expect(refused.result()).rejects.toMatchObject({ cause: { type: 'MODEL_BUSY' } });

      const [second, third, fourth] = [
        await queued(weeks, first.workflowId),
        await queued(weeks, first.workflowId),
        await queued({ ...weeks, strategy: 'one-shot' }, first.workflowId),
      ];
      expect((await third.query(stateQuery)).standing?.why).toBe(
        `queued behind ${first.workflowId} and ${second.workflowId}`,
      );
      expect((await fourth.describe()).searchAttributes['GradusWaiting']).toEqual(['queued']);
      const listed = (await ports.releases.list({ model })).map(({ id }) => id);
      expect(listed).toEqual(
        expect.arrayContaining([first, second, third, fourth].map(({ workflowId }) => workflowId)),
      );

      // Whoever leaves the queue makes room: cancelled, rolled back by a person, or terminated.
      await second.cancel();
      await expect(second.result()).rejects.toThrow(/cancelled/i);
      await third.terminate('somebody was in a hurry');
      ports.running = new Set([first, fourth].map(({ workflowId }) => workflowId));
      // Nobody gets in before those that wait.
      await first.executeUpdate(rollbackUpdate, { args: [{ by: 'ann' }] });
      await first.result();
      const hasty = await releases.start({ plan: weeks });
      await expect(hasty.result()).rejects.toMatchObject({ cause: { type: 'MODEL_BUSY' } });
      await fourth.signal(lookAgainSignal);
      const report = await fourth.result();
      expect(report.state, report.reason).toBe('released');
      expect(report.standing).toBeNull();
      expect(await ports.releases.queue(model)).toEqual([]);
    });
    end();
  });

  async function queued(plan: unknown, behind: string): Promise<Handle> {
    const handle = await releases.start({ plan, queue: true });
    await expect
      .poll(async () => (await handle.query(stateQuery)).standing?.why ?? '', { timeout: 20_000 })
      .toContain(behind);
    return handle;
  }
});

describe('a plan that lacks whom the policy wants to approve', () => {
  it('is refused before anything is done, with every problem', async () => {
    const ports = createFakePorts();
    const risk = { medium: { approvals: { full: ['product', 'safety'] } } };
    await ports.policies.set(parsePolicy({ people: { root: { roles: 'admin' } }, risk }), 'root');
    const failure = await releases.failureOf({ plan: weeks, by: 'root' }, ports);
    expect(failure.type).toBe('PLAN_REFUSED');
    expect(failure.message).toContain('The plan has 3 problems with the policy:');
    expect(failure.message).toContain('spam, html and topic are of medium risk, so product and safety have to approve');
    expect(await ports.releases.holder(weeks.model)).toBeNull();
    expect(ports.trained).toEqual([]);
  });
});

describe('an input of a release with what nobody knows', () => {
  it('is refused with what was meant, before anything is done: a typing error would start it at once, or as nobody', async () => {
    const ports = createFakePorts();
    for (const [more, problem] of [
      [{ que: true }, 'que: there is no such field (did you mean queue?)'],
      [{ by: 5 }, 'by: it has to be a text'],
      [{ queue: 'yes' }, 'queue: it has to be true or false'],
    ] as const) {
      const failure = await releases.failureOf({ plan: weeks, ...more }, ports);
      expect([failure.type, failure.message]).toEqual(['REQUEST_INVALID', expect.stringContaining(problem)]);
    }
    expect([ports.trained, await ports.releases.list()]).toEqual([[], []]);
  });
});

describe('who may start a release', () => {
  const people = {
    root: { roles: 'admin' },
    olga: { roles: 'operator' },
    ann: { roles: 'approver' },
    vic: { roles: 'viewer' },
  };

  it('is asked of the policy when it begins, however it was started; nothing is done for who may not', async () => {
    const ports = await withStable(createFakePorts());
    await ports.policies.set(parsePolicy({ people }), 'root');
    const refusals: Record<string, RegExp> = {
      vic: /^vic may not do that: it is for the role operator, and vic has viewer\. Nothing was started\.$/,
      ann: /for the role operator, and ann has approver/,
      eve: /^eve is not in the policy/,
      '': /does not say who starts this\. Write it beside the plan: \{"plan": …, "by": "ann"\}/,
    };
    for (const [by, expected] of Object.entries(refusals)) {
      const failure = await releases.failureOf({ plan: weeks, ...(by === '' ? {} : { by }) }, ports);
      expect([failure.type, failure.message]).toEqual(['NOT_ALLOWED', expect.stringMatching(expected)]);
      const queued = await releases.failureOf({ plan: weeks, queue: true, ...(by === '' ? {} : { by }) }, ports);
      expect([queued.type, queued.message]).toEqual([failure.type, failure.message]);
    }
    expect([ports.trained, await ports.releases.list(), await ports.releases.holder('mail')]).toEqual([[], [], null]);
    for (const by of ['olga', 'root', 'sam']) {
      if (by === 'sam') await ports.policies.signIn(by, ['operator'], new Date(Date.now() + 3_600_000));
      await releases.harness.with(ports, async () => {
        const handle = await releases.start({ plan: weeks, by });
        await releases.baking(handle);
        await handle.executeUpdate(rollbackUpdate, { args: [{ by: 'olga' }] });
        expect(await handle.result()).toMatchObject({ startedBy: by, state: 'rolledBack' });
      });
    }
  });

  it('is asked again when one that waited gets its model', async () => {
    const ports = await withStable(createFakePorts());
    await ports.policies.set(parsePolicy({ people }), 'root');
    await releases.harness.with(ports, async () => {
      const first = await releases.start({ plan: weeks, by: 'root' });
      await releases.baking(first);
      const second = await releases.start({ plan: weeks, by: 'olga', queue: true });
      await expect.poll(async () => (await handle(second)).standing?.kind, { timeout: 20_000 }).toBe('queued');
      await ports.policies.set(parsePolicy({ people: { ...people, olga: { roles: 'viewer' } } }), 'root');
      await first.executeUpdate(rollbackUpdate, { args: [{ by: 'root' }] });
      await first.result();
      await second.signal(lookAgainSignal);
      await expect(second.result()).rejects.toMatchObject({
        cause: { type: 'NOT_ALLOWED', message: expect.stringContaining('olga has viewer') },
      });
      expect(await ports.releases.list({ open: true })).toEqual([]);
    });
  });

  const handle = (release: Handle) => release.query(stateQuery);
});

describe('whoever stands in for somebody', () => {
  const day = 86_400_000;
  const plan = {
    ...weeks,
    strategy: 'one-shot',
    stages: { first: 3, then: 1 },
    people: { product: ['wang', 'bob'], safety: ['zhou'] },
    full: { approval: { from: ['product', 'safety'], each: true, within: '30 days' } },
  };
  const approver = { roles: ['approver' as const], slack: null };

  async function away(from: string, to: string, days: number, ports = createFakePorts()) {
    const now = await releases.harness.env.currentTimeMs();
    await ports.delegations.add({ from, to, until: new Date(now + days * day).toISOString(), why: 'leave', by: from });
    return ports;
  }

  it('counts as them, for one of them only, and it says so; not after its time', async () => {
    const ports = await away('wang', 'li', 10);
    await away('zhou', 'li', 10, ports);
    await away('wang', 'late', 0.5, ports);
    await ports.policies.set(
      {
        people: {
          ops: { roles: ['operator'], slack: null },
          wang: approver,
          bob: approver,
          zhou: approver,
          li: { roles: [], slack: null },
          late: approver,
        },
      },
      'root',
    );
    const said: string[] = [];
    const { report } = await releases.run(plan, {
      ports,
      by: 'ops',
      eachDay: async (handle, { waiting }, days) => {
        if (waiting === null || days !== 2) return;
        const approve = async (by: string): Promise<void> => void said.push(await answer(handle, by));
        for (const by of ['late', 'stranger', 'li', 'li', 'wang']) await approve(by);
        expect((await handle.query(stateQuery)).waiting).toMatchObject({
          approvedBy: ['wang'],
          delegates: { wang: 'li' },
        });
        await approve('zhou');
      },
    });
    expect(report.state, report.reason).toBe('released');
    expect(said).toEqual([
      'late may not decide this; it is for wang, bob, zhou',
      'stranger may not decide this; it is for wang, bob, zhou',
      'approved by li for wang; missing: 1 of safety',
      'li has approved already for wang',
      'li has approved for wang already',
      expect.stringContaining('approved: give'),
    ]);
    expect(report.requests).toMatchObject([{ outcome: 'approved', by: 'li for wang, zhou' }]);
    expect(report.decisions.find(({ by }) => by === 'li')).toMatchObject({ what: 'approved for wang', for: 'wang' });
  });

  it('does not approve for whoever started the release, nor what they started themselves', async () => {
    for (const starter of ['wang', 'li']) {
      const ports = await away('wang', 'li', 10);
      const said: string[] = [];
      const { report } = await releases.run(plan, {
        ports,
        by: starter,
        onWaiting: async (handle) => {
          if (said.length > 0) return;
          said.push(await answer(handle, 'li'));
          await handle.executeUpdate(rollbackUpdate, { args: [{ by: 'bob' }] });
        },
      });
      expect(report.state).toBe('rolledBack');
      expect(said).toEqual([
        expect.stringMatching(starter === 'wang' ? /^li stands in for wang, who st/ : /^li started/),
      ]);
    }
  });

  it('may, whatever their own role is, also where the plan asks anybody, or them themselves', async () => {
    for (const from of ['anyone', ['eve', 'bob']]) {
      const ports = await away('bob', 'eve', 10);
      await ports.policies.set(
        {
          people: {
            ops: { roles: ['operator'], slack: null },
            bob: approver,
            eve: { roles: ['viewer'], slack: null },
            vic: { roles: ['viewer'], slack: null },
          },
        },
        'root',
      );
      const said: string[] = [];
      const { report } = await releases.run(
        { ...plan, people: {}, full: { approval: { from, within: '30 days' } } },
        {
          ports,
          by: 'ops',
          onWaiting: async (handle) => {
            if (said.length > 0) return;
            said.push(await answer(handle, 'vic'), await answer(handle, 'eve'));
          },
        },
      );
      expect(report.state, report.reason).toBe('released');
      expect(said[0]).toMatch(from === 'anyone' ? /vic has viewer$/ : /^vic may not decide this/);
      expect(said[1]).toMatch(/^approved: give/);
      expect(report.requests).toMatchObject([{ outcome: 'approved', by: 'eve for bob' }]);
    }
  });

  it('may pause nothing for them, and approves nothing in an emergency', async () => {
    const ports = await away('root', 'eve', 10);
    await ports.policies.set(
      { people: { root: { roles: ['admin'], slack: null }, eve: { roles: ['viewer'], slack: null } } },
      'root',
    );
    const said: string[] = [];
    await releases.run(
      { ...plan, people: {}, full: { approval: 'anyone' } },
      {
        ports,
        by: 'root',
        onWaiting: async (handle) => {
          if (said.length > 0) return;
          said.push(await refusal(handle, 'pause', { by: 'eve' }));
          said.push(await refusal(handle, 'approve', { by: 'eve', emergency: true, why: 'now' }));
          await handle.executeUpdate(rollbackUpdate, { args: [{ by: 'root' }] });
        },
      },
    );
    expect(said).toEqual([
      'eve may not do that: it is for the role operator, and eve has viewer',
      'eve may not do that: it is for the role admin, and eve has viewer',
    ]);
  });

  async function answer(handle: Handle, by: string): Promise<string> {
    return handle.executeUpdate(approveUpdate, { args: [{ by }] }).catch((error: unknown) => {
      if (error instanceof WorkflowUpdateFailedError) return error.cause?.message ?? '';
      throw error;
    });
  }
});

describe('an emergency', () => {
  const plan = {
    ...weeks,
    strategy: 'one-shot',
    stages: { first: 3, then: 1 },
    people: { product: ['ann', 'bob'], safety: ['cem'] },
    full: { approval: { from: ['product', 'safety'], each: true } },
  };

  it('lets an admin approve alone, with a reason, by Update or by Signal, and is recorded as one', async () => {
    for (const bySignal of [false, true]) {
      const ports = createFakePorts();
      const of = (...roles: Role[]) => ({ roles, slack: null });
      await ports.policies.set({ people: { root: of('admin'), ann: of('approver', 'operator') } }, 'root');
      const refusals: string[] = [];
      const { report } = await releases.run(plan, {
        ports,
        by: 'ann',
        onWaiting: async (handle) => {
          const emergency = { emergency: true, why: 'users are locked out' } as const;
          refusals.push(await refusal(handle, 'approve', { ...emergency, by: 'ann' }));
          refusals.push(await refusal(handle, 'approve', { by: 'root', emergency: true }));
          refusals.push(await refusal(handle, 'approve', { by: 'root', emergency: 'yes' }));
          refusals.push(await refusal(handle, 'reject', { ...emergency, by: 'root' }));
          if (bySignal) await handle.signal(approveSignal, { ...emergency, by: 'root' });
          else await handle.executeUpdate(approveUpdate, { args: [{ ...emergency, by: 'root' }] });
        },
      });
      expect(report.state, report.reason).toBe('released');
      expect(refusals).toEqual([
        expect.stringContaining('role admin'),
        expect.stringContaining('say why this cannot wait'),
        expect.stringContaining('emergency has to be true or false'),
        expect.stringContaining('emergency is for approve alone'),
      ]);
      expect(report.requests).toMatchObject([
        { outcome: 'approved', by: 'root', why: 'emergency: users are locked out', emergency: true },
      ]);
      const decision = { what: 'approved in an emergency', by: 'root', emergency: true, why: 'users are locked out' };
      expect(report.decisions).toContainEqual(expect.objectContaining(decision));
      expect(await ports.audit.entries(0, 1000)).toContainEqual(expect.objectContaining(decision));
    }
  });

  it('is not for whoever started the release, unless the plan lets them approve their own', async () => {
    const people = { root: { roles: 'admin' }, rita: { roles: 'admin' } };
    const emergency = { by: 'root', emergency: true, why: 'users are locked out' } as const;
    for (const own of [false, true]) {
      const refusals: string[] = [];
      const ports = createFakePorts();
      await ports.policies.set(parsePolicy({ people }), 'root');
      const { report } = await releases.run(
        { ...plan, full: { approval: { ...plan.full.approval, own } } },
        {
          ports,
          by: 'root',
          onWaiting: async (handle) => {
            refusals.push(await refusal(handle, 'approve', emergency));
            if (!own) refusals.push(await refusal(handle, 'approve', { ...emergency, by: 'rita' }));
          },
        },
      );
      expect(report.state, report.reason).toBe('released');
      expect(refusals).toEqual(
        own ? ['accepted'] : [expect.stringMatching(/^root started this release, so another admin/), 'accepted'],
      );
      expect(report.requests).toMatchObject([{ by: own ? 'root' : 'rita', emergency: true }]);
    }
  });

  it('is nobody’s where there is no policy, since then nobody is an admin', async () => {
    const { report } = await releases.run(plan, {
      onWaiting: async (handle) => {
        const message = { by: 'ann', why: 'x', emergency: true };
        expect(await refusal(handle, 'approve', message)).toContain('nobody is an admin');
        await handle.executeUpdate(rollbackUpdate, { args: [{ by: 'ann' }] });
      },
    });
    expect(report.state).toBe('rolledBack');
  });
});
