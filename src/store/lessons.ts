/** What came back from users to learn from, and the iterations that did, in PostgreSQL. */
import { sql, type Kysely } from 'kysely';
import { countInputs, inputBins, type Usage } from '../domain/drift.ts';
import type { Cursor, IterationReport } from '../domain/iteration.ts';
import { digestOfLessons, mostOfOne, type Correction } from '../domain/lessons.ts';
import type { Iterations, LessonRecords, NumberedIteration } from '../domain/ports.ts';
import { toJson, type Database } from './database.ts';
import { arrived, commentsOf, summariseArrivals, usersOf } from './summary.ts';
import type { Tables } from './tables.ts';

export function createLessons(database: Database): LessonRecords {
  return {
    heard: (of, since) =>
      database.run(async (db) => {
        const { model } = of;
        const through = { answers: await last(db, 'answers', model), feedback: await last(db, 'feedback', model) };
        const summaries = await summariseArrivals(db, of, since, through);
        return { summaries, users: await usersOf(db, arrived(of, since.answers, through.answers)), through };
      }),

    comments: (of, since, through, most) =>
      database.run((db) => commentsOf(db, arrived(of, since.feedback, through.feedback), most)),

    usage: (of, since, through) =>
      database.run(async (db) => {
        const within = arrived(of, since.answers, through.answers);
        const answered = await sql<{ version: string; capability: string; label: string; n: number }>`
          select version, capability, label, count(*)::int as n from answers
          where ${within} and label is not null group by version, capability, label`.execute(db);
        const binned = await sql<{ version: string; tokens: number; unknown: number; n: number }>`
          select version, width_bucket(tokens::float8, ${[...inputBins.tokens]}::float8[]) as tokens,
            width_bucket(unknown::float8 / greatest(1, tokens), ${[...inputBins.unknown]}::float8[]) as unknown,
            count(*)::int as n
          from answers where ${within} and tokens is not null and unknown is not null group by 1, 2, 3`.execute(db);
        return usagesOf(answered.rows, binned.rows);
      }),

    corrections: ({ model, capabilities }, most) =>
      database.run(async (db) => {
        const newest = await sql<Correction>`
          select capability, text, correct_label as label, user_hash as user from (
            select seq, capability, text, correct_label, user_hash,
              row_number() over (partition by user_hash order by seq desc) as place
            from feedback
            where model = ${model} and capability = any(${[...capabilities]}) and text is not null
              and correct_label is not null
          ) as newest where place <= ${Math.ceil(most * mostOfOne.share)} or place <= ${mostOfOne.least}
          order by seq desc limit ${most}`.execute(db);
        return newest.rows.toReversed();
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

function usagesOf(
  answered: { version: string; capability: string; label: string; n: number }[],
  binned: { version: string; tokens: number; unknown: number; n: number }[],
): Usage[] {
  const usages = new Map<string, Usage>();
  const of = (version: string): Usage => {
    const known = usages.get(version) ?? { version, answers: {}, ...countInputs([]) };
    usages.set(version, known);
    return known;
  };
  for (const { version, capability, label, n } of answered) (of(version).answers[capability] ??= {})[label] = n;
  for (const { version, n, ...bins } of binned) {
    const { tokens, unknown } = of(version);
    tokens[bins.tokens] = (tokens[bins.tokens] ?? 0) + n;
    unknown[bins.unknown] = (unknown[bins.unknown] ?? 0) + n;
  }
  return [...usages.values()].sort((a, b) => (a.version < b.version ? -1 : 1));
}

/** The last place that was given out for a model; what comes later has a greater one. */
async function last(db: Kysely<Tables>, table: keyof Cursor, model: string): Promise<number> {
  const { rows } = await sql<{ last: string | null }>`
    select max(seq) as last from ${sql.table(table)} where model = ${model}`.execute(db);
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

    newest: (model, number) =>
      database.run(async (db) => {
        let query = db.selectFrom('iterations').select(['report', 'number']).orderBy('started_at', 'desc');
        if (model !== undefined) query = query.where('model', '=', model);
        if (number !== undefined) query = query.where('number', '=', number);
        const row = await query.orderBy('number', 'desc').limit(1).executeTakeFirst();
        return row === undefined ? null : numbered(row);
      }),

    lastLearnt: ({ model, capabilities }, before) =>
      database.run(async (db) => {
        let query = db
          .selectFrom('iterations')
          .select(['report', 'number'])
          .where('model', '=', model)
          .where(sql`report->>'state'`, '=', 'learnt')
          .where(sql<boolean>`report->'capabilities' ?& ${[...capabilities]}::text[]`);
        if (before !== undefined) query = query.where('number', '<', before);
        const row = await query.orderBy('number', 'desc').limit(1).executeTakeFirst();
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
