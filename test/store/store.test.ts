import pg from 'pg';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { openStore, type Store } from '../../src/store/store.ts';
import { createFakePorts } from '../support/fake-ports.ts';
import { fakeNotices } from '../support/fake-notices.ts';
import { fakeAudit, fakeOutbox, fakePolicies, fakePresses } from '../support/fake-records.ts';
import { testServer, type TestServer } from '../support/postgres.ts';
import { lessonsContract } from './lessons-contract.ts';
import { recordsContract, reportOf } from './contract.ts';
import { controlContract } from './control-contract.ts';
import { noticesContract } from './notices-contract.ts';
import { peopleContract } from './people-contract.ts';

vi.setConfig({ testTimeout: 60_000 });

describe('in memory', () => {
  lessonsContract(async () => createFakePorts());

  recordsContract(async () => {
    const ports = createFakePorts();
    await ports.routes.leave('gateway-1');
    return ports;
  });

  controlContract(async () => createFakePorts());
  noticesContract(async () => fakeNotices());

  peopleContract(async () => {
    const changes = new Map<string, number>();
    const ended = new Set<string>();
    let last = 0;
    const change = async (release: string): Promise<void> => void changes.set(release, ++last);
    return {
      policies: fakePolicies(),
      presses: fakePresses(),
      audit: fakeAudit(),
      outbox: fakeOutbox(
        () => changes,
        (release) => ended.has(release),
      ),
      change,
      end: async (release) => {
        ended.add(release);
        await change(release);
      },
    };
  });
});

describe('in PostgreSQL', () => {
  let server: TestServer;
  let store: Store;
  afterAll(async () => {
    await store.close();
    await server.end();
  });

  recordsContract(async () => {
    server = await testServer();
    // Several processes open a new database at once: one migrates, all can use it.
    const stores = await Promise.all([1, 2, 3, 4].map(() => openStore(server.url)));
    const [first, ...others] = stores;
    if (first === undefined) throw new Error('no store');
    await Promise.all(others.map((other) => other.close()));
    store = first;
    return store;
  });

  controlContract(async () => store);

  lessonsContract(async () => store);
  noticesContract(async () => store.notices);

  peopleContract(async () => {
    const { policies, outbox, presses, audit, releases } = store;
    const startedAt = new Date().toISOString();
    return {
      policies,
      outbox,
      presses,
      audit,
      change: async (id) => {
        // Each of a model of its own, which it takes.
        await releases.begin({ id, runId: 'run', model: id, plan: {}, startedAt });
        await releases.record(id, 'run', reportOf(id, id, 'running', 1), false);
      },
      end: async (id) => void (await releases.record(id, 'run', reportOf(id, id, 'released', 2), true)),
    };
  });

  test('knows which releases have still to hear of a stop, of its end and of another policy', async () => {
    const { stopAlls, tellings, releases, policies } = store;
    const [id, later] = ['told-1', 'told-2'];
    const begin = (release: string) =>
      releases.begin({ id: release, runId: 'run', model: release, plan: {}, startedAt: new Date().toISOString() });
    const due = async () => (await tellings.due()).find(({ release }) => release === id)?.news ?? null;
    await begin(id);
    expect(await due()).toBeNull();
    const stop = await stopAlls.begin({ id: 'told', by: 'ann', why: 'x', rollBack: true });
    await begin(later);
    const heard = await due();
    await policies.set({ people: { ann: { roles: ['admin'], slack: null } } }, 'ann');
    await tellings.told(id, heard ?? '');
    const next = await due();
    expect(next).not.toBe(heard);
    await tellings.told(id, next ?? '');
    expect(await due()).toBeNull();
    await stopAlls.end({ by: 'ann', why: '' });
    expect(await due()).not.toBeNull();
    const waiting = async () => (await tellings.rollbacks()).filter(({ stop: one }) => one.number === stop.number);
    // Those that were under way; told also when the stop is over by then.
    expect((await waiting()).map(({ release }) => release)).toContain(id);
    expect((await waiting()).map(({ release }) => release)).not.toContain(later);
    for (const { release } of await waiting()) await tellings.rolledBack(stop.number, release);
    expect(await waiting()).toEqual([]);
    await releases.record(id, 'run', reportOf(id, id, 'released', 2), true);
    expect(await due()).toBeNull();
  });

  test('knows who is next where a model is free', async () => {
    const { releases, tellings } = store;
    const model = 'next-model';
    const named = (id: string) => ({ id, runId: 'run', model, plan: {}, startedAt: new Date().toISOString() });
    await releases.begin(named('next-1'));
    for (const id of ['next-3', 'next-2']) await releases.enqueue(named(id));
    expect(await tellings.next()).not.toContain('next-3');
    await releases.record('next-1', 'run', reportOf('next-1', model, 'released', 1), true);
    const next = await tellings.next();
    expect([next.includes('next-3'), next.includes('next-2')]).toEqual([true, false]);
  });

  test('lets nobody change the audit log', async () => {
    const database = new pg.Client({ connectionString: server.url });
    await database.connect();
    for (const change of ["update audit set hash = ''", 'delete from audit', 'truncate audit']) {
      await expect(database.query(change)).rejects.toThrow(/appended to, never changed/);
    }
    // Whoever owns the database can take the trigger away; what they change beside the entries shows too.
    const at = '2026-01-01T00:00:00.000Z';
    const told = { stage: null, step: null, what: 'approved', by: 'ann', why: '' };
    await store.audit.append([{ ...told, subject: 'columns-1', place: 7, at }]);
    expect(await store.audit.disagreeing(0, 10_000)).toEqual([]);
    await database.query('alter table audit disable trigger audit_stays');
    await database.query("update audit set subject = 'other-1', at = 'never' where subject = 'columns-1'");
    expect(await store.audit.disagreeing(0, 10_000)).toEqual([
      expect.stringMatching(/^entry \d+: its column subject says other-1, and the entry columns-1$/),
      expect.stringMatching(new RegExp(`^entry \\d+: its column at says never, and the entry ${at}$`)),
    ]);
    await database.query(`update audit set subject = 'columns-1', at = '${at}' where subject = 'other-1'`);
    await database.query('alter table audit enable trigger audit_stays');
    await database.end();
  });

  test('goes on after the server was killed in the middle of its work', async () => {
    const plans = Array.from({ length: 200 }, (_, i) => `plan-${i}`);
    const saved = Promise.all(plans.map((name) => store.plans.save(name, { name })));
    await server.kill();
    await server.start();
    await saved;
    expect(await store.plans.list()).toEqual(expect.arrayContaining(plans));
  });

  test('tells its watchers again after the connection was lost', async () => {
    let calls = 0;
    const end = store.routes.watch(() => (calls += 1));
    await expect.poll(() => calls, { timeout: 20_000 }).toBe(1);
    await server.stop();
    await server.start();
    await expect.poll(() => calls, { timeout: 20_000 }).toBeGreaterThan(1);
    end();
  });

  test('says where PostgreSQL was looked for when it cannot be reached', async () => {
    const brief = await openStore(server.url, { retryMs: 100 });
    await server.stop();
    await expect(brief.plans.list()).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      message: expect.stringContaining(`127.0.0.1:${server.port}`),
      cause: expect.objectContaining({ code: 'ECONNREFUSED' }),
    });
    await expect(openStore(server.url, { retryMs: 100 })).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    const patient = await openStore(server.url, { wait: false });
    await server.start();
    expect(await patient.plans.list()).toContain('plan-1');
    await brief.close();
    await patient.close();
  });
});
