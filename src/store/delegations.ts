/** Who stands in for whom, in PostgreSQL: every delegation is kept. */
import { sql, type Selectable } from 'kysely';
import type { Delegation, Delegations } from '../domain/delegation.ts';
import type { Database } from './database.ts';
import type { DelegationTable } from './tables.ts';

export function createDelegations(database: Database): Delegations {
  return {
    list: () =>
      database.run(async (db) =>
        (await db.selectFrom('delegations').selectAll().orderBy('number', 'desc').execute()).map(fromRow),
      ),

    add: ({ from, to, until, why, by }) =>
      database.run(async (db) =>
        fromRow(
          await db
            .insertInto('delegations')
            .values({ giver: from, taker: to, until, why, by })
            .returningAll()
            .executeTakeFirstOrThrow(),
        ),
      ),

    end: (number, by) =>
      database.run(async (db) => {
        const row = await db
          .updateTable('delegations')
          .set({ ended_at: sql<string>`now()`, ended_by: by })
          .where('number', '=', number)
          .where('ended_at', 'is', null)
          .returningAll()
          .executeTakeFirst();
        return row === undefined ? null : fromRow(row);
      }),
  };
}

function fromRow(row: Selectable<DelegationTable>): Delegation {
  const { number, giver: from, taker: to, until, why, by, at, ended_at: endedAt } = row;
  return {
    number,
    from,
    to,
    until: until.toISOString(),
    why,
    by,
    at: at.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  };
}
