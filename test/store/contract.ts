/** What every keeper of records has to do: run against PostgreSQL and against the fakes that workflow tests use. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../src/domain/feedback.ts';
import type {
  Observations,
  Plans,
  Releases,
  RouteChange,
  Routes,
  TrainedVersion,
  Versions,
} from '../../src/domain/ports.ts';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { newReport } from '../../src/domain/report-parts.ts';
import { nobody, type Arm, type Exposure } from '../../src/domain/route.ts';
import { answerOf, feedbackOf } from '../fixtures/answers.ts';
import { waiting } from '../fixtures/report-mail.ts';

export interface Records {
  versions: Versions;
  routes: Routes;
  observations: Observations;
  releases: Releases;
  plans: Plans;
}

/** Records are shared by all tests of a run, so each test takes a model of its own. */
let models = 0;
const newModel = (): string => `model-${process.pid}-${++models}`;

export function recordsContract(open: () => Promise<Records>): void {
  let records: Records;
  beforeAll(async () => {
    records = await open();
  }, 60_000);

  describe('versions', () => {
    test('are numbered within their model, and registered once', async () => {
      const [one, other] = [newModel(), newModel()];
      const first = await records.versions.register(trained(one, 'aaa'));
      expect(await records.versions.register(trained(one, 'aaa'))).toEqual(first);
      await records.versions.register(trained(one, 'bbb'));
      const same = await records.versions.register(trained(other, 'aaa'));
      expect([first.number, same.number]).toEqual([1, 1]);
      expect((await records.versions.list(one)).map(({ number, digest }) => [number, digest])).toEqual([
        [1, 'aaa'],
        [2, 'bbb'],
      ]);
      expect(await records.versions.find(one, 'v2')).toMatchObject(trained(one, 'bbb'));
      expect(await records.versions.find(one, 'aaa')).toEqual(first);
      expect(await records.versions.find(one, 'v3')).toBeNull();
    });

    test('get different numbers when they are registered at once', async () => {
      const model = newModel();
      const names = Array.from({ length: 12 }, (_, i) => `digest-${i % 6}`);
      const all = await Promise.all(names.map((name) => records.versions.register(trained(model, name))));
      expect([...new Set(all.map(({ number }) => number))].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
    });
  });

  describe('routes', () => {
    const gray = (share: number): Exposure => ({ groups: ['testers'], gray: { salt: 's', share }, experiment: null });
    const exposed = (model: string, capabilities: string[], share: number): RouteChange => ({
      model,
      capabilities,
      phase: `r/1/gray/${share}`,
      to: { kind: 'exposed', candidate: 'new', exposure: gray(share) },
    });
    const full = (model: string, capabilities: string[], candidate: string): RouteChange => ({
      model,
      capabilities,
      phase: '',
      to: { kind: 'full', candidate },
    });

    test('of one change move together under one new revision', async () => {
      const model = newModel();
      const before = await records.routes.revision();
      const revision = await records.routes.set(exposed(model, ['spam', 'topic'], 0.05));
      expect(revision).toBe(before + 1);
      expect(await records.routes.revision()).toBe(revision);
      expect(await records.routes.current(model)).toEqual(
        ['spam', 'topic'].map((capability) => ({
          model,
          capability,
          revision,
          stable: null,
          candidate: 'new',
          exposure: gray(0.05),
          phase: 'r/1/gray/0.05',
        })),
      );
    });

    test('keep their revision when they are set to what they are', async () => {
      const model = newModel();
      const first = await records.routes.set(exposed(model, ['spam', 'topic'], 0.05));
      const elsewhere = await records.routes.set(exposed(newModel(), ['spam'], 0.05));
      expect(await records.routes.set(exposed(model, ['topic', 'spam'], 0.05))).toBe(first);
      expect(await records.routes.revision()).toBe(elsewhere);
      expect(await records.routes.set(exposed(model, ['spam', 'topic'], 0.25))).toBe(elsewhere + 1);
    });

    test('make the candidate stable when full, and give each capability its own stable back when restored', async () => {
      const model = newModel();
      await records.routes.set(full(model, ['spam'], 'v1'));
      await records.routes.set(full(model, ['topic'], 'v2'));
      await records.routes.set(exposed(model, ['spam', 'topic', 'html'], 0.5));
      const versions = { spam: 'v1', topic: 'v2', html: null };
      const capabilities = ['spam', 'topic', 'html'];
      await records.routes.set({ model, capabilities, phase: '', to: { kind: 'restored', versions } });
      const routes = await records.routes.current(model);
      expect(routes.map(({ capability, stable }) => [capability, stable])).toEqual([
        ['html', null],
        ['spam', 'v1'],
        ['topic', 'v2'],
      ]);
      expect(routes.every(({ candidate, phase }) => candidate === null && phase === '')).toBe(true);
      expect(routes.map(({ exposure }) => exposure)).toEqual([nobody, nobody, nobody]);
    });

    test('of somebody else are left alone where only those of one release are restored', async () => {
      const model = newModel();
      await records.routes.set({ ...exposed(model, ['spam'], 0.5), phase: 'mail-1/1/gray' });
      await records.routes.set({ ...exposed(model, ['topic'], 0.5), phase: 'mail-10/1/gray' });
      const versions = { spam: null, topic: null, html: null };
      const restore = () =>
        records.routes.set({
          model,
          capabilities: ['spam', 'topic', 'html'],
          phase: '',
          to: { kind: 'restored', versions, under: 'mail-1/' },
        });
      const revision = await restore();
      const shares = async () =>
        (await records.routes.current(model)).map(({ capability, exposure }) => [capability, exposure.gray?.share]);
      expect(await shares()).toEqual([
        ['spam', undefined],
        ['topic', 0.5],
      ]);
      // Late, and once more, when everybody has something else by then.
      await records.routes.set({ ...full(model, ['spam'], 'v3'), phase: 'mail-2/1/full' });
      expect(await restore()).toBeGreaterThan(revision);
      expect((await records.routes.current(model)).find(({ capability }) => capability === 'spam')?.stable).toBe('v3');
    });

    test('are not restored to a guess', async () => {
      const model = newModel();
      const to = { kind: 'restored', versions: {} } as const;
      const change = { model, capabilities: ['spam'], phase: '', to };
      await expect(records.routes.set(change)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    });

    test('of changes made at once each get a revision of their own', async () => {
      const before = await records.routes.revision();
      const changes = Array.from({ length: 10 }, () => exposed(newModel(), ['spam'], 0.1));
      const revisions = await Promise.all(changes.map((change) => records.routes.set(change)));
      expect(revisions.sort((a, b) => a - b)).toEqual(changes.map((_, i) => before + 1 + i));
    });

    test('are confirmed by the gateways whose lease runs', async () => {
      const revision = await records.routes.set(exposed(newModel(), ['spam'], 0.1));
      const stop = { model: 'm', by: 'ann', why: 'wrong', at: '2026-01-01T00:00:00.000Z' };
      await records.routes.confirm('g-follows', 'http://a', revision, 60_000, null);
      await records.routes.confirm('g-behind', 'http://b', revision - 1, 60_000, 'cannot load new', [stop]);
      await records.routes.confirm('g-late', 'http://c', revision - 1, 60_000, null);
      await records.routes.confirm('g-dead', 'http://d', revision, 1, null);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await records.routes.confirmations(revision)).toEqual({
        revision,
        live: 3,
        confirmed: 1,
        missing: ['g-behind: cannot load new', 'g-late'],
        stops: [stop],
      });
      await records.routes.confirm('g-late', 'http://c', revision, 60_000, null);
      await records.routes.leave('g-behind');
      expect(await records.routes.confirmations(revision)).toMatchObject({
        live: 2,
        confirmed: 2,
        missing: [],
        stops: [],
      });
      await records.routes.leave('g-follows');
      await records.routes.leave('g-late');
    });

    test('call their watchers when they change', async () => {
      let calls = 0;
      const end = records.routes.watch(() => (calls += 1));
      try {
        await expect
          .poll(async () => {
            await records.routes.set(exposed(newModel(), ['spam'], 0.1));
            return calls;
          })
          .toBeGreaterThan(1);
      } finally {
        end();
      }
    });
  });

  describe('observations', () => {
    test('are written once, however often they arrive', async () => {
      const release = newModel();
      const rows = [answer(`${release}/1/gray/0`, 'gray', 'u1'), answer(`${release}/1/gray/0`, 'stable', 'u2')];
      const said = rows.map((row) => ({ ...feedbackOf(row), satisfaction: 1, comment: 'good' }));
      await records.observations.record(rows, said);
      await records.observations.record([...rows, ...rows], [...said, ...said]);
      const [line] = await records.observations.summary(release);
      expect(line).toMatchObject({ arm: 'gray', answers: 1, users: 1, rated: 1, satisfaction: 1, comments: ['good'] });
    });

    test('give the first value of each user in each arm, by level, in the order of arrival', async () => {
      const phase = `${newModel()}/1/gray`;
      const rate = (level: number, arm: Arm, user: string, satisfaction: number | null) => ({
        ...feedbackOf(answer(`${phase}/${level}`, arm, user)),
        satisfaction,
      });
      await records.observations.record(
        [],
        [
          rate(0, 'stable', 'a', 0.25),
          rate(0, 'gray', 'b', null),
          rate(0, 'gray', 'b', 0.75),
          rate(0, 'tester', 'c', 0),
          rate(0, 'stable', 'd', 1),
        ],
      );
      await records.observations.record(
        [],
        [rate(1, 'gray', 'a', 0.5), rate(1, 'gray', 'b', 0), rate(1, 'stable', 'd', 0), rate(1, 'stable', 'e', 0.125)],
      );
      const query = { phase, capability: 'spam', metric: 'satisfaction', shares: [0.05, 0.25] } as const;
      expect(await records.observations.sample({ ...query, shares: [...query.shares] })).toEqual([
        { share: 0.05, candidate: [0.75], stable: [0.25, 1] },
        { share: 0.25, candidate: [0.5], stable: [0.125] },
      ]);
      expect(await records.observations.sample({ ...query, shares: [0.05], capability: 'topic' })).toEqual([
        { share: 0.05, candidate: [], stable: [] },
      ]);
    });

    test('compare in each step those whom the step brought in', async () => {
      const release = newModel();
      const everybody: Arm[] = ['tester', 'gray', 'treatment', 'control', 'stable'];
      const steps = {
        'internal-test': ['tester', null],
        audiences: ['tester', 'stable'],
        gray: ['gray', 'stable'],
        ab: ['treatment', 'control'],
      };
      for (const [step, [candidate, stable]] of Object.entries(steps)) {
        const rows = everybody.map((arm, i) => ({ ...answer(`${release}/1/${step}/0`, arm, `u${i}`), latencyMs: i }));
        const said = rows.map((row, i) => ({ ...feedbackOf(row), satisfaction: i / 10 }));
        await records.observations.record(rows, said);
        const query = { phase: `${release}/1/${step}`, capability: 'spam' };
        const values = (arm: string | null | undefined) =>
          everybody.flatMap((each, i) => (each === arm ? [i / 10] : []));
        expect(await records.observations.sample({ ...query, metric: 'satisfaction', shares: [0.5] })).toEqual([
          { share: 0.5, candidate: values(candidate), stable: values(stable) },
        ]);
        const { stable: slow } = await records.observations.quantile({ ...query, metric: 'p50Ms' });
        expect(slow).toEqual(stable === null ? null : { value: (values(stable)[0] ?? 0) * 10, n: 1 });
      }
    });

    test('count a failed answer as an error, and a corrected label as a mistake', async () => {
      const phase = `${newModel()}/1/gray`;
      const good = answer(`${phase}/0`, 'gray', 'a');
      const failed = { ...answer(`${phase}/0`, 'gray', 'b'), failed: true, label: null, confidence: null };
      const said = [
        { ...feedbackOf(good), correctLabel: 'spam' },
        { ...feedbackOf({ ...good, user: 'c' }), correctLabel: 'ham' },
        { ...feedbackOf({ ...good, user: 'd' }), satisfaction: 1 },
      ];
      await records.observations.record([good, failed], said);
      const query = { phase, capability: 'spam', shares: [0.1] };
      const errors = await records.observations.sample({ ...query, metric: 'errorRate' });
      expect(errors[0]?.candidate).toEqual([0, 1]);
      const right = await records.observations.sample({ ...query, metric: 'accuracy' });
      expect(right[0]?.candidate).toEqual([1, 0]);
      await expect(records.observations.sample({ ...query, metric: 'p99Ms' })).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
      });
    });

    test('have quantiles that lie between the nearest values', async () => {
      const phase = `${newModel()}/1/gray`;
      const rows = Array.from({ length: 101 }, (_, i) => ({
        ...answer(`${phase}/${i % 2}`, 'gray', `u${i}`),
        latencyMs: 100 - i,
      }));
      const slowFailure = { ...answer(`${phase}/0`, 'gray', 'x'), failed: true, latencyMs: 9999 };
      await records.observations.record([...rows, slowFailure], []);
      const query = { phase, capability: 'spam' };
      expect(await records.observations.quantile({ ...query, metric: 'p95Ms' })).toEqual({
        candidate: { value: 95, n: 101 },
        stable: null,
      });
    });

    test('of one release are not taken for those of another whose name begins alike', async () => {
      const release = newModel();
      await records.observations.record([answer(`${release}/1/gray/0`, 'gray', 'a')], []);
      await records.observations.record([answer(`${release}0/1/gray/0`, 'gray', 'b')], []);
      await records.observations.record([answer(`${release}/10/gray/0`, 'gray', 'c')], []);
      expect((await records.observations.summary(release))[0]?.answers).toBe(2);
      expect((await records.observations.summary(`${release}/1`))[0]?.answers).toBe(1);
      expect(await records.observations.summary(`${release}/1/ab`)).toEqual([]);
    });

    test('of a release count each user once', async () => {
      const release = newModel();
      const under = (phase: string, arm: Arm, user: string, capability = 'spam') => ({
        ...answer(`${release}/${phase}`, arm, user),
        capability,
      });
      await records.observations.record(
        [
          under('1/gray/0', 'gray', 'a'),
          under('1/gray/1', 'stable', 'a'),
          under('2/ab/0', 'treatment', 'a', 'topic'),
          under('2/ab/0', 'control', 'b', 'topic'),
        ],
        [],
      );
      const users = async (phase: string) => records.observations.users(phase);
      expect([await users(release), await users(`${release}/1`), await users(`${release}/3`)]).toEqual([2, 1, 0]);
    });

    test('take any text that a user can send', async () => {
      const release = newModel();
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary' }), async (comment) => {
          const row = answer(`${release}/1/gray/0`, 'gray', 'u');
          await records.observations.record([row], [{ ...feedbackOf(row), comment }]);
        }),
        { numRuns: 30, examples: [['\0'], ['\uD800 half'], ["'; drop table answers; --"]] },
      );
      expect((await records.observations.summary(release))[0]?.answers).toBeGreaterThanOrEqual(30);
    });
  });

  describe('releases', () => {
    const at = (second: number): string => `2026-01-01T00:00:0${second}.000Z`;
    const begin = (id: string, model: string, runId = 'run-1') =>
      records.releases.begin({ id, runId, model, plan: { model }, startedAt: at(1) });

    test('have their model for themselves until they end', async () => {
      const model = newModel();
      await begin(`${model}-a`, model);
      await begin(`${model}-a`, model);
      await expect(begin(`${model}-b`, model)).rejects.toMatchObject({
        code: 'MODEL_BUSY',
        message: expect.stringContaining(`${model}-a since ${at(1)}`),
      });
      expect(await records.releases.holder(model)).toEqual({ id: `${model}-a`, startedAt: at(1) });
      await records.releases.record(`${model}-a`, 'run-1', reportOf(`${model}-a`, model, 'running', 1), false);
      await expect(begin(`${model}-b`, model)).rejects.toMatchObject({ code: 'MODEL_BUSY' });
      await records.releases.record(`${model}-a`, 'run-1', reportOf(`${model}-a`, model, 'released', 1), true);
      expect(await records.releases.holder(model)).toBeNull();
      await begin(`${model}-b`, model);
    });

    test('let one of many that begin at once have the model', async () => {
      const model = newModel();
      const attempts = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => begin(`${model}-${i}`, model)));
      expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    test('wait for a model in the order in which they came, each once, and are found as under way', async () => {
      const model = newModel();
      const { releases } = records;
      const named = (letter: string, runId = 'run-1') => ({
        id: `${model}-${letter}`,
        runId,
        model,
        plan: { model },
        startedAt: at(1),
      });
      await begin(`${model}-a`, model);
      expect(await releases.queue(model)).toEqual([]);
      for (const letter of ['c', 'b', 'c', 'a']) await releases.enqueue(named(letter));
      expect(await releases.queue(model)).toEqual([`${model}-c`, `${model}-b`]);
      expect(await releases.holder(model)).toMatchObject({ id: `${model}-a` });
      // It may speak while it waits.
      await releases.record(`${model}-b`, 'run-1', reportOf(`${model}-b`, model, 'running', 1), false);
      expect((await releases.list({ model })).map(({ id }) => id)).toEqual([`${model}-b`]);
      await expect(begin(`${model}-c`, model)).rejects.toMatchObject({ code: 'MODEL_BUSY' });
      await releases.record(`${model}-a`, 'run-1', reportOf(`${model}-a`, model, 'released', 2), true);
      expect(await releases.holder(model)).toBeNull();
      await begin(`${model}-c`, model);
      expect(await releases.queue(model)).toEqual([`${model}-b`]);
      expect(await releases.holder(model)).toMatchObject({ id: `${model}-c` });
      await releases.record(`${model}-b`, 'run-1', reportOf(`${model}-b`, model, 'cancelled', 3), true);
      expect(await releases.queue(model)).toEqual([]);
      // What comes late brings nothing back; a new run of it waits anew.
      await releases.enqueue(named('b'));
      await begin(`${model}-b`, model).catch(() => undefined);
      expect(await releases.queue(model)).toEqual([]);
      await releases.enqueue(named('b', 'run-2'));
      expect(await releases.queue(model)).toEqual([`${model}-b`]);
    });

    test('that ended stay so when an older report or beginning arrives late', async () => {
      const model = newModel();
      const id = `${model}-a`;
      await begin(id, model);
      await records.releases.record(id, 'run-1', reportOf(id, model, 'rolledBack', 1), true);
      await records.releases.record(id, 'run-1', reportOf(id, model, 'running', 1), false);
      await begin(id, model);
      expect(await records.releases.holder(model)).toBeNull();
      expect(await records.releases.find(id)).toEqual(reportOf(id, model, 'rolledBack', 1));
      // Nor by what a run says that was reset to after its beginning; that one is told.
      expect(await records.releases.record(id, 'run-1', reportOf(id, model, 'running', 1), false)).toBe(true);
      expect(await records.releases.record(id, 'run-2', reportOf(id, model, 'running', 1), false)).toBe(false);
      expect(await records.releases.find(id)).toEqual(reportOf(id, model, 'rolledBack', 1));
      await begin(id, model, 'run-2');
      expect(await records.releases.record(id, 'run-2', reportOf(id, model, 'running', 1), false)).toBe(true);
      expect(await records.releases.holder(model)).toMatchObject({ id });
    });

    test('whose workflow is gone are abandoned with the reason', async () => {
      const model = newModel();
      const id = `${model}-a`;
      await begin(id, model);
      await records.releases.record(id, 'run-1', reportOf(id, model, 'running', 1), false);
      const queued = `${model}-b`;
      await records.releases.enqueue({ id: queued, runId: 'r', model, plan: {}, startedAt: at(2) });
      const open = async (): Promise<unknown> =>
        (await records.releases.open()).filter((one) => one.id === id || one.id === queued);
      expect(await open()).toEqual([
        { id, model, isQueued: false },
        { id: queued, model, isQueued: true },
      ]);
      await records.releases.abandon(id, 'terminated');
      expect(await records.releases.holder(model)).toBeNull();
      expect(await open()).toEqual([{ id: queued, model, isQueued: true }]);
      expect(await records.releases.find(id)).toMatchObject({ state: 'failed', reason: 'terminated', model });
    });

    test('whose workflow is gone ask nobody any more, and tell those whom they had asked why', async () => {
      const model = newModel();
      const id = `${model}-a`;
      await begin(id, model);
      const report: ReleaseReport = { ...reportOf(id, model, 'running', 1), requests: [], waiting: waiting.waiting };
      await records.releases.record(id, 'run-1', report, false);
      await records.releases.abandon(id, 'terminated');
      const ended = await records.releases.find(id);
      expect(ended?.waiting).toBeNull();
      const at = ended?.endedAt ?? '';
      expect(ended?.requests).toEqual([
        { request: waiting.waiting, outcome: 'withdrawn', at, by: 'gradus', why: 'terminated' },
      ]);
      expect(Date.parse(at)).not.toBeNaN();
      // It is over: nothing changes that once more.
      await records.releases.abandon(id, 'later');
      expect(await records.releases.find(id)).toEqual(ended);
    });

    test('are listed newest first, also one that was refused', async () => {
      const model = newModel();
      await begin(`${model}-a`, model);
      await records.releases.record(`${model}-a`, 'run-1', reportOf(`${model}-a`, model, 'running', 1), false);
      await records.releases.record(`${model}-b`, 'run-1', reportOf(`${model}-b`, model, 'failed', 2), true);
      expect((await records.releases.list({ model })).map(({ id }) => id)).toEqual([`${model}-b`, `${model}-a`]);
      const idsOf = async (which: object): Promise<string[]> =>
        (await records.releases.list({ model, ...which })).map(({ id }) => id);
      expect(await idsOf({ most: 1 })).toEqual([`${model}-b`]);
      expect(await idsOf({ before: `${model}-b` })).toEqual([`${model}-a`]);
      expect(await idsOf({ before: `${model}-a` })).toEqual([]);
      expect(await idsOf({ open: true })).toEqual([`${model}-a`]);
      await expect(idsOf({ before: 'never' })).rejects.toMatchObject({ code: 'RELEASE_UNKNOWN' });
      expect(await records.releases.names()).toEqual(expect.arrayContaining([`${model}-a`, `${model}-b`]));
      expect(await records.releases.holder(model)).toMatchObject({ id: `${model}-a` });
      await expect(
        records.releases.record(`${model}-c`, 'run-1', reportOf(`${model}-c`, model, 'running', 3), false),
      ).rejects.toMatchObject({ code: 'RELEASE_UNKNOWN' });
      expect(await records.releases.find('never')).toBeNull();
    });

    test('are recorded whatever somebody wrote', async () => {
      const model = newModel();
      const id = `${model}-a`;
      await begin(id, model);
      const written = { ...reportOf(id, model, 'running', 1), reason: 'zero \0 and half a smile \ud83d' };
      await records.releases.record(id, 'run-1', written, false);
      expect(await records.releases.find(id)).toMatchObject({
        id,
        reason: expect.stringMatching(/^zero .* half a smile/),
      });
    });

    test('never get the same name twice', async () => {
      const model = newModel();
      await begin(`${model}-2`, model);
      const names = await Promise.all([1, 2, 3].map(() => records.releases.nextId(model)));
      expect(names.sort()).toEqual([`${model}-1`, `${model}-3`, `${model}-4`]);
    });
  });

  describe('plans', () => {
    test('are found by the name that they were last saved under', async () => {
      const name = newModel();
      await records.plans.save(name, { model: 'a' });
      await records.plans.save(name, { model: 'b', 'internal test': { gate: ['x'] } });
      expect(await records.plans.find(name)).toEqual({ model: 'b', 'internal test': { gate: ['x'] } });
      expect(await records.plans.list()).toContain(name);
      expect(await records.plans.find('no such plan')).toBeNull();
    });
  });
}

export function trained(model: string, digest: string): TrainedVersion {
  const spec = {
    data: 'mail',
    share: 1,
    network: 'shared',
    epochs: 1,
    batch: 32,
    learningRate: 0.001,
    vocabulary: 100,
    length: 10,
    embedding: 8,
    units: 8,
    seed: 1,
  } as const;
  return { digest, model, spec, labels: { spam: ['ham', 'spam'] }, trainedOn: 10 };
}

function answer(phase: string, arm: Arm, user: string): Answer {
  return answerOf({ phase, arm, user });
}

export function reportOf(id: string, model: string, state: ReleaseReport['state'], second: number): ReleaseReport {
  const endedAt = state === 'running' ? null : `2026-01-02T00:00:0${second}.000Z`;
  const report = newReport(id, null, `2026-01-01T00:00:0${second}.000Z`);
  return { ...report, model, strategy: 'gradual', state, endedAt, steps: [] };
}
