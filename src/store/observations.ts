/** Answers and feedback in PostgreSQL, and the samples that decisions are made from. */
import { sql, type Kysely } from 'kysely';
import type { LiveMetric, Sample } from '../domain/feedback.ts';
import { GradusError } from '../domain/errors.ts';
import type { Observations, Quantiles } from '../domain/ports.ts';
import { comparedArms } from './compared-arms.ts';
import { toJson, type Database } from './database.ts';
import { commentsOf, summarise, under, usersOf } from './summary.ts';
import type { Tables } from './tables.ts';

const quantiles: Partial<Record<LiveMetric, number>> = { p50Ms: 0.5, p95Ms: 0.95, p99Ms: 0.99 };

export function createObservations(database: Database): Observations {
  return {
    record: (answers, feedback) =>
      database.run((db) =>
        db.transaction().execute(async (tx) => {
          if (answers.length > 0) await insertAnswers(tx, toJson(answers));
          if (feedback.length > 0) await insertFeedback(tx, toJson(feedback));
        }),
      ),

    sample: ({ phase, capability, metric, shares }) =>
      database.run(async (db) => {
        const arms = comparedArms(phase);
        const levels: Sample[] = shares.map((share) => ({ share, candidate: [], stable: [] }));
        const byPhase = new Map(levels.map((level, index) => [`${phase}/${index}`, level]));
        const { table, value } = source(metric);
        // The first value of each user in each arm, over all levels: a user who says ten things is still one user.
        const rows = await sql<{ arm: string; phase: string; value: number }>`
          select arm, phase, value from (
            select distinct on (arm, user_hash) arm, phase, seq, (${value})::float8 as value
            from ${table}
            where phase = any(${[...byPhase.keys()]}) and capability = ${capability}
              and arm = any(${[arms.candidate, arms.stable]}) and (${value}) is not null
            order by arm, user_hash, seq
          ) as firsts order by seq`.execute(db);
        for (const row of rows.rows) {
          byPhase.get(row.phase)?.[row.arm === arms.candidate ? 'candidate' : 'stable'].push(row.value);
        }
        return levels;
      }),

    quantile: ({ phase, capability, metric }) =>
      database.run(async (db) => {
        const at = quantiles[metric];
        if (at === undefined) throw new GradusError('REQUEST_INVALID', `${metric} is not a quantile of latency.`);
        const arms = comparedArms(phase);
        // Failed answers are left out: failing fast is not being fast.
        const rows = await sql<{ arm: string; value: number; n: number }>`
          select arm, percentile_cont(${at}::float8) within group (order by latency_ms) as value, count(*)::int as n
          from answers
          where phase > ${`${phase}/`} and phase < ${`${phase}0`} and capability = ${capability}
            and arm = any(${[arms.candidate, arms.stable]}) and not failed
          group by arm`.execute(db);
        const of = (arm: string | null): Quantiles['stable'] => {
          const row = rows.rows.find((each) => each.arm === arm);
          return row === undefined ? null : { value: row.value, n: row.n };
        };
        return { candidate: of(arms.candidate), stable: of(arms.stable) };
      }),

    comments: (phase, most) => database.run((db) => commentsOf(db, under(phase), most)),

    summary: (phase) => database.run((db) => summarise(db, phase)),

    users: (phase) => database.run((db) => usersOf(db, under(phase))),
  };
}

function source(metric: LiveMetric) {
  switch (metric) {
    case 'satisfaction':
      return { table: sql.table('feedback'), value: sql`satisfaction` };
    case 'accuracy':
      return {
        table: sql.table('feedback'),
        value: sql`case when correct_label is not null then (label is not distinct from correct_label)::int end`,
      };
    case 'errorRate':
      return { table: sql.table('answers'), value: sql`failed::int` };
    case 'p50Ms':
    case 'p95Ms':
    case 'p99Ms':
      throw new GradusError('REQUEST_INVALID', `${metric} is a quantile; its values cannot be averaged.`);
  }
}

/** One parameter for a whole batch; rows keep their order, which becomes the order of arrival. */
async function insertAnswers(tx: Kysely<Tables>, json: string): Promise<void> {
  await sql`
    insert into answers
      (id, at, model, capability, version, arm, phase, user_hash, label, confidence, latency_ms, failed, tokens, unknown)
    select id, at, model, capability, version, arm, phase, "user", label, confidence, "latencyMs", failed,
      tokens, unknown
    from rows from (jsonb_to_recordset(${json}::jsonb) as (
      id text, at timestamptz, model text, capability text, version text, arm text, phase text, "user" text,
      label text, confidence float8, "latencyMs" float8, failed boolean, tokens integer, unknown integer)) with ordinality
    order by ordinality
    on conflict (id) do nothing`.execute(tx);
}

async function insertFeedback(tx: Kysely<Tables>, json: string): Promise<void> {
  await sql`
    insert into feedback
      (id, answer_id, at, model, capability, version, arm, phase, user_hash, label, satisfaction, comment, correct_label, text)
    select id, "answerId", at, model, capability, version, arm, phase, "user", label, satisfaction, comment, "correctLabel",
      text
    from rows from (jsonb_to_recordset(${json}::jsonb) as (
      id text, "answerId" text, at timestamptz, model text, capability text, version text, arm text, phase text,
      "user" text, label text, satisfaction float8, comment text, "correctLabel" text, text text)) with ordinality
    order by ordinality
    on conflict (id) do nothing`.execute(tx);
}
