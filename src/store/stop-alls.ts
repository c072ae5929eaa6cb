/** Stops of all releases in PostgreSQL, and who has still to hear of them. */
import { sql, type Kysely, type Selectable } from 'kysely';
import type { StopAll, StopAlls, Tellings } from '../domain/control.ts';
import { GradusError } from '../domain/errors.ts';
import type { Database } from './database.ts';
import type { StopAllTable, Tables } from './tables.ts';

/** Changes whenever a stop begins or ends, or another policy counts. */
export const news = sql<string>`(select coalesce(max(number), 0) from policies) || '/' ||
  (select count(*) || '/' || count(ended_at) from stop_alls)`;

export function createStopAlls(database: Database): StopAlls {
  return {
    current: () => database.run(async (db) => (await inForce(db)) ?? null),

    list: () =>
      database.run(async (db) =>
        (await db.selectFrom('stop_alls').selectAll().orderBy('number', 'desc').execute()).map(fromRow),
      ),

    find: (number) =>
      database.run(async (db) => {
        const row = await db.selectFrom('stop_alls').selectAll().where('number', '=', number).executeTakeFirst();
        return row === undefined ? null : fromRow(row);
      }),

    rollsBack: (number, release) =>
      database.run(async (db) => {
        const found = await db
          .selectFrom('stop_rollbacks')
          .select('stop')
          .where('stop', '=', number)
          .where('release', '=', release)
          .executeTakeFirst();
        return found !== undefined;
      }),

    begin: ({ id, by, why, rollBack }) =>
      database.run((db) =>
        db.transaction().execute(async (one) => {
          // Changes of routes take the same lock: what comes after this one is refused.
          await one.selectFrom('route_revision').select('revision').forUpdate().executeTakeFirstOrThrow();
          const known = await one.selectFrom('stop_alls').selectAll().where('id', '=', id).executeTakeFirst();
          if (known !== undefined) return fromRow(known);
          const row = await one
            .insertInto('stop_alls')
            .values({ id, by, why, roll_back: rollBack })
            .returningAll()
            .executeTakeFirstOrThrow();
          if (rollBack) {
            const underWay = one
              .selectFrom('releases')
              .select([sql.lit(row.number).as('stop'), 'id as release'])
              .where('ended_at', 'is', null);
            await one.insertInto('stop_rollbacks').columns(['stop', 'release']).expression(underWay).execute();
          }
          return fromRow(row);
        }),
      ),

    end: ({ by, why }) =>
      database.run(async (db) => {
        const rows = await db
          .updateTable('stop_alls')
          .set({ ended_at: sql<string>`now()`, ended_by: by, ended_why: why })
          .where('ended_at', 'is', null)
          .returningAll()
          .execute();
        return rows.map(fromRow);
      }),
  };
}

export function createTellings(database: Database): Tellings {
  return {
    rollbacks: () =>
      database.run(async (db) => {
        const rows = await db
          .selectFrom('stop_rollbacks')
          .innerJoin('stop_alls', 'stop_alls.number', 'stop_rollbacks.stop')
          .selectAll('stop_alls')
          .select('stop_rollbacks.release')
          .where('settled', '=', false)
          .orderBy('stop_alls.number')
          .execute();
        return rows.map((row) => ({ stop: fromRow(row), release: row.release }));
      }),

    rolledBack: (stop, release) =>
      database.run(async (db) => {
        await db
          .updateTable('stop_rollbacks')
          .set({ settled: true })
          .where('stop', '=', stop)
          .where('release', '=', release)
          .execute();
      }),

    due: () =>
      database.run((db) =>
        db
          .selectFrom('releases')
          .select(['id as release', news.as('news')])
          .where('ended_at', 'is', null)
          .where('told', '!=', news)
          .execute(),
      ),

    next: () =>
      database.run(async (db) => {
        const { rows } = await sql<{ id: string }>`
          select distinct on (model) id from releases
          where ended_at is null and queued is not null and not exists (
            select 1 from releases other
            where other.model = releases.model and other.ended_at is null and other.queued is null)
          order by model, queued`.execute(db);
        return rows.map(({ id }) => id);
      }),

    told: (release, heard) =>
      database.run(async (db) => {
        await db.updateTable('releases').set({ told: heard }).where('id', '=', release).execute();
      }),
  };
}

/** Throws `STOPPED_ALL` where a stop is in force. */
export async function refuseWhileStopped(db: Kysely<Tables>): Promise<void> {
  const stop = await inForce(db);
  if (stop === undefined) return;
  const message = `All releases were stopped by ${stop.by} at ${stop.at}: ${stop.why}. End it with: gradus stop-all --end`;
  throw new GradusError('STOPPED_ALL', message);
}

async function inForce(db: Kysely<Tables>): Promise<StopAll | undefined> {
  const query = db.selectFrom('stop_alls').selectAll().where('ended_at', 'is', null).orderBy('number').limit(1);
  const row = await query.executeTakeFirst();
  return row === undefined ? undefined : fromRow(row);
}

function fromRow(row: Selectable<StopAllTable>): StopAll {
  const { number, by, why, roll_back: rollBack } = row;
  const { ended_at: endedAt, ended_by: endedBy, ended_why: endedWhy } = row;
  const end = endedAt === null ? null : { by: endedBy ?? '', why: endedWhy ?? '', at: endedAt.toISOString() };
  return { number, by, why, at: row.at.toISOString(), rollBack, end };
}
