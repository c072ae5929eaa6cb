/** Policies in PostgreSQL: every one that was set is kept, and the newest counts. */
import { sql, type Kysely } from 'kysely';
import { openToAll, type Policy } from '../domain/policy.ts';
import type { Policies } from '../domain/ports.ts';
import { toJson, type Database } from './database.ts';
import type { Tables } from './tables.ts';

export function createPolicies(database: Database): Policies {
  return {
    current: () => database.run(policyInForce),

    set: (policy, by) =>
      database.run(async (db) => {
        await db
          .insertInto('policies')
          .values({ policy: toJson(policy), set_by: by })
          .execute();
      }),

    signIn: (person, roles, until) =>
      database.run(async (db) => {
        const row = { roles: toJson(roles), until: until.toISOString() };
        await db
          .insertInto('sign_ins')
          .values({ person, ...row })
          .onConflict((on) => on.column('person').doUpdateSet(row))
          .execute();
      }),

    signedIn: (person) =>
      database.run(async (db) => {
        const row = await db
          .selectFrom('sign_ins')
          .select('roles')
          .where('person', '=', person)
          .where('until', '>', sql<Date>`now()`)
          .executeTakeFirst();
        return row?.roles ?? [];
      }),
  };
}

export async function policyInForce(db: Kysely<Tables>): Promise<Policy> {
  const row = await db.selectFrom('policies').select('policy').orderBy('number', 'desc').limit(1).executeTakeFirst();
  return row?.policy ?? openToAll;
}
