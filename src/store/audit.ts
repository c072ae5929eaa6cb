/** The audit log in PostgreSQL: one chain for all, which the database itself lets nobody change. */
import { sql, type Kysely } from 'kysely';
import { nextEntry, type AuditEvent } from '../domain/audit.ts';
import type { Audit } from '../domain/ports.ts';
import { toJson, type Database } from './database.ts';
import type { Tables } from './tables.ts';

export function createAudit(database: Database): Audit {
  return {
    append: (events) =>
      database.run(async (db) => {
        if ((await unknownOf(db, events)).length === 0) return;
        await db.transaction().execute(async (one) => {
          // One after the other, whoever appends; readers are not held up.
          await sql`lock table audit in share row exclusive mode`.execute(one);
          const unknown = await unknownOf(one, events);
          const before = one.selectFrom('audit').select(['number', 'hash']).orderBy('number', 'desc').limit(1);
          let last = (await before.executeTakeFirst()) ?? null;
          for (const event of unknown) {
            // As it will be read back.
            const entry = nextEntry(JSON.parse(toJson(event)), last);
            const { number, subject, place, at, hash } = entry;
            await one
              .insertInto('audit')
              .values({ number, subject, place, at, entry: toJson(entry), hash })
              .execute();
            last = entry;
          }
        });
      }),

    entries: (after, most) =>
      database.run(async (db) => {
        const rows = await db
          .selectFrom('audit')
          .select('entry')
          .where('number', '>', after)
          .orderBy('number')
          .limit(most)
          .execute();
        return rows.map(({ entry }) => entry);
      }),

    disagreeing: (after, most) =>
      database.run(async (db) => {
        const rows = await db
          .selectFrom('audit')
          .selectAll()
          .where('number', '>', after)
          .orderBy('number')
          .limit(most)
          .execute();
        return rows.flatMap(({ entry, ...row }) =>
          (['number', 'subject', 'place', 'at', 'hash'] as const).flatMap((column) =>
            row[column] === entry[column]
              ? []
              : [`entry ${row.number}: its column ${column} says ${row[column]}, and the entry ${entry[column]}`],
          ),
        );
      }),
  };
}

/** Looked up one by one in the index: a release may have many more entries than are appended. */
async function unknownOf(db: Kysely<Tables>, events: AuditEvent[]): Promise<AuditEvent[]> {
  if (events.length === 0) return [];
  const [subjects, places] = [events.map(({ subject }) => subject), events.map(({ place }) => place)];
  const times = events.map(({ at }) => at);
  const { rows } = await sql<Pick<AuditEvent, 'subject' | 'place' | 'at'>>`
    select subject, place, at from audit
    where (subject, place, at) in (select * from unnest(${subjects}::text[], ${places}::int[], ${times}::text[]))`.execute(
    db,
  );
  const key = ({ subject, place, at }: Pick<AuditEvent, 'subject' | 'place' | 'at'>): string =>
    JSON.stringify([subject, place, at]);
  const known = new Set(rows.map(key));
  return events.filter((event) => !known.has(key(event)));
}
