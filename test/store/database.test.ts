/** How long the database may take: statements end at the server too, changes of the schema take as long as they need. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Database } from '../../src/store/database.ts';
import { testServer, type TestServer } from '../support/postgres.ts';

const statementMs = 2_000;
let server: TestServer;
let other: pg.Client;
let database: Database;
beforeAll(async () => {
  server = await testServer();
  other = new pg.Client({ connectionString: server.url });
  await other.connect();
  database = open();
  await database.run(async () => {});
}, 60_000);
afterAll(async () => {
  await database.close();
  await other.end();
  await server.end();
});

const open = (): Database => connect(server.url, { connections: 2, retryMs: 5_000, statementMs });

/** Statements of Gradus that run at the server just now. */
async function running(): Promise<string[]> {
  const { rows } = await other.query<{ query: string }>(
    `select query from pg_stat_activity where application_name = 'gradus' and state <> 'idle'`,
  );
  return rows.map(({ query }) => query);
}

test('a statement that takes too long is ended at the server, and the connection is good for the next', async () => {
  const begun = Date.now();
  const slow = database.run((db) => sql`select pg_sleep(30)`.execute(db));
  await expect(slow).rejects.toMatchObject({
    code: 'STORE_SLOW',
    message: expect.stringMatching(/^PostgreSQL at 127\.0\.0\.1:\d+ ended a statement: it took longer than 2 s/),
    retryable: true,
  });
  // It is not tried again by itself, which would only keep the server busier.
  expect(Date.now() - begun).toBeLessThan(10_000);
  // A statement is over a moment after its error was sent, long before it would have ended by itself.
  await expect.poll(running, { timeout: 5_000 }).toEqual([]);
  const { rows } = await database.run((db) => sql<{ n: number }>`select 1 as n`.execute(db));
  expect(rows).toEqual([{ n: 1 }]);
});

test('whoever waits for a lock for too long waits no more', async () => {
  await other.query('begin; lock table plans in exclusive mode');
  const plan = { name: 'p', plan: '{}' };
  await expect(database.run((db) => db.insertInto('plans').values(plan).execute())).rejects.toMatchObject({
    code: 'STORE_SLOW',
  });
  await expect.poll(running, { timeout: 5_000 }).toEqual([]);
  await other.query('rollback');
});

test('a database of an older Gradus is brought up to date, however long that takes', async () => {
  const indexes = async () =>
    (await other.query(`select indexname from pg_indexes where indexname = 'answers_by_time'`)).rowCount;
  await other.query(`drop index answers_by_time`);
  await other.query(`delete from kysely_migration where name = '0009-answers-by-time'`);
  await other.query('begin; lock table answers in exclusive mode');
  const [one, two] = [open(), open()];
  const both = Promise.all([one, two].map((each) => each.run((db) => db.selectFrom('answers').selectAll().execute())));
  await sleep(2 * statementMs);
  expect(await indexes()).toBe(0);
  await other.query('commit');
  expect(await both).toEqual([[], []]);
  expect(await indexes()).toBe(1);
  await Promise.all([one.close(), two.close()]);
});

test('a database of a newer Gradus is refused', async () => {
  await other.query(`insert into kysely_migration values ('9999-later', now()::text)`);
  const older = open();
  await expect(older.run(async () => {})).rejects.toMatchObject({
    code: 'SETTING_INVALID',
    message: expect.stringMatching(/newer Gradus/),
  });
  await older.close();
  await other.query(`delete from kysely_migration where name = '9999-later'`);
});
