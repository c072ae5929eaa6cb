/** Releases from beginning to end on a server that skips time, with real activities over ports in memory. */
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approveSignal } from '../../workflows/messages.ts';
import { complain } from '../support/crowd.ts';
import { createFakePorts } from '../support/fake-ports.ts';
import { expectStable, oneStage, openReleases, weeks, withStable, type Releases } from './releases.ts';

let releases: Releases;

beforeAll(async () => {
  releases = await openReleases();
}, 120_000);
afterAll(async () => releases.stop());

describe('a gradual release', () => {
  let told: ReturnType<Releases['run']> | undefined;
  /** The release of `weeks` as it goes when nobody interferes: run once for all who look at it. */
  const alone = () => {
    told ??= releases.run(weeks);
    void told.catch(() => (told = undefined));
    return told;
  };

  it('carries each stage through internal test, two bakes of 14 days and an A/B test to all users', async () => {
    const { report, days, ports } = await alone();
    expect(report.state).toBe('released');
    expect(report.steps.map(({ step, state }) => `${step} ${state}`)).toEqual([
      'train done',
      'split done',
      'internal test done',
      'gray done',
      'A/B done',
      'full done',
      'iterate done',
    ]);
    expect(report.curve.map(({ t, n, p }) => [t, n, p])).toEqual([
      [0, 2, 2 / 3],
      [1, 3, 1],
    ]);
    expect(days).toBeGreaterThan(56);
    expect(report.exposures.filter(({ stage }) => stage === 1).map(({ share }) => share)).toEqual([
      0.01, 0.25, 0.625, 1,
    ]);
    const digest = report.candidate?.digest;
    expect((await ports.routes.current()).map(({ stable, candidate }) => [stable, candidate])).toEqual([
      [digest, null],
      [digest, null],
      [digest, null],
    ]);
  });

  it('counts a bake from when the exposure took effect, and never lets a share shrink', async () => {
    const { ports } = await alone();
    const shares = ports.routes.history.flatMap((routes) =>
      routes.filter(({ capability, candidate }) => capability === 'spam' && candidate !== null),
    );
    const gray = shares.map(({ exposure }) => exposure.gray?.share ?? 0);
    expect(gray).toEqual([...gray].sort((a, b) => a - b));
  });

  it('of fifty stages goes on in new runs of its workflow', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `c${i}`);
    const { report } = await releases.run({
      ...weeks,
      strategy: 'gray',
      capabilities: names,
      stages: { first: 1, then: 1 },
      gray: { ramp: ['25%'], bake: '1 hour', 'check every': '1 hour' },
    });
    const history = await releases.harness.env.client.workflow.getHandle(report.id).fetchHistory();
    expect(history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId).toMatch(/./);
    expect(report.state).toBe('released');
    expect(report.curve).toHaveLength(50);
    expect(report.curve.at(-1)).toMatchObject({ t: 49, n: 50, p: 1 });
    expect(report.stages.map(({ state }) => state)).toEqual(names.map(() => 'released'));
  });

  it('rolls back when a guardrail is breached during the bake, and says which', async () => {
    const { report, ports } = await releases.run(weeks, { satisfaction: 0.5 });
    expect(report.state).toBe('rolledBack');
    expect(report.reason).toMatch(/satisfaction/);
    await expectStable(ports);
    expect(Math.max(...report.exposures.map(({ share }) => share))).toBeLessThanOrEqual(0.25);
  });

  it('does not go on without data: a person is asked, once more, and silence rolls back', async () => {
    const { report, ports } = await releases.run(weeks, { users: 0 });
    expect(report.decisions.map(({ what }) => what)).toEqual(expect.arrayContaining(['inconclusive', 'asked again']));
    expect(report.state).toBe('rolledBack');
    expect(report.reason).toMatch(/time-out|nobody decided/);
    await expectStable(ports);
  });

  const undecided = oneStage({
    strategy: 'ab',
    'ab test': { 'check every': '1 day', within: '5 days', margin: 0, approval: { from: ['ann'], within: '9 days' } },
  });

  it('asks once about an A/B test that decides nothing', async () => {
    const asked = new Set<string>();
    const { report } = await releases.run(undecided, {
      onWaiting: async (handle, waiting) => {
        asked.add(`${waiting.step} ${waiting.question}`);
        await handle.signal(approveSignal, { by: 'ann', why: 'good enough' });
      },
    });
    expect(report.state).toBe('released');
    expect([...asked]).toEqual(['A/B undecided after 5 days. Go on with spam, html, topic all the same?']);
    expect(report.decisions.filter(({ step }) => step === 'A/B').map(({ what }) => what)).toEqual([
      'inconclusive',
      'approved',
    ]);
  });

  it('looks after its guardrails while a person is asked', async () => {
    const ports = createFakePorts();
    let asked = 0;
    const { report } = await releases.run(undecided, {
      ports,
      onWaiting: async () => {
        if (asked++ === 0) await complain(ports, 500);
      },
    });
    expect(report.state).toBe('rolledBack');
    expect(report.reason).toMatch(/satisfaction >= .* is breached/);
    await expectStable(ports);
  });

  it('rejects an internal test that misses its gate', async () => {
    const { report, ports } = await releases.run({ ...weeks, 'internal test': { gate: 'accuracy >= 0.95' } });
    expect(report.state).toBe('rolledBack');
    expect(report.reason).toContain('accuracy 0.9 < 0.95');
    expect(report.exposures).toEqual([]);
    await expectStable(ports);
  });
});

