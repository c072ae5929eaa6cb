/** What was answered and said under a release or one of its steps, by capability, arm and version. */
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Comment } from '../domain/feedback.ts';
import type { Cursor } from '../domain/iteration.ts';
import type { ObservationSummary, Scope } from '../domain/ports.ts';
import type { Tables } from './tables.ts';

/** Comments of each line, the newest first. */
const commentsShown = 20;
/** Characters of each. */
const commentShown = 300;

/** Holds where a comment says anything: some applications send empty ones, or spaces of any script. */
export function hasComment(column = sql<string | null>`comment`): RawBuilder<boolean> {
  return sql<boolean>`${column} ~ ${sql.lit(telling)}`;
}
const telling = String.raw`[^\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]`;

export function summarise(db: Kysely<Tables>, phase: string): Promise<ObservationSummary[]> {
  return summaryOf(db, under(phase), under(phase));
}

export function under(phase: string): RawBuilder<unknown> {
  return sql`(phase = ${phase} or (phase > ${`${phase}/`} and phase < ${`${phase}0`}))`;
}

/** All that came after the places `from`, up to and with the places `to`. */
export function summariseArrivals(
  db: Kysely<Tables>,
  of: Scope,
  from: Cursor,
  to: Cursor,
): Promise<ObservationSummary[]> {
  return summaryOf(db, arrived(of, from.answers, to.answers), arrived(of, from.feedback, to.feedback));
}

export function arrived({ model, capabilities }: Scope, after: number, upTo: number): RawBuilder<unknown> {
  return sql`(model = ${model} and seq > ${after} and seq <= ${upTo} and capability = any(${[...capabilities]}))`;
}

/** Users of the answers where `answered` holds, each once. */
export async function usersOf(db: Kysely<Tables>, answered: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ users: number }>`
    select count(distinct user_hash)::int as users from answers where ${answered}`.execute(db);
  return rows[0]?.users ?? 0;
}

/** The newest so many comments where `said` holds, newest first. */
export async function commentsOf(db: Kysely<Tables>, said: RawBuilder<unknown>, most: number): Promise<Comment[]> {
  const { rows } = await sql<Comment>`
    select left(comment, ${commentShown}) as text, version, satisfaction from feedback
    where ${hasComment()} and ${said} order by seq desc limit ${most}`.execute(db);
  return rows;
}

async function summaryOf(
  db: Kysely<Tables>,
  answered: RawBuilder<unknown>,
  said: RawBuilder<unknown>,
): Promise<ObservationSummary[]> {
  const { rows } = await sql<ObservationSummary>`
    with answered as (
      select capability, arm, version, count(*)::int as answers, count(distinct user_hash)::int as users,
        count(*) filter (where failed)::int as failures
      from answers where ${answered} group by capability, arm, version
    ), said as (
      select capability, arm, version, count(satisfaction)::int as rated, avg(satisfaction) as satisfaction,
        count(correct_label)::int as labelled,
        avg((label is not distinct from correct_label)::int) filter (where correct_label is not null)::float8 as accuracy,
        (count(*) filter (where ${hasComment()}))::int as commented,
        (array_agg(left(comment, ${sql.lit(commentShown)}) order by seq desc) filter (where ${hasComment()}))[1:${sql.lit(commentsShown)}] as comments
      from feedback where ${said} group by capability, arm, version
    )
    select capability, arm, version, coalesce(answers, 0) as answers, coalesce(users, 0) as users,
      coalesce(failures, 0) as failures, coalesce(rated, 0) as rated, satisfaction, coalesce(labelled, 0) as labelled,
      accuracy, coalesce(commented, 0) as commented, coalesce(comments, '{}') as comments
    from answered full join said using (capability, arm, version)
    order by capability collate "C", arm collate "C", version collate "C"`.execute(db);
  return rows;
}
