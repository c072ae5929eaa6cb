/** How iterations go on, on a server that skips time: bad orders, a busy model, many looks, and a cancelled one. */
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { insistUnused } from '../../src/domain/plan-lock.ts';
import { parsePolicy } from '../../src/domain/policy.ts';
import type { iteration } from '../../workflows/index.ts';
import { approveUpdate, rejectUpdate, taskQueue } from '../../workflows/messages.ts';
import { answerOf, feedbackOf } from '../fixtures/answers.ts';
import { createFakePorts, type FakePorts } from '../support/fake-ports.ts';
import { openReleases, weeks, withStable, type Releases } from './releases.ts';

let releases: Releases;
beforeAll(async () => {
  releases = await openReleases();
}, 120_000);
afterAll(() => releases.stop());

const plan = {
  model: 'mail',
  strategy: 'one-shot',
  train: { data: 'mail' },
  capabilities: ['spam'],
  iterate: { 'learn when': 'corrections >= 3' },
};

async function start(input: unknown): Promise<WorkflowHandle<typeof iteration>> {
  const { workflow } = releases.harness.env.client;
  return workflow.start('iteration', { taskQueue, workflowId: `learn-${randomUUID()}`, args: [input] });
}

/** So many users were answered wrongly, and say so with the text. */
async function correct(ports: FakePorts, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const answer = answerOf({ model: 'mail', version: 'stable-digest', phase: '', user: `u-${i}`, label: 'no' });
    const feedback = feedbackOf(answer, { satisfaction: 0, correctLabel: 'yes', text: `a text of ${answer.id}` });
    await ports.observations.record([answer], [feedback]);
  }
}

test('an order is refused whole, with every problem named, before anything is looked at', async () => {
  const ports = createFakePorts();
  const failure = await releases.harness.with(ports, async () =>
    (await start({ every: '3', times: 0, often: true })).result().catch((error: unknown) => error),
  );
  const cause = failure instanceof WorkflowFailedError ? failure.cause : null;
  expect(cause).toBeInstanceOf(ApplicationFailure);
  for (const problem of ['plan: it is missing', 'every: "3" has no unit', 'times:', 'often']) {
    expect(cause?.message).toContain(problem);
  }
  expect(await ports.iterations.list()).toEqual([]);
});

test('a plan that trains nothing cannot be iterated', async () => {
  const { train: _, ...rest } = plan;
  const failure = await releases.harness.with(createFakePorts(), async () =>
    (await start({ plan: { ...rest, version: 'v1' } })).result().catch((error: unknown) => error),
  );
  expect(failure instanceof WorkflowFailedError ? failure.cause?.message : '').toContain(
    'only what is trained can learn',
  );
});

test('learns what the next look finds where the model was busy at this one', async () => {
  const ports = await withStable(createFakePorts());
  await correct(ports, 5);
  await ports.releases.begin({ id: 'other', runId: 'r', model: 'mail', plan: {}, startedAt: '2026-01-01T00:00:00Z' });
  await releases.harness.with(ports, async () => {
    const handle = await start({ plan, every: '1 week', times: 2 });
    await expect.poll(async () => (await ports.iterations.list())[0]?.state, { timeout: 30_000 }).toBe('failed');
    expect((await ports.iterations.list())[0]?.outcome).toMatch(/mail is being released by other/);
    await ports.releases.abandon('other', 'it is over');
    expect(await handle.result()).toMatchObject({ state: 'learnt', learning: { figures: { corrections: 5 } } });
  });
  expect(ports.trained.map(({ lessons }) => lessons?.length)).toEqual([5]);
});

test('learns once more what reached nobody, because its version was rolled back', async () => {
  const asks = { ...plan, full: { approval: { from: 'ann', within: '1 hour', else: 'reject' } } };
  const look = async () => (await start({ plan: asks, by: 'wang' })).result();
  /** One more look, in whose release ann says something. */
  const lookWith = async (ports: FakePorts, update: typeof approveUpdate): ReturnType<typeof look> => {
    const handle = await start({ plan: asks, by: 'wang' });
    const release = async () => (await ports.iterations.newest('mail'))?.release ?? '';
    await expect.poll(async () => (await ports.releases.find(await release()))?.waiting ?? null).not.toBeNull();
    const { workflow } = releases.harness.env.client;
    await workflow
      .getHandle(await release())
      .executeUpdate(update, { args: [{ by: 'ann', why: 'worse on long mails' }] });
    return handle.result();
  };
  const ports = await withStable(createFakePorts());
  await correct(ports, 5);
  await releases.harness.with(ports, async () => {
    const first = await look();
    expect(first?.outcome).toMatch(/^v2: rolled back.*nobody decided until/);
    // Nothing came since, and nothing spoke against it.
    const rejected = await lookWith(ports, rejectUpdate);
    expect(rejected?.learning).toMatchObject({ since: null, figures: { corrections: 5 } });
    expect(rejected?.learning?.reasons.at(-1)).toBe('v2 is released again: nobody had decided about it in time');
    expect(rejected?.outcome).toMatch(/^v2: rolled back.*worse on long mails/);
    // Somebody found it wanting: it is not asked about again for the same corrections.
    const nothing = await look();
    expect(nothing?.state).toBe('nothingToLearn');
    expect(nothing?.outcome).toMatch(/^nothing new to learn from since v2, .*worse on long mails.*version: v2$/);
    await correct(ports, 3);
    const learnt = await lookWith(ports, approveUpdate);
    expect(learnt?.outcome).toMatch(/^v3: released to all users/);
    expect(learnt?.learning).toMatchObject({ figures: { corrections: 8 }, lessons: { count: 8, fresh: 8 } });
    expect(learnt?.learning?.reasons.join('\n')).toMatch(
      /^v2, which learnt before, did not reach all users in .*worse on long/m,
    );
    expect((await look())?.outcome).toMatch(/^nothing to learn yet: corrections 0 < 3/);
  });
  expect(ports.trained.map(({ lessons }) => lessons?.length)).toEqual([5, 5, 8]);
});

