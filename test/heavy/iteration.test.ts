/**
 * A model that learns from what its users correct, week by week: real mails, training, gateway and PostgreSQL, on a
 * server that skips the weeks.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Example } from '../../src/datasets/dataset.ts';
import { openDataset } from '../../src/datasets/index.ts';
import type { IterationReport } from '../../src/domain/iteration.ts';
import type { Ports, TrainOrder } from '../../src/domain/ports.ts';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { createModels } from '../../src/model/predictor.ts';
import { createTrainer } from '../../src/model/trainer.ts';
import { datasetPlaces, readConfig } from '../../src/platform/config.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import type { iteration } from '../../workflows/index.ts';
import { iterationQuery, taskQueue } from '../../workflows/messages.ts';
import { testServer, type TestServer } from '../support/postgres.ts';
import { testGateway, type TestGateway } from '../support/test-gateway.ts';
import { startTimeSkipping, type Harness } from './time-skipping.ts';

const model = 'mail-assistant';
const train = { data: 'mail', share: '10%', epochs: 6, batch: 32, 'learning rate': 0.005, pooling: 'average and max' };
const plan = {
  model,
  strategy: 'one-shot',
  train,
  capabilities: ['topic'],
  'internal test': { gate: 'accuracy >= 0.1' },
  iterate: {
    'learn when': 'corrections >= 50',
    every: '1 week',
    adjust: [{ when: 'corrections >= 120', set: { 'word dropout': '30%' } }],
  },
};

let harness: Harness;
let postgres: TestServer;
let store: Store;
let gateway: TestGateway;
let artefacts: string;
let ports: Ports;
const orders: TrainOrder[] = [];
const places = datasetPlaces(readConfig());

beforeAll(async () => {
  artefacts = await mkdtemp(join(tmpdir(), 'gradus-iteration-'));
  postgres = await testServer();
  store = await openStore(postgres.url);
  const trainer = createTrainer({ artefacts, places, threads: 2 });
  ports = {
    ...store,
    trainer: {
      evaluate: trainer.evaluate,
      profile: trainer.profile,
      train(order, report, signal) {
        orders.push(order);
        return trainer.train(order, report, signal);
      },
    },
    isRunning: async () => true,
    stateOf: async () => {
      throw new Error('set by the harness');
    },
  };
  gateway = await testGateway({
    routes: store.routes,
    observations: store.observations,
    models: createModels({ artefacts }),
  });
  harness = await startTimeSkipping();
}, 300_000);

afterAll(async () => {
  await harness.stop();
  await gateway.close();
  await store.close();
  await postgres.end();
  await rm(artefacts, { recursive: true });
}, 60_000);

/** Sends mails, and says of each answer what it should have been, with the mail; half of the content say so too. */
async function useIt(mails: Example[]): Promise<{ wrong: number; said: number }> {
  let [wrong, said] = [0, 0];
  for (const [place, { text, labels }] of mails.entries()) {
    const user = `u-${place % 97}`;
    const { status, body } = await gateway.post('/v1/predict', { model, capability: 'topic', user, text });
    expect(status).toBe(200);
    const right = body['label'] === labels['topic'];
    if (!right) wrong += 1;
    if (right && place % 2 === 0) continue;
    said += 1;
    const correction = { id: body['id'], satisfaction: right ? 1 : 0, label: labels['topic'], text };
    expect((await gateway.post('/v1/feedback', correction)).status).toBe(202);
  }
  await expect
    .poll(async () => (await store.lessons.corrections({ model, capabilities: ['topic'] }, 10_000)).length)
    .toBeGreaterThanOrEqual(said);
  return { wrong, said };
}

async function ended(handle: WorkflowHandle<typeof iteration>, number: number): Promise<IterationReport> {
  const isEnded = async (): Promise<boolean> => {
    const [newest] = await store.iterations.list(model);
    return newest?.number === number && newest.endedAt !== null;
  };
  await expect.poll(isEnded, { timeout: 240_000, interval: 200 }).toBe(true);
  const report = await handle.query(iterationQuery);
  if (report === null) throw new Error('no iteration');
  return report;
}

