/** Surveys and who was asked, in PostgreSQL. */
import { sql } from 'kysely';
import type { Comment } from '../domain/feedback.ts';
import type { Surveys } from '../domain/ports.ts';
import { feedbackIdOf, type Exposed, type Survey, type SurveyResults } from '../domain/survey.ts';
import { toJson, type Database } from './database.ts';

export function createSurveys(database: Database): Surveys {
  return {
    exposed: ({ model, capability, version, withinMs }) =>
      database.run(async (db) => {
        const { rows } = await sql<Omit<Exposed, 'at'> & { at: Date }>`
          select distinct on (user_hash) id, at, model, capability, version, arm, phase, user_hash as "user", label
          from answers
          where model = ${model} and not failed and at > now() - make_interval(secs => ${withinMs / 1000})
            and (${capability}::text is null or capability = ${capability})
            and (${version}::text is null or version = ${version})
          order by user_hash, seq desc`.execute(db);
        return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
      }),

    ask: (survey, about) =>
      database.run((db) =>
        db.transaction().execute(async (one) => {
          // One survey after the other, so that two at once do not ask the same person.
          await sql`select pg_advisory_xact_lock(hashtextextended('surveys', 0))`.execute(one);
          const known = await one
            .insertInto('surveys')
            .values({ id: survey.id, model: survey.model, survey: toJson(survey) })
            .onConflict((on) => on.column('id').doNothing())
            .returning('id')
            .executeTakeFirst();
          if (known !== undefined && about.length > 0) {
            await sql`
              insert into survey_asked (survey, user_hash, answer_id, about)
              select ${survey.id}, "user", id, to_jsonb(given) from
                jsonb_to_recordset(${toJson(about)}::jsonb) as given (id text, at text, model text, capability text,
                  version text, arm text, phase text, "user" text, label text)
              where not exists (
                select 1 from survey_asked where user_hash = given."user"
                  and asked_at > now() - make_interval(secs => ${survey.againMs / 1000}))
              order by md5(${survey.id} || "user") limit ${survey.most}`.execute(one);
          }
          const rows = await one
            .selectFrom('survey_asked')
            .select('about')
            .where('survey', '=', survey.id)
            .orderBy('user_hash')
            .execute();
          return rows.map((row) => row.about);
        }),
      ),

    find: (id) =>
      database.run(async (db) => {
        const row = await db.selectFrom('surveys').select('survey').where('id', '=', id).executeTakeFirst();
        return row?.survey ?? null;
      }),

    askedOf: (id, user) =>
      database.run(async (db) => {
        const row = await db
          .selectFrom('survey_asked')
          .select('about')
          .where('survey', '=', id)
          .where('user_hash', '=', user)
          .executeTakeFirst();
        return row?.about ?? null;
      }),

    list: (model) =>
      database.run(async (db) => {
        let query = db.selectFrom('surveys').select('survey').orderBy('made_at', 'desc');
        if (model !== undefined) query = query.where('model', '=', model);
        return (await query.execute()).map((row): Survey => row.survey);
      }),

    results: (survey) =>
      database.run(async (db) => {
        const own = feedbackIdOf(survey);
        const { rows } = await sql<SurveyResults & { comments: Comment[] }>`
          select count(distinct user_hash)::int as asked,
            (count(distinct user_hash) filter (where said.id is not null))::int as answered,
            avg(said.satisfaction) as satisfaction,
            coalesce(jsonb_agg(jsonb_build_object('text', said.comment, 'version', said.version,
              'satisfaction', said.satisfaction) order by said.seq desc) filter (where said.comment is not null), '[]')
              as comments
          from survey_asked
          left join lateral (
            select id, satisfaction, comment, version, seq from feedback
            where id = any(array[survey_asked.answer_id || '/' || ${own}, survey_asked.answer_id || '/' || ${own} || '-comment'])
          ) as said on true
          where survey = ${survey.id}`.execute(db);
        const [row] = rows;
        return row ?? { asked: 0, answered: 0, satisfaction: null, comments: [] };
      }),
  };
}
