/** What people may say to a release, on a server that skips time: each rule of approvals, and what happens in silence. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  approveSignal,
  approveUpdate,
  holdUpdate,
  moreTimeUpdate,
  pauseUpdate,
  rejectUpdate,
  resumeUpdate,
  rollbackUpdate,
} from '../../workflows/messages.ts';
import { complain } from '../support/crowd.ts';
import { createFakePorts } from '../support/fake-ports.ts';
import { expectStable, inDays, oneStage, openReleases, refusal, weeks, type Releases } from './releases.ts';

let releases: Releases;

beforeAll(async () => {
  releases = await openReleases();
}, 120_000);
afterAll(async () => releases.stop());

describe('people', () => {
  // In days, not weeks: what people are asked about comes before.
  const asked = {
    ...inDays,
    people: { team: ['ann', 'bob', 'cem'] },
    'internal test': { approval: { from: 'team', count: 2, within: '2 days', else: 'reject' } },
  };

  it('go on when as many as the plan asks for have approved, by Update or by Signal', async () => {
    const { report } = await releases.run(asked, {
      onWaiting: async (handle, waiting) => {
        expect(waiting.from).toEqual(['ann', 'bob', 'cem']);
        await handle.signal(approveSignal, { by: 'ann', why: 'looks right' });
        await handle.executeUpdate(approveUpdate, { args: [{ by: 'bob', request: waiting.id }] });
      },
    });
    expect(report.state).toBe('released');
    expect(report.decisions.filter(({ what }) => what === 'approved').map(({ by }) => by)).toEqual([
      'ann',
      'bob',
      'ann',
      'bob',
    ]);
  });

  it('what is no message at all, and signals that are none of theirs, stop nothing; words are kept as all can read them', async () => {
    const { report } = await releases.run(asked, {
      onWaiting: async (handle, waiting) => {
        for (const name of ['ask', 'withdraw', 'stageUpdate', 'approve', 'pause']) {
          for (const args of [[], [null], [{}], [7], [{ number: 1 }], [[]]]) await handle.signal(name, ...args);
          const rollout = releases.harness.env.client.workflow.getHandle(`${handle.workflowId}/${waiting.stage}`);
          for (const inner of ['hold', 'undo', 'decided']) await rollout.signal(inner, {});
        }
        await handle.executeUpdate(approveUpdate, { args: [{ by: 'ann', why: 'good\u0000\u001b[31m\ud83d\nenough' }] });
        await handle.executeUpdate(approveUpdate, { args: [{ by: 'bob' }] });
      },
    });
    expect(report.state).toBe('released');
    expect(report.decisions.find(({ by }) => by === 'ann')?.why).toBe('good\ufffd\ufffd[31m\ufffd enough');
  });

  it('who may not decide, approve twice, or mean another request are refused, and nothing happens', async () => {
    const refusals: string[] = [];
    const { report } = await releases.run(asked, {
      onWaiting: async (handle, waiting) => {
        const tries: unknown[] = [
          { by: 'eve' },
          { by: 'ann', request: '9/other/1' },
          { why: 'nobody' },
          'ann',
          { by: 'ann', admin: true },
        ];
        if (waiting.stage === 1 && refusals.length === 0) {
          for (const message of tries) refusals.push(await refusal(handle, 'approve', message));
          await handle.executeUpdate(approveUpdate, { args: [{ by: 'ann' }] });
          refusals.push(await refusal(handle, 'approve', { by: 'ann' }));
          refusals.push(await refusal(handle, 'resume', { by: 'ann' }));
        }
        if (waiting.approvedBy.length === 0 && waiting.stage > 1) {
          await handle.executeUpdate(approveUpdate, { args: [{ by: 'ann' }] });
        }
        await handle.executeUpdate(approveUpdate, { args: [{ by: 'cem' }] });
      },
    });
    expect(report.state).toBe('released');
    expect(refusals).toEqual([
      expect.stringContaining('eve may not decide this; it is for ann, bob, cem'),
      expect.stringContaining('9/other/1 is not open'),
      expect.stringContaining('by is missing'),
      expect.stringContaining('a message is an object'),
      expect.stringContaining('no field "admin"'),
      expect.stringContaining('ann has approved already'),
      expect.stringContaining('not paused'),
    ]);
  });

  it('a rejected internal test of stage 2 leaves stage 1 released', async () => {
    const { report, ports } = await releases.run(asked, {
      onWaiting: async (handle, waiting) => {
        if (waiting.stage === 2) {
          await handle.executeUpdate(rejectUpdate, { args: [{ by: 'bob', why: 'topics are poor' }] });
          return;
        }
        await handle.executeUpdate(approveUpdate, { args: [{ by: 'ann' }] });
        await handle.executeUpdate(approveUpdate, { args: [{ by: 'bob' }] });
      },
    });
    expect(report.state).toBe('partlyReleased');
    expect(report.reason).toBe('rejected by bob: topics are poor');
    expect(report.curve.at(-1)).toMatchObject({ n: 2, p: 2 / 3 });
    const routes = new Map((await ports.routes.current()).map((route) => [route.capability, route]));
    expect(routes.get('spam')?.stable).toBe(report.candidate?.digest);
    expect(routes.get('topic')?.stable ?? 'stable-digest').toBe('stable-digest');
  });

  it('who do not answer in time are taken at the word of the plan', async () => {
    const { report, ports } = await releases.run(asked, { onWaiting: async () => undefined });
    expect(report.state).toBe('rolledBack');
    expect(report.reason).toMatch(/nobody decided/);
    await expectStable(ports);
  });

  it('pause: no more users get the candidate until somebody resumes', async () => {
    let paused = 0;
    // By day 17 it would have grown, and by day 33 it would be with everybody.
    const { report, days } = await releases.run(oneStage({ strategy: 'gray' }), {
      eachDay: async (handle, state, day) => {
        if (day === 3) await handle.executeUpdate(pauseUpdate, { args: [{ by: 'ann', why: 'holidays' }] });
        if (state.state === 'paused') paused = Math.max(paused, state.stages[0]?.exposure ?? 0);
        if (day === 35) await handle.executeUpdate(resumeUpdate, { args: [{ by: 'ann' }] });
      },
    });
    expect(paused).toBe(0.01);
    expect(days).toBeGreaterThan(35 + 14);
    expect(report.state).toBe('released');
  });

  it('pause: the clock of an open request stands still', async () => {
    let request = '';
    const { report, days } = await releases.run(asked, {
      onWaiting: async (handle, waiting) => {
        if (request !== '' && request !== waiting.id) await handle.signal(approveSignal, { by: 'ann' });
        if (request !== '' && request !== waiting.id) await handle.signal(approveSignal, { by: 'bob' });
        if (request !== '') return;
        request = waiting.id;
        await handle.executeUpdate(pauseUpdate, { args: [{ by: 'ann' }] });
      },
      eachDay: async (handle, state, day) => {
        if (day === 20) await handle.executeUpdate(resumeUpdate, { args: [{ by: 'ann' }] });
        if (day !== 21) return;
        expect(state.waiting?.id).toBe(request);
        await handle.signal(approveSignal, { by: 'bob' });
        await handle.signal(approveSignal, { by: 'cem' });
      },
    });
    expect(report.state).toBe('released');
    expect(days).toBeGreaterThan(20);
  });

  it('roll back: the users of the stage under way are on stable', async () => {
    const { report, ports } = await releases.run(weeks, {
      eachDay: async (handle, _, day) => {
        if (day === 20) await handle.executeUpdate(rollbackUpdate, { args: [{ by: 'ann', why: 'complaints' }] });
      },
    });
    expect(report.state).toBe('rolledBack');
    expect(report.reason).toBe('rolled back by ann: complaints');
    await expectStable(ports);
  });
});

describe('an approval', () => {
  const people = { product: ['ann', 'bob'], safety: ['bob', 'cem'], managers: ['dora'] };
  const full = (approval: object) => oneStage({ strategy: 'one-shot', people, full: { approval } });

  it('of several groups needs somebody of each, and nobody for two of them', async () => {
    const receipts: string[] = [];
    const { report } = await releases.run(full({ from: ['product', 'safety'], each: true }), {
      onWaiting: async (handle) => {
        for (const by of ['bob', 'ann']) receipts.push(await handle.executeUpdate(approveUpdate, { args: [{ by }] }));
      },
    });
    expect(report.state).toBe('released');
    expect(receipts).toEqual(['approved by bob; missing: 1 of safety', expect.stringMatching(/^approved: give/)]);
    expect(report.requests).toMatchObject([{ outcome: 'approved', by: 'bob, ann' }]);
  });

  it('is not given by whoever started the release, unless the plan says so', async () => {
    const refusals: string[] = [];
    const { report } = await releases.run(full({ from: 'product' }), {
      by: 'ann',
      onWaiting: async (handle) => {
        refusals.push(await refusal(handle, 'approve', { by: 'ann' }));
        await handle.executeUpdate(approveUpdate, { args: [{ by: 'bob' }] });
      },
    });
    expect([report.startedBy, report.state]).toEqual(['ann', 'released']);
    expect(refusals).toEqual([expect.stringContaining('ann started this release')]);
    const own = await releases.run(full({ from: 'product', own: true }), {
      by: 'ann',
      onWaiting: async (handle) => void (await handle.executeUpdate(approveUpdate, { args: [{ by: 'ann' }] })),
    });
    expect(own.report.state).toBe('released');
  });

  it('that nobody gives is asked for once more, also of others; then the stage goes back', async () => {
    const silent = full({ from: 'product', within: '2 days', 'escalate to': 'managers' });
    const { report, days, ports } = await releases.run(silent, { onWaiting: async () => undefined });
    expect(report.state).toBe('rolledBack');
    expect(days).toBeGreaterThan(3.9);
    expect(report.decisions.filter(({ by }) => by === 'gradus').map(({ what }) => what)).toEqual([
      'advance',
      'asked again',
      'rejected',
    ]);
    await expectStable(ports);

    const refusals: string[] = [];
    const escalated = await releases.run(silent, {
      onWaiting: async (handle, { escalated: isEscalated }) => {
        if (isEscalated) await handle.executeUpdate(approveUpdate, { args: [{ by: 'dora' }] });
        else refusals.push(await refusal(handle, 'approve', { by: 'dora' }));
      },
    });
    expect(escalated.report.state).toBe('released');
    expect(refusals[0]).toContain('dora may not decide this; it is for ann, bob');
  });

  it('that is held waits for as long as it takes; more time is the plan’s once more', async () => {
    const { report, days } = await releases.run(full({ from: 'product', within: '2 days', else: 'reject' }), {
      eachDay: async (handle, { waiting }, day) => {
        if (waiting === null) return;
        if (day === 1) await handle.executeUpdate(holdUpdate, { args: [{ by: 'ann', why: 'legal looks at it' }] });
        if (day === 1) expect(await refusal(handle, 'hold', { by: 'bob' })).toContain('held already');
        if (day === 30) await handle.executeUpdate(moreTimeUpdate, { args: [{ by: 'bob' }] });
        if (day === 32) await handle.executeUpdate(approveUpdate, { args: [{ by: 'bob' }] });
      },
    });
    expect(report.state).toBe('released');
    expect(days).toBeGreaterThan(31);
    expect(report.decisions.map(({ what }) => what)).toEqual(['advance', 'held', 'gave 2 days more', 'approved']);
  });

  const grayAsks = (guardrails: string) =>
    oneStage({
      strategy: 'gray',
      gray: {
        ramp: ['25%'],
        bake: '3 days',
        'check every': '1 day',
        guardrails,
        approval: { from: ['ann'], within: '60 days' },
      },
    });

  it('of a gray release that nobody rated is asked for once, however long it takes, and once more before full', async () => {
    const ann = { from: ['ann'], within: '60 days' };
    const gray = { ramp: ['25%'], bake: '1 day', 'check every': '1 day', within: '3 days', approval: ann };
    const { report } = await releases.run(oneStage({ strategy: 'gray', gray, full: { approval: ann } }), {
      users: 0,
      onWaiting: async (handle, { id, since }) => {
        const now = await releases.harness.env.currentTimeMs();
        if (now - Date.parse(since) > 8 * 86_400_000)
          await handle.executeUpdate(approveUpdate, { args: [{ by: 'ann', request: id }] });
      },
    });
    expect(report.state, report.reason).toBe('released');
    expect(report.requests.map(({ request, outcome }) => `${request.id} ${outcome}: ${request.question}`)).toEqual([
      '1/gray/1 approved: not enough was rated in 3 days. Go on with spam, html, topic all the same?',
      '1/full/2 approved: give spam, html, topic to all users?',
    ]);
  });

  it('is for conditions as they were shown: when one is not certain any more, people are asked again', async () => {
    const ports = createFakePorts();
    const { report } = await releases.run(grayAsks('satisfaction >= stable - 25%'), {
      ports,
      onWaiting: async (handle, { id, digest, findings }) => {
        if (id === '1/gray/1') {
          expect(findings.map(({ state }) => state)).toEqual(['holds', 'holds', 'holds']);
          await complain(ports, 60);
        } else {
          expect(findings.map(({ state }) => state)).toContain('open');
          await handle.executeUpdate(approveUpdate, { args: [{ by: 'ann', request: id, evidence: digest }] });
        }
      },
    });
    expect(report.requests.map(({ outcome }) => outcome)).toEqual(['withdrawn', 'approved']);
    expect(report.requests[0]?.why).toMatch(/^other evidence: .*is open now: satisfaction/);
  });

  it('before full is for the test as it was shown too, though that was decided', async () => {
    const ports = createFakePorts();
    const plan = oneStage({
      strategy: 'ab',
      gray: { guardrails: 'error rate <= 50%' },
      full: { approval: { from: ['ann'], within: '60 days' } },
    });
    const { report } = await releases.run(plan, {
      ports,
      onWaiting: async (handle, { id, digest, evidence }) => {
        if (id === '1/full/1') await complain(ports, 60);
        else {
          expect(evidence.join()).toContain('satisfaction -0.2');
          await handle.executeUpdate(approveUpdate, { args: [{ by: 'ann', request: id, evidence: digest }] });
        }
      },
    });
    expect(report.state, report.reason).toBe('released');
    expect(report.requests.map(({ outcome }) => outcome)).toEqual(['withdrawn', 'approved']);
    expect(report.requests[0]?.why).toMatch(/^other evidence: .*satisfaction >= stable - 0.3 is open now/);
  });

  it('is renewed when figures leave what was shown, ever less often while they go on moving', async () => {
    const ports = createFakePorts();
    let days = 0;
    const { report } = await releases.run(grayAsks('satisfaction >= stable - 99%'), {
      ports,
      onWaiting: async (handle) => {
        if (days++ < 12) await complain(ports, days * 40);
        else if (days > 16) await handle.executeUpdate(approveUpdate, { args: [{ by: 'ann' }] });
      },
    });
    expect(report.state, report.reason).toBe('released');
    const renewed = report.requests.filter(({ outcome }) => outcome === 'withdrawn');
    expect(renewed.length).toBeGreaterThanOrEqual(2);
    expect(renewed.length).toBeLessThanOrEqual(5);
    expect(renewed[0]?.why).toMatch(/^other evidence: \w+: satisfaction against stable is -0\.\d+ now and was [+-]0/);
    const last = report.requests.at(-1)?.request.findings[0]?.difference?.value ?? 0;
    expect(last).toBeLessThan(-0.4);
  });

  it('is for the evidence that was shown: when a condition breaks, people are asked again', async () => {
    const ports = createFakePorts();
    const gray = { ramp: ['25%'], bake: '3 days', 'on breach': 'pause', approval: { from: ['ann'], within: '9 days' } };
    const plan = oneStage({ strategy: 'gray', gray: { ...weeks.gray, ...gray } });
    const refusals: string[] = [];
    let first: { request: string; evidence: string } | null = null;
    const { report } = await releases.run(plan, {
      ports,
      onWaiting: async (handle, { id, digest }) => {
        expect(digest).toMatch(/^[0-9a-f]{64}$/);
        if (first === null) {
          first = { request: id, evidence: digest };
          await complain(ports, 500);
        } else if (first.request !== id) {
          refusals.push(await refusal(handle, 'approve', { by: 'ann', ...first }));
          refusals.push(await refusal(handle, 'approve', { by: 'ann', evidence: first.evidence }));
          await handle.executeUpdate(approveUpdate, { args: [{ by: 'ann', request: id, evidence: digest }] });
        }
      },
    });
    expect(report.state, report.reason).toBe('released');
    expect(report.requests.map(({ outcome }) => outcome)).toEqual(['withdrawn', 'approved']);
    expect(report.requests[0]?.why).toMatch(/^other evidence: .*satisfaction/);
    expect(refusals).toEqual([
      expect.stringContaining('it was withdrawn'),
      expect.stringContaining('not what ann saw'),
    ]);
  });

  it('that arrives twice, by whichever way, counts once and is answered the same', async () => {
    const receipts: string[] = [];
    const { report } = await releases.run(full({ from: 'product', count: 2 }), {
      onWaiting: async (handle) => {
        const message = { by: 'ann', id: 'press-1', via: 'slack' };
        const both = [1, 2].map(() => handle.executeUpdate(approveUpdate, { args: [message] }));
        receipts.push(...(await Promise.all(both)));
        await handle.signal(approveSignal, message);
        receipts.push(await handle.executeUpdate(approveUpdate, { args: [message] }));
        expect(await refusal(handle, 'reject', message)).toMatch(
          /id press-1 was that of another message of ann, to approve/,
        );
        await handle.executeUpdate(approveUpdate, { args: [{ by: 'bob' }] });
      },
    });
    expect(report.state).toBe('released');
    expect(new Set(receipts)).toEqual(new Set(['approved by ann; missing: 1 more']));
    expect(report.decisions.filter(({ by }) => by === 'ann')).toMatchObject([{ what: 'approved', via: 'slack' }]);
  });

  it('is asked of the policy: who lacks the role is refused, whatever the plan says', async () => {
    const ports = createFakePorts();
    await ports.policies.set(
      {
        people: {
          root: { roles: ['admin'], slack: null },
          ann: { roles: ['operator'], slack: null },
          bob: { roles: ['approver'], slack: null },
        },
      },
      'root',
    );
    const refusals: string[] = [];
    const { report } = await releases.run(full({ from: 'product' }), {
      ports,
      by: 'root',
      onWaiting: async (handle) => {
        refusals.push(await refusal(handle, 'approve', { by: 'ann' }));
        refusals.push(await refusal(handle, 'pause', { by: 'bob' }));
        refusals.push(await refusal(handle, 'rollback', { by: 'stranger' }));
        await handle.signal(approveSignal, { by: 'ann' });
        await handle.executeUpdate(approveUpdate, { args: [{ by: 'bob' }] });
      },
    });
    expect(report.state).toBe('released');
    expect(refusals).toEqual([
      expect.stringContaining('it is for the role approver, and ann has operator'),
      expect.stringContaining('it is for the role operator, and bob has approver'),
      expect.stringContaining('stranger is not in the policy'),
    ]);
    expect(report.decisions.find(({ what }) => what === 'approve was refused')).toMatchObject({ by: 'ann' });
  });
});
