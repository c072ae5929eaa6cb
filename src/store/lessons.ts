/** What came back from users to learn from, and the iterations that did, in PostgreSQL. */
import { sql, type Kysely } from 'kysely';
import type { Cursor, IterationReport } from '../domain/iteration.ts';
import { digestOfLessons, type Correction } from '../domain/lessons.ts';
import type { Iterations, LessonRecords, NumberedIteration } from '../domain/ports.ts';
import { toJson, type Database } from './database.ts';
import { summariseArrivals } from './summary.ts';
import type { Tables } from './tables.ts';

export function createLessons(database: Database): LessonRecords {
  return {
    heard: (model, since) =>
      database.run(async (db) => {
        const through = { answers: await last(db, 'answers'), feedback: await last(db, 'feedback') };
        return { summaries: await summariseArrivals(db, model, since, through), through };
      }),

    corrections: (model, most) =>
      database.run(async (db) => {
        const newest = await sql<Correction>`
          select capability, text, correct_label as label, user_hash as user from (
            select seq, capability, text, correct_label, user_hash from feedback
            where model = ${model} and text is not null and correct_label is not null
            order by seq desc limit ${most}
          ) as newest order by seq`.execute(db);
        return newest.rows;
      }),

    keep: (lessons) =>
      database.run(async (db) => {
        const digest = digestOfLessons(lessons);
        await db
          .insertInto('lessons')
          .values({ digest, lessons: toJson(lessons) })
          .onConflict((on) => on.column('digest').doNothing())
          .execute();
        return digest;
      }),

    find: (digest) =>
      database.run(async (db) => {
        const row = await db.selectFrom('lessons').select('lessons').where('digest', '=', digest).executeTakeFirst();
        return row?.lessons ?? null;
      }),
  };
}

/** The last place that was given out; what comes later has a greater one. */
async function last(db: Kysely<Tables>, table: keyof Cursor): Promise<number> {
  const { rows } = await sql<{ last: string | null }>`select max(seq) as last from ${sql.table(table)}`.execute(db);
  return Number(rows[0]?.last ?? 0);
}

export function createIterations(database: Database): Iterations {
  const numbered = ({ report, number }: { report: IterationReport; number: number }): NumberedIteration => ({
    ...report,
    number,
  });
  return {
    record: (report) =>
      database.run((db) =>
        db.transaction().execute(async (one) => {
          const { key, model } = report;
          // Numbers are given one after the other within a model.
          await sql`select pg_advisory_xact_lock(hashtextextended(${`iterations/${model}`}, 0))`.execute(one);
          const next = one
            .selectFrom('iterations')
            .select((of) => sql<number>`coalesce(${of.fn.max('number')}, 0) + 1`.as('next'))
            .where('model', '=', model);
          const text = toJson(report);
          const row = await one
            .insertInto('iterations')
            .values({ key, model, number: next, report: text })
            .onConflict((on) => on.column('key').doUpdateSet({ report: text }))
            .returning('number')
            .executeTakeFirstOrThrow();
          return row.number;
        }),
      ),

    find: (key) =>
      database.run(async (db) => {
        const row = await db
          .selectFrom('iterations')
          .select(['report', 'number'])
          .where('key', '=', key)
          .executeTakeFirst();
        return row === undefined ? null : numbered(row);
      }),

    list: (model) =>
      database.run(async (db) => {
        let query = db.selectFrom('iterations').select(['report', 'number']).orderBy('started_at', 'desc');
        if (model !== undefined) query = query.where('model', '=', model);
        return (await query.orderBy('number', 'desc').execute()).map(numbered);
      }),
  };
}
