/** Notices in PostgreSQL: rows of the outbox that carry their words until they were taken. */
import { sql, type Kysely } from 'kysely';
import type { Notices, ToNote } from '../domain/outbox.ts';
import { toJson, type Database } from './database.ts';
import type { Tables } from './tables.ts';

/** What stands in the place of the other side's name of a message, where it gives none. */
const takenRef = 'taken';

const inMs = (ms: number) => sql<Date>`now() + make_interval(secs => ${ms / 1000})`;

/** As `note` of the port, for what is noted together with other records. */
export async function noteIn(db: Kysely<Tables>, { channel, release, notices }: ToNote): Promise<void> {
  const rows = notices.map(({ key, body }) => ({
    channel,
    release,
    key,
    ref: null,
    digest: '',
    body: toJson(body),
    problem: null,
  }));
  // PostgreSQL takes 65,535 parameters at once.
  for (let at = 0; at < rows.length; at += 1000) {
    await db
      .insertInto('messages')
      .values(rows.slice(at, at + 1000))
      .onConflict((on) => on.columns(['channel', 'release', 'key']).doNothing())
      .execute();
  }
}

export function createNotices(database: Database): Notices {
  /** A change of one notice; none where it was settled meanwhile. */
  const change = (channel: string, { release, key }: { release: string; key: string }, set: Record<string, unknown>) =>
    database.run(async (db) => {
      await db
        .updateTable('messages')
        .set(set)
        .where('channel', '=', channel)
        .where('release', '=', release)
        .where('key', '=', key)
        .where('body', 'is not', null)
        .execute();
    });

  return {
    note: (channel, release, notices) => database.run((db) => noteIn(db, { channel, release, notices })),

    next: (channel, leaseMs) =>
      database.run(async (db) => {
        const due = db
          .selectFrom('messages')
          .select(['release', 'key'])
          .where('channel', '=', channel)
          .where('body', 'is not', null)
          .where('given_up', '=', false)
          .where('next_at', '<=', sql<Date>`now()`)
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom('channels')
                  .select('channels.channel')
                  .where('channels.channel', '=', channel)
                  .where('stopped', 'is not', null),
              ),
            ),
          )
          .orderBy('next_at')
          .orderBy('seq')
          .limit(1)
          .forUpdate()
          .skipLocked();
        const row = await db
          .with('due', () => due)
          .updateTable('messages')
          .from('due')
          .set((is) => ({ tries: is('messages.tries', '+', 1), next_at: inMs(leaseMs) }))
          .where('messages.channel', '=', channel)
          .whereRef('messages.release', '=', 'due.release')
          .whereRef('messages.key', '=', 'due.key')
          .returning([
            'messages.release',
            'messages.key',
            'messages.body',
            'messages.tries',
            sql<number>`(extract(epoch from now() - messages.noted_at) * 1000)::float8`.as('ageMs'),
          ])
          .executeTakeFirst();
        return row ?? null;
      }),

    taken: (channel, notice) => change(channel, notice, { ref: takenRef, body: null, problem: null }),

    later: (channel, notice, afterMs, problem) => change(channel, notice, { next_at: inMs(afterMs), problem }),

    giveUp: (channel, notice, problem) => change(channel, notice, { given_up: true, problem }),

    stop: (channel, why) =>
      database.run(async (db) => {
        await db
          .insertInto('channels')
          .values({ channel, stopped: why })
          .onConflict((on) => on.column('channel').doUpdateSet({ stopped: why }))
          .execute();
      }),

    resume: (channel) =>
      database.run(async (db) => {
        await db.updateTable('channels').set({ stopped: null }).where('channel', '=', channel).execute();
      }),

    standing: (channel) =>
      database.run(async (db) => {
        const counts = await db
          .selectFrom('messages')
          .select([
            sql<number>`count(*) filter (where body is not null and not given_up)::int`.as('waiting'),
            sql<number>`count(*) filter (where ref is not null)::int`.as('taken'),
            sql<number>`count(*) filter (where given_up)::int`.as('givenUp'),
          ])
          .where('channel', '=', channel)
          .executeTakeFirstOrThrow();
        const failed = await db
          .selectFrom('messages')
          .select('problem')
          .where('channel', '=', channel)
          .where('problem', 'is not', null)
          .orderBy('seq', 'desc')
          .limit(1)
          .executeTakeFirst();
        const row = await db.selectFrom('channels').select('stopped').where('channel', '=', channel).executeTakeFirst();
        return { ...counts, problem: failed?.problem ?? null, stopped: row?.stopped ?? null };
      }),
  };
}
