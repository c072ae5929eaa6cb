/** Policies in PostgreSQL: every one that was set is kept, and the newest counts. */
import { openToAll } from '../domain/policy.ts';
import type { Policies } from '../domain/ports.ts';
import { toJson, type Database } from './database.ts';

export function createPolicies(database: Database): Policies {
  return {
    current: () =>
      database.run(async (db) => {
        const row = await db
          .selectFrom('policies')
          .select('policy')
          .orderBy('number', 'desc')
          .limit(1)
          .executeTakeFirst();
        return row?.policy ?? openToAll;
      }),

    set: (policy, by) =>
      database.run(async (db) => {
        await db
          .insertInto('policies')
          .values({ policy: toJson(policy), set_by: by })
          .execute();
      }),
  };
}
