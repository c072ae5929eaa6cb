/** Surveys and who was asked, in PostgreSQL. */
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Comment } from '../domain/feedback.ts';
import type { Surveys } from '../domain/ports.ts';
import { feedbackIdOf, type Survey, type SurveyResults } from '../domain/survey.ts';
import { toJson, type Database } from './database.ts';
import { noteIn } from './notices.ts';
import { hasComment, usersOf } from './summary.ts';
import type { Tables } from './tables.ts';

type Given = Pick<Survey, 'model' | 'capability' | 'version' | 'withinMs'>;

/** Answers that a survey may be about. */
const given = ({ model, capability, version, withinMs }: Given): RawBuilder<unknown> => sql`
  (model = ${model} and not failed and at > now() - make_interval(secs => ${withinMs / 1000})
    and (${capability}::text is null or capability = ${capability})
    and (${version}::text is null or version = ${version}))`;

/**
 * Where a user stands in the draw of a survey, evenly spread from 0 to 1: the first 48 bits of a SHA-256. It depends on
 * nothing that the user did or was given.
 */
const place = ({ id }: Pick<Survey, 'id'>): RawBuilder<unknown> => sql`
  (('x' || left(encode(sha256(convert_to(${`survey ${id} `} || user_hash, 'UTF8')), 'hex'), 12))::bit(48)::bigint / 2.0::float8 ^ 48)`;

export function createSurveys(database: Database): Surveys {
  return {
    exposed: (of) => database.run((db) => usersOf(db, given(of))),

    ask: (survey, { among, tell }) =>
      database.run((db) =>
        db.transaction().execute(async (one) => {
          // One survey after the other, so that two at once do not ask the same person.
          await sql`select pg_advisory_xact_lock(hashtextextended('surveys', 0))`.execute(one);
          const isNew = await one
            .insertInto('surveys')
            .values({ id: survey.id, model: survey.model, survey: toJson(survey) })
            .onConflict((on) => on.column('id').doNothing())
            .returning('id')
            .executeTakeFirst();
          if (isNew !== undefined) await draw(one, survey, among);
          const rows = await one
            .selectFrom('survey_asked')
            .select('about')
            .where('survey', '=', survey.id)
            .orderBy('user_hash')
            .execute();
          const asked = rows.map((row) => row.about);
          // Whoever is noted as asked is asked: both are kept, or neither.
          if (isNew !== undefined) for (const each of tell(asked)) await noteIn(one, each);
          return asked;
        }),
      ),

    find: (id) =>
      database.run(async (db) => {
        const row = await db.selectFrom('surveys').select('survey').where('id', '=', id).executeTakeFirst();
        return row?.survey ?? null;
      }),

    newest: () =>
      database.run(async (db) => {
        const { rows } = await sql<{ survey: Survey; newer: number }>`
          select survey, (select count(*)::int from surveys as later where later.made_at > surveys.made_at) as newer
          from surveys
          order by exists (select 1 from survey_asked where survey_asked.survey = surveys.id) desc, made_at desc
          limit 1`.execute(db);
        return rows[0] ?? null;
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
              'satisfaction', said.satisfaction) order by said.seq desc) filter (where ${hasComment(sql`said.comment`)}), '[]')
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

async function draw(one: Kysely<Tables>, survey: Survey, among: readonly string[] | null): Promise<void> {
  const { id, sample, againMs, most } = survey;
  const some = among === null ? null : [...among];
  await sql`
    insert into survey_asked (survey, user_hash, answer_id, about)
    select ${id}, user_hash, id, jsonb_build_object(
        'id', id, 'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'model', model,
        'capability', capability, 'version', version, 'arm', arm, 'phase', phase, 'user', user_hash, 'label', label)
    from (
      select distinct on (user_hash) * from answers
      where ${given(survey)} and ${place(survey)} < ${sample}::float8
        and (${some}::text[] is null or user_hash = any(${some}::text[]))
      order by user_hash, seq desc
    ) as drawn
    where not exists (
      select 1 from survey_asked as before
      where before.user_hash = drawn.user_hash and asked_at > now() - make_interval(secs => ${againMs / 1000}))
    order by ${place(survey)} limit ${most}`.execute(one);
}
