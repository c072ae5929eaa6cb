/** The outbox in PostgreSQL: which messages of which release are where. */
import { sql } from 'kysely';
import type { Outbox, Presses } from '../domain/outbox.ts';
import { toJson, type Database } from './database.ts';

export function createOutbox(database: Database): Outbox {
  return {
    begin: (channel) =>
      database.run((db) =>
        db.transaction().execute(async (one) => {
          const isNew = await one
            .insertInto('channels')
            .values({ channel })
            .onConflict((on) => on.column('channel').doNothing())
            .returning('channel')
            .executeTakeFirst();
          if (isNew === undefined) return;
          const ended = one
            .selectFrom('releases')
            .select([sql.lit(channel).as('channel'), 'id', 'changed'])
            .where('ended_at', 'is not', null);
          await one.insertInto('threads').columns(['channel', 'release', 'delivered']).expression(ended).execute();
        }),
      ),

    due: (channel) =>
      database.run(async (db) => {
        const rows = await db
          .selectFrom('releases')
          .leftJoin('threads', (join) =>
            join.onRef('threads.release', '=', 'releases.id').on('threads.channel', '=', channel),
          )
          .select(['releases.id', 'releases.changed'])
          .where('releases.report', 'is not', null)
          .where((is) =>
            is.or([is('threads.delivered', 'is', null), is('threads.delivered', '<', is.ref('releases.changed'))]),
          )
          .orderBy('releases.changed')
          .execute();
        return rows.map(({ id, changed }) => ({ release: id, change: Number(changed) }));
      }),

    delivered: (channel, release, change) =>
      database.run(async (db) => {
        await db
          .insertInto('threads')
          .values({ channel, release, delivered: String(change) })
          .onConflict((on) => on.columns(['channel', 'release']).doUpdateSet({ delivered: String(change) }))
          .execute();
      }),

    open: () =>
      database.run(async (db) => {
        const rows = await db
          .selectFrom('releases')
          .select('id')
          .where('ended_at', 'is', null)
          .where('report', 'is not', null)
          .execute();
        return rows.map(({ id }) => id);
      }),

    messages: (channel, release) =>
      database.run((db) =>
        db
          .selectFrom('messages')
          .select(['key', 'ref', 'digest'])
          .where('channel', '=', channel)
          .where('release', '=', release)
          .execute(),
      ),

    claim: (channel, release, key) =>
      database.run(async (db) => {
        await db
          .insertInto('messages')
          .values({ channel, release, key, ref: null, digest: '' })
          .onConflict((on) => on.columns(['channel', 'release', 'key']).doNothing())
          .execute();
      }),

    posted: (channel, release, { key, ref, digest }) =>
      database.run(async (db) => {
        await db
          .insertInto('messages')
          .values({ channel, release, key, ref, digest })
          .onConflict((on) => on.columns(['channel', 'release', 'key']).doUpdateSet({ ref, digest }))
          .execute();
      }),
  };
}

export function createPresses(database: Database): Presses {
  return {
    take: (id, press) =>
      database.run(async (db) => {
        const { numInsertedOrUpdatedRows } = await db
          .insertInto('presses')
          .values({ id, press: toJson(press) })
          .onConflict((on) => on.column('id').doNothing())
          .executeTakeFirst();
        return numInsertedOrUpdatedRows === 1n;
      }),

    settle: (id) =>
      database.run(async (db) => {
        await db.updateTable('presses').set({ settled: true }).where('id', '=', id).execute();
      }),

    left: (sinceMs) =>
      database.run((db) =>
        db
          .selectFrom('presses')
          .select(['id', 'press'])
          .where('settled', '=', false)
          .where('taken_at', '<', sql<Date>`now() - make_interval(secs => ${sinceMs / 1000})`)
          .orderBy('taken_at')
          .execute(),
      ),
  };
}