test('hears of the capabilities of its plan alone, and counts each user once', async () => {
  const ports = await withStable(createFakePorts());
  for (const [capability, comment] of [
    ['spam', 'answers are far too slow'],
    ['html', 'colours look strange'],
  ] as const) {
    for (let i = 0; i < 6; i++) {
      const answer = answerOf({ model: 'mail', capability, version: `v${i % 2}`, user: `u-${i % 3}` });
      await ports.observations.record([answer], [feedbackOf(answer, { comment })]);
    }
  }
  const report = await releases.harness.with(ports, async () => (await start({ plan })).result());
  expect(report?.learning?.figures).toMatchObject({ answers: 6, users: 3, comments: 6 });
  expect(report?.learning?.themes.map(({ examples }) => examples)).toEqual([['answers are far too slow']]);
});

test('starts no release for an author who may not any more, and its record says so; without a name it does not look', async () => {
  const ports = await withStable(createFakePorts());
  const people = { root: { roles: 'admin' }, wang: { roles: 'viewer' } };
  await ports.policies.set(parsePolicy({ people }), 'root');
  await correct(ports, 5);
  await releases.harness.with(ports, async () => {
    const failureOf = async (input: unknown): Promise<string> => {
      const failure = await (await start(input)).result().catch((error: unknown) => error);
      return failure instanceof WorkflowFailedError ? (failure.cause?.message ?? '') : '';
    };
    expect(await failureOf({ plan })).toMatch(/does not say who starts this\. Write it beside the plan/);
    expect(await ports.iterations.list()).toEqual([]);
    await failureOf({ plan, by: 'wang' });
    const refused = 'wang may not do that: it is for the role operator, and wang has viewer. Nothing was started.';
    expect(await ports.iterations.list()).toMatchObject([{ state: 'failed', outcome: refused }]);
    await ports.policies.set(parsePolicy({ people: { ...people, wang: { roles: 'operator' } } }), 'root');
    expect(await (await start({ plan, by: 'wang' })).result()).toMatchObject({ state: 'learnt' });
  });
  expect(ports.trained).toHaveLength(1);
});

test('goes on in a new run after many looks, and counts them on', async () => {
  const ports = await withStable(createFakePorts());
  await releases.harness.with(ports, async () => {
    const handle = await start({ plan, every: '1 hour', times: 230 });
    const first = (await handle.describe()).runId;
    expect(await handle.result()).toMatchObject({ state: 'nothingToLearn' });
    const { runId } = await releases.harness.env.client.workflow.getHandle(handle.workflowId).describe();
    expect(runId).not.toBe(first);
  });
  const all = await ports.iterations.list('mail');
  expect([all.length, all[0]?.number, new Set(all.map(({ key }) => key)).size]).toEqual([230, 230, 230]);
  expect(ports.trained).toEqual([]);
}, 120_000);

test('that is cancelled cancels its release, whose users go back to stable', async () => {
  const ports = await withStable(createFakePorts());
  await correct(ports, 5);
  const told = { ...weeks, strategy: 'gray', iterate: plan.iterate };
  await ports.plans.save('mail', told);
  await releases.harness.with(ports, async () => {
    const handle = await start({ plan: 'mail' });
    await expect.poll(() => ports.routes.history.length, { timeout: 60_000 }).toBeGreaterThan(0);
    // Its release goes by a plan with what was learnt in it; the stored one is in use all the same.
    const next = { ...told, gray: { ...told.gray, bake: '1 day' } };
    const underWay = await ports.releases.list();
    expect(() => insistUnused('mail', told, next, underWay)).toThrow(/is under way by the stored plan mail/);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(/cancel/i);
  });
  const [found] = await ports.iterations.list('mail');
  expect([found?.state, found?.outcome]).toEqual(['failed', 'cancelled']);
  expect(await ports.releases.find(found?.release ?? '')).toMatchObject({ state: 'cancelled' });
  for (const route of await ports.routes.current()) expect(route.candidate).toBeNull();
});
