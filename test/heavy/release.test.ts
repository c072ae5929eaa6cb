/** Releases from beginning to end on a server that skips time, with real activities over ports in memory. */
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReleaseReport, Waiting } from '../../src/domain/report.ts';
import {
  approveSignal,
  approveUpdate,
  pauseUpdate,
  rejectUpdate,
  resumeUpdate,
  rollbackUpdate,
  stateQuery,
  taskQueue,
} from '../../workflows/messages.ts';
import type { release } from '../../workflows/index.ts';
import { complain, crowd } from '../support/crowd.ts';
import { createFakePorts, type FakePorts } from '../support/fake-ports.ts';
import { startTimeSkipping, type Harness } from './time-skipping.ts';

type Handle = WorkflowHandle<typeof release>;
let harness: Harness;

beforeAll(async () => {
  harness = await startTimeSkipping();
}, 120_000);
afterAll(async () => harness.stop());

const capabilities = { spam: { importance: 9 }, html: { importance: 8 }, topic: { importance: 7, requires: 'spam' } };
const weeks = {
  model: 'mail',
  train: { data: 'mail' },
  capabilities,
  stages: [['spam', 'html'], ['topic']],
  gray: { ramp: ['1%', '25%'], bake: '14 days', 'check every': '1 day', within: '60 days' },
  'ab test': { 'check every': '1 day', within: '30 days', margin: 0.3 },
};