describe('an iteration every week', () => {
  test('learns from what users corrected, gets better by it, says why, and trains nothing when they said nothing new', async () => {
    const dataset = await openDataset('mail', places);
    // What the first version has not seen, and what is not measured on.
    const unseen = dataset.part('train').filter(({ labels }) => labels['topic'] !== undefined);
    const batch = (week: number): Example[] => unseen.slice(week * 500, (week + 1) * 500);

    await harness.with(ports, async () => {
      const { client } = harness.env;
      const first: ReleaseReport = await client.workflow.execute('release', {
        taskQueue,
        workflowId: `${model}-1`,
        args: [{ plan }],
      });
      expect([first.state, first.candidate?.number]).toEqual(['released', 1]);
      await expect.poll(async () => (await gateway.get('/v1/routes')).body['revision']).toBeGreaterThan(0);

      const handle = await client.workflow.start<typeof iteration>('iteration', {
        taskQueue,
        workflowId: 'learn-mail',
        args: [{ plan, by: 'ann', every: '1 week', times: 4 }],
      });
      const nothing = await ended(handle, 1);
      expect([nothing.state, nothing.release]).toEqual(['nothingToLearn', null]);
      expect(nothing.outcome).toMatch(/^nothing to learn yet: corrections 0 < 50/);

      const week1 = await useIt(batch(0));
      await harness.env.sleep('7 days');
      const second = await ended(handle, 2);
      expect([second.state, second.learning?.figures.corrections]).toEqual(['learnt', week1.wrong]);
      expect(second.learning?.lessons).toMatchObject({ byCapability: { topic: second.learning?.lessons?.fresh } });

      // Its users sent mails like those that it was trained on.
      expect(second.learning?.drift.map(({ what }) => what).sort()).toEqual([
        'answers of topic',
        'length of texts',
        'unknown words',
      ]);
      expect(second.learning?.drift[0]?.psi).toBeLessThan(0.25);

      const week2 = await useIt(batch(1));
      await harness.env.sleep('7 days');
      const third = await ended(handle, 3);
      expect(third.state, third.outcome).toBe('learnt');
      // What was heard before it last learnt is not heard again.
      expect(third.learning?.figures.corrections).toBe(week2.wrong);
      expect(third.learning?.since).toBe(second.learning?.until);
      const { fresh = 0, count = 0 } = third.learning?.lessons ?? {};
      const before = second.learning?.lessons?.count ?? 0;
      expect(fresh).toBeGreaterThan(100);
      expect(count).toBe(before + fresh);

      const trained = orders.length;
      await harness.env.sleep('7 days');
      const fourth = await ended(handle, 4);
      expect([fourth.state, fourth.learning?.figures.corrections]).toEqual(['nothingToLearn', 0]);
      expect(orders.length).toBe(trained);
      expect(await handle.result()).toMatchObject({ key: fourth.key });

      const report = await store.releases.find(third.release ?? '');
      expect(report).toMatchObject({ state: 'released', startedBy: 'ann', candidate: { number: 3 } });
      expect(report?.learning?.number).toBe(3);
      expect(report?.learning?.reasons[0]).toMatch(/^train again: corrections \d+ ≥ 50/);
      expect(report?.learning?.changes.map(({ way, what }) => `${way}: ${what}`)).toContain('data: lessons');
    });

    const versions = await store.versions.list(model);
    expect(versions).toHaveLength(3);
    const [v1, , v3] = versions;
    const order = { version: v3?.digest ?? '', stable: v1?.digest ?? '', capabilities: ['topic'], data: 'mail' };
    const { candidate, stable, comparisons } = await ports.trainer.evaluate(
      { ...order, part: 'held-out', baseline: false },
      new AbortController().signal,
    );
    console.log(`held-out topic accuracy: v1 ${stable[0]?.accuracy}, v3 ${candidate[0]?.accuracy}`, comparisons[0]);
    // By the interval of the same held-out mails, answered by both.
    expect(comparisons[0]?.low).toBeGreaterThan(0);
  }, 600_000);
});