describe('other strategies', () => {
  const short = oneStage({ gray: { ...weeks.gray, bake: '2 days' } });

  it.each([
    ['one-shot', ['internal test', 'full'], [1]],
    ['gray', ['internal test', 'gray', 'full'], [0.01, 0.25, 1]],
    ['ab', ['internal test', 'A/B', 'full'], [0.5, 1]],
  ])('%s takes its own steps', async (strategy, taken, shares) => {
    const { report } = await releases.run({ ...short, strategy });
    expect(report.state).toBe('released');
    const done = report.steps.filter(({ state }) => state === 'done').map(({ step }) => step);
    expect(done).toEqual(['train', 'split', ...taken, 'iterate']);
    expect(report.exposures.map(({ share }) => share)).toEqual(shares);
  });

  it('staged gives a stage to one audience after the other', async () => {
    const { report, ports } = await releases.run({
      ...short,
      strategy: 'staged',
      audiences: [['staff'], ['partners']],
    });
    expect(report.state).toBe('released');
    const groups = ports.routes.history.flatMap((routes) =>
      routes.filter(({ capability, candidate }) => capability === 'spam' && candidate !== null),
    );
    expect(groups.map(({ exposure }) => exposure.groups)).toEqual([['staff'], ['staff', 'partners']]);
  });
});

describe('trouble', () => {
  it('a plan with problems fails at once and names each of them', async () => {
    const failure = await releases.failureOf({
      plan: { model: 'mail', capabilities: ['spam'], gray: { ramp: ['50%', '5%'] }, strtegy: 'x' },
    });
    expect(failure.type).toBe('PLAN_INVALID');
    expect(failure.message).toMatch(/strtegy/);
    expect(failure.message).toMatch(/ramp/);
  });

  it.each([undefined, null, 7, 'mail', [], {}, { plans: 'mail' }])(
    'an input without a plan fails at once: %j',
    async (input) => {
      const failure = await releases.failureOf(input);
      expect(failure.type).toBe('PLAN_INVALID');
      expect(failure.message).toContain('The input holds no plan: give {"plan": "mail"}');
    },
  );

  it('a second release of the same model is refused with the first one named', async () => {
    const ports = createFakePorts();
    await ports.releases.begin({
      id: 'mail-7',
      runId: 'r',
      model: 'mail',
      plan: {},
      startedAt: '2026-01-01T00:00:00Z',
    });
    const failure = await releases.failureOf({ plan: weeks }, ports);
    expect(failure.type).toBe('MODEL_BUSY');
    expect(failure.message).toContain('mail-7');
  });

  it('a release that was terminated does not hold its model, and its users go back to stable', async () => {
    const ports = createFakePorts();
    ports.running = new Set();
    await ports.releases.begin({
      id: 'mail-7',
      runId: 'r',
      model: 'mail',
      plan: {},
      startedAt: '2026-01-01T00:00:00Z',
    });
    const { report } = await releases.run(oneStage({ strategy: 'one-shot' }), { ports });
    expect(report.state).toBe('released');
  });

  it('cancellation puts users back on stable and ends as cancelled', async () => {
    const ports = await withStable(createFakePorts());
    const error = await releases.harness.with(ports, async () => {
      const handle = await releases.start({ plan: weeks });
      await releases.harness.env.sleep('3 days');
      await handle.cancel();
      return handle.result().catch((caught: unknown) => caught);
    });
    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect(error instanceof WorkflowFailedError && error.cause).toBeInstanceOf(CancelledFailure);
    await expectStable(ports);
    expect((await ports.releases.list())[0]?.state).toBe('cancelled');
  });

  it('without any gateway the release ends with users on stable', async () => {
    const ports = createFakePorts();
    await ports.routes.leave('gateway-1');
    const { report } = await releases.run({ ...weeks, 'gateway within': '1 s' }, { ports });
    expect(report.state).toBe('rolledBack');
    expect(report.reason).toMatch(/No gateway/i);
    await expectStable(ports);
  });

  it('a stop switch at the gateway ends the release', async () => {
    const ports = createFakePorts();
    const { report } = await releases.run(weeks, {
      ports,
      eachDay: async (_, __, day) => {
        if (day === 5) ports.routes.pullStop({ model: 'mail', by: 'night shift', why: 'wrong answers', at: '' });
      },
    });
    expect(report.state).toBe('rolledBack');
    expect(report.reason).toContain('night shift: wrong answers');
    await expectStable(ports);
  });
});