describe('a gradual release', () => {
  it('carries each stage through internal test, two bakes of 14 days and an A/B test to all users', async () => {
    const { report, days, ports } = await run(weeks);
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
    const { ports } = await run(weeks);
    const shares = ports.routes.history.flatMap((routes) =>
      routes.filter(({ capability, candidate }) => capability === 'spam' && candidate !== null),
    );
    const gray = shares.map(({ exposure }) => exposure.gray?.share ?? 0);
    expect(gray).toEqual([...gray].sort((a, b) => a - b));
  });

  it('of sixty stages goes on in new runs of its workflow', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `c${i}`);
    const { report } = await run({
      ...weeks,
      strategy: 'gray',
      capabilities: names,
      stages: { first: 1, then: 1 },
      gray: { ramp: ['25%'], bake: '1 hour', 'check every': '1 hour' },
    });
    const history = await harness.env.client.workflow.getHandle(report.id).fetchHistory();
    expect(history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId).toMatch(/./);
    expect(report.state).toBe('released');
    expect(report.curve).toHaveLength(60);
    expect(report.curve.at(-1)).toMatchObject({ t: 59, n: 60, p: 1 });
    expect(report.stages.map(({ state }) => state)).toEqual(names.map(() => 'released'));
  });

  it('rolls back when a guardrail is breached during the bake, and says which', async () => {
    const { report, ports } = await run(weeks, { satisfaction: 0.5 });
    expect(report.state).toBe('rolledBack');
    expect(report.reason).toMatch(/satisfaction/);
    await expectStable(ports);
    expect(Math.max(...report.exposures.map(({ share }) => share))).toBeLessThanOrEqual(0.25);
  });

  it('does not go on without data: a person is asked, and silence rolls back', async () => {
    const { report, ports } = await run(weeks, { users: 0 });
    expect(report.state).toBe('rolledBack');
    expect(report.reason).toMatch(/time-out|nobody decided/);
    await expectStable(ports);
  });

  const undecided = {
    ...weeks,
    stages: { first: 3, then: 1 },
    'ab test': { 'check every': '1 day', within: '5 days', margin: 0, approval: { from: ['ann'], within: '9 days' } },
  };

  it('asks once about an A/B test that decides nothing', async () => {
    const asked = new Set<string>();
    const { report } = await run(undecided, {
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
    const { report } = await run(undecided, {
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
    const { report, ports } = await run({ ...weeks, 'internal test': { gate: 'accuracy >= 0.95' } });
    expect(report.state).toBe('rolledBack');
    expect(report.reason).toContain('accuracy 0.9 < 0.95');
    expect(report.exposures).toEqual([]);
    await expectStable(ports);
  });
});

describe('other strategies', () => {
  it.each([
    ['one-shot', ['internal test', 'full'], [1]],
    ['gray', ['internal test', 'gray', 'full'], [0.01, 0.25, 1]],
    ['ab', ['internal test', 'A/B', 'full'], [0.5, 1]],
  ])('%s takes its own steps', async (strategy, taken, shares) => {
    const { report } = await run({ ...weeks, strategy, stages: { first: 3, then: 1 } });
    expect(report.state).toBe('released');
    const done = report.steps.filter(({ state }) => state === 'done').map(({ step }) => step);
    expect(done).toEqual(['train', 'split', ...taken, 'iterate']);
    expect(report.exposures.map(({ share }) => share)).toEqual(shares);
  });

  it('staged gives a stage to one audience after the other', async () => {
    const plan = { ...weeks, strategy: 'staged', stages: { first: 3, then: 1 }, audiences: [['staff'], ['partners']] };
    const { report, ports } = await run(plan);
    expect(report.state).toBe('released');
    const groups = ports.routes.history.flatMap((routes) =>
      routes.filter(({ capability, candidate }) => capability === 'spam' && candidate !== null),
    );
    expect(groups.map(({ exposure }) => exposure.groups)).toEqual([['staff'], ['staff', 'partners']]);
  });
});

describe('people', () => {
  const asked = {
    ...weeks,
    stages: [['spam', 'html'], ['topic']],
    people: { team: ['ann', 'bob', 'cem'] },
    'internal test': { approval: { from: 'team', count: 2, within: '2 days', else: 'reject' } },
  };

  it('go on when as many as the plan asks for have approved, by Update or by Signal', async () => {
    const { report } = await run(asked, {
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
    const { report } = await run(asked, {
      onWaiting: async (handle, waiting) => {
        for (const name of ['ask', 'withdraw', 'stageUpdate', 'approve', 'pause']) {
          for (const args of [[], [null], [{}], [7], [{ number: 1 }], [[]]]) await handle.signal(name, ...args);
          const rollout = harness.env.client.workflow.getHandle(`${handle.workflowId}/${waiting.stage}`);
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
    const { report } = await run(asked, {
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
    const { report, ports } = await run(asked, {
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
    const { report, ports } = await run(asked, { onWaiting: async () => undefined });
    expect(report.state).toBe('rolledBack');
    expect(report.reason).toMatch(/nobody decided/);
    await expectStable(ports);
  });

  it('pause: no more users get the candidate until somebody resumes', async () => {
    let paused = 0;
    const { report, days } = await run(weeks, {
      eachDay: async (handle, state, day) => {
        if (day === 3) await handle.executeUpdate(pauseUpdate, { args: [{ by: 'ann', why: 'holidays' }] });
        if (state.state === 'paused') paused = Math.max(paused, state.stages[0]?.exposure ?? 0);
        if (day === 100) await handle.executeUpdate(resumeUpdate, { args: [{ by: 'ann' }] });
      },
    });
    expect(paused).toBe(0.01);
    expect(days).toBeGreaterThan(140);
    expect(report.state).toBe('released');
  });

  it('pause: the clock of an open request stands still', async () => {
    let request = '';
    const { report, days } = await run(asked, {
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
    const { report, ports } = await run(weeks, {
      eachDay: async (handle, _, day) => {
        if (day === 20) await handle.executeUpdate(rollbackUpdate, { args: [{ by: 'ann', why: 'complaints' }] });
      },
    });
    expect(report.state).toBe('rolledBack');
    expect(report.reason).toBe('rolled back by ann: complaints');
    await expectStable(ports);
  });
});

describe('trouble', () => {
  it('a plan with problems fails at once and names each of them', async () => {
    const failure = await failureOf({
      plan: { model: 'mail', capabilities: ['spam'], gray: { ramp: ['50%', '5%'] }, strtegy: 'x' },
    });
    expect(failure.type).toBe('PLAN_INVALID');
    expect(failure.message).toMatch(/strtegy/);
    expect(failure.message).toMatch(/ramp/);
  });

  it.each([undefined, null, 7, 'mail', [], {}, { plans: 'mail' }])(
    'an input without a plan fails at once: %j',
    async (input) => {
      const failure = await failureOf(input);
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
    const failure = await failureOf({ plan: weeks }, ports);
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
    const { report } = await run(weeks, { ports });
    expect(report.state).toBe('released');
  });

  it('cancellation puts users back on stable and ends as cancelled', async () => {
    const ports = await withStable(createFakePorts());
    const error = await harness.with(ports, async () => {
      const handle = await start({ plan: weeks });
      await harness.env.sleep('3 days');
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
    const { report } = await run({ ...weeks, 'gateway within': '1 s' }, { ports });
    expect(report.state).toBe('rolledBack');
    expect(report.reason).toMatch(/No gateway/i);
    await expectStable(ports);
  });

  it('a stop switch at the gateway ends the release', async () => {
    const ports = createFakePorts();
    const { report } = await run(weeks, {
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

interface RunOptions {
  ports?: FakePorts;
  satisfaction?: number;
  users?: number;
  onWaiting?: (handle: Handle, waiting: Waiting) => Promise<void>;
  eachDay?: (handle: Handle, state: ReleaseReport, day: number) => Promise<void>;
}

/** Runs a release to its end, a day at a time. */
async function run(plan: unknown, options: RunOptions = {}) {
  const ports = await withStable(options.ports ?? createFakePorts());
  const end = crowd(ports, {
    candidate: options.satisfaction ?? 0.92,
    stable: 0.9,
    users: options.users ?? 200,
    seed: 7,
  });
  const report = await harness.with(ports, async () => {
    const handle = await start({ plan });
    const alone = options.onWaiting === undefined && options.eachDay === undefined;
    for (let day = 0; day < 400 && !alone; day++) {
      const state = await handle.query(stateQuery);
      if (state.endedAt !== null) break;
      if (state.waiting !== null) await options.onWaiting?.(handle, state.waiting);
      await options.eachDay?.(handle, state, day);
      await harness.env.sleep('1 day');
    }
    return handle.result();
  });
  end();
  const days = (Date.parse(report.endedAt ?? '') - Date.parse(report.startedAt)) / 86_400_000;
  return { report, ports, days };
}

async function start(input: unknown): Promise<Handle> {
  return harness.env.client.workflow.start('release', {
    taskQueue,
    workflowId: `mail-${randomUUID()}`,
    args: [input],
  });
}

async function failureOf(input: unknown, ports = createFakePorts()): Promise<ApplicationFailure> {
  const error = await harness.with(ports, async () => (await start(input)).result().catch((caught: unknown) => caught));
  if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) return error.cause;
  throw new Error('the release did not fail as expected', { cause: error });
}

async function refusal(handle: Handle, update: string, message: unknown): Promise<string> {
  try {
    await handle.executeUpdate(update, { args: [message] });
    return 'accepted';
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) return error.cause?.message ?? '';
    throw error;
  }
}

/** Everything is stable on an older version. */
async function withStable(ports: FakePorts): Promise<FakePorts> {
  await ports.versions.register({
    digest: 'stable-digest',
    model: 'mail',
    spec: { ...specOfStable },
    labels: { spam: ['no', 'yes'], html: ['no', 'yes'], topic: ['no', 'yes'] },
    trainedOn: 10,
  });
  const to = { kind: 'full', candidate: 'stable-digest' } as const;
  await ports.routes.set({ model: 'mail', capabilities: Object.keys(capabilities), phase: '', to });
  ports.routes.history.length = 0;
  return ports;
}

async function expectStable(ports: FakePorts): Promise<void> {
  for (const route of await ports.routes.current()) {
    expect([route.stable, route.candidate]).toEqual(['stable-digest', null]);
  }
}

const specOfStable = {
  data: 'mail',
  share: 0.25,
  network: 'per capability',
  epochs: 10,
  batch: 32,
  learningRate: 0.001,
  vocabulary: 10_000,
  length: 100,
  embedding: 128,
  units: 128,
  seed: 1,
} as const;
