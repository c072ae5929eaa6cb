/** Plans that were stored under a name, as they were written. */
import { sql } from 'kysely';
import type { Plans } from '../domain/ports.ts';
import { toJson, type Database } from './database.ts';

export function createPlans(database: Database): Plans {
  return {
    find: (name) =>
      database.run(async (db) => {
        const row = await db.selectFrom('plans').select('plan').where('name', '=', name).executeTakeFirst();
        return row?.plan ?? null;
      }),

    save: (name, plan) =>
      database.run(async (db) => {
        const text = toJson(plan);
        await db
          .insertInto('plans')
          .values({ name, plan: text })
          .onConflict((on) => on.column('name').doUpdateSet({ plan: text, saved_at: sql`now()` }))
          .execute();
      }),

    list: () =>
      database.run(async (db) => {
        const rows = await db.selectFrom('plans').select('name').orderBy('name').execute();
        return rows.map((row) => row.name);
      }),
  };
}
