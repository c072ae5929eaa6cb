/** Releases in PostgreSQL: who has which model, and how far each release is, readable when Temporal is not there. */
import { sql, type Kysely } from 'kysely';
import { abandoned } from '../domain/abandoned.ts';
import { GradusError } from '../domain/errors.ts';
import type { Releases } from '../domain/ports.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { codeOf, toJson, type Database } from './database.ts';
import { news } from './stop-alls.ts';
import type { Tables } from './tables.ts';

/** Of `changed`. */
const next = sql<string>`nextval('release_changes')`;

export function createReleases(database: Database): Releases {
  return {
    begin: (release) =>
      database.run(async (db) => {
        const { id, runId, model, startedAt } = release;
        const row = { run_id: runId, model, plan: toJson(release.plan), started_at: startedAt, ended_at: null };
        try {
          await db
            .insertInto('releases')
            .values({ id, ...row, report: null, told: news })
            // A new run takes over; the same run again changes nothing, so that a late repetition reopens nothing.
            .onConflict((on) =>
              on
                .column('id')
                .doUpdateSet({ ...row, queued: null })
                .where((is) =>
                  is.or([
                    is('releases.run_id', '!=', runId),
                    is.and([is('releases.queued', 'is not', null), is('releases.ended_at', 'is', null)]),
                  ]),
                ),
            )
            .execute();
        } catch (error) {
          if (codeOf(error) !== uniqueViolation) throw error;
          throw await busy(db, model, error);
        }
      }),

    enqueue: ({ id, runId, model, plan, startedAt }) =>
      database.run(async (db) => {
        const place = sql<string>`nextval('release_queue')`;
        const row = { run_id: runId, model, plan: toJson(plan), started_at: startedAt, ended_at: null, queued: place };
        await db
          .insertInto('releases')
          .values({ id, ...row, report: null, told: news })
          // A new run of one that had ended waits anew.
          .onConflict((on) =>
            on
              .column('id')
              .doUpdateSet(row)
              .where('releases.run_id', '!=', runId)
              .where('releases.ended_at', 'is not', null),
          )
          .execute();
      }),

    queue: (model) =>
      database.run(async (db) => {
        const rows = await db
          .selectFrom('releases')
          .select('id')
          .where('model', '=', model)
          .where('ended_at', 'is', null)
          .where('queued', 'is not', null)
          .orderBy('queued')
          .execute();
        return rows.map((row) => row.id);
      }),

    open: () =>
      database.run(async (db) => {
        const rows = await db
          .selectFrom('releases')
          .select(['id', 'model', 'queued'])
          .where('ended_at', 'is', null)
          .orderBy('started_at')
          .orderBy('id')
          .execute();
        return rows.map(({ id, model, queued }) => ({ id, model, isQueued: queued !== null }));
      }),

    holder: (model) => database.run((db) => holder(db, model)),

    abandon: (id, reason) =>
      database.run(async (db) => {
        const now = new Date().toISOString();
        await db.transaction().execute(async (one) => {
          const row = await one
            .selectFrom('releases')
            .select('report')
            .where('id', '=', id)
            .where('ended_at', 'is', null)
            .forUpdate()
            .executeTakeFirst();
          if (row === undefined) return;
          const report = row.report === null ? null : toJson(abandoned(whole(row.report), reason, now));
          await one
            .updateTable('releases')
            .set({ ended_at: now, report, changed: next })
            .where('id', '=', id)
            .execute();
        });
      }),

    record: (id, runId, report, ended) =>
      database.run(async (db) => {
        const text = toJson(report);
        const endedAt = ended ? (report.endedAt ?? new Date().toISOString()) : null;
        // What comes late changes nothing: a release that ended does not run again because an older report arrives.
        const { numUpdatedRows } = await db
          .updateTable('releases')
          .set({ report: text, changed: next, ...(ended ? { ended_at: endedAt, run_id: runId } : {}) })
          .where('id', '=', id)
          .where((is) => (ended ? is.lit(true) : is('ended_at', 'is', null)))
          .executeTakeFirst();
        if (numUpdatedRows > 0n) return true;
        const known = await db.selectFrom('releases').select('run_id').where('id', '=', id).executeTakeFirst();
        if (known !== undefined) return known.run_id === runId;
        if (!ended) {
          const message = `Release ${id} cannot be recorded: it has not begun, so it does not have model ${report.model}.`;
          throw new GradusError('RELEASE_UNKNOWN', message);
        }
        // A release that was refused before it began is listed too.
        const { model, startedAt, plan } = report;
        await db
          .insertInto('releases')
          .values({
            id,
            run_id: runId,
            model,
            plan: toJson(plan),
            report: text,
            started_at: startedAt,
            ended_at: endedAt,
          })
          .onConflict((on) => on.column('id').doNothing())
          .execute();
        return true;
      }),

    find: (id) =>
      database.run(async (db) => {
        const row = await db.selectFrom('releases').select('report').where('id', '=', id).executeTakeFirst();
        return row?.report ? whole(row.report) : null;
      }),

    list: ({ model, open, before, most } = {}) =>
      database.run(async (db) => {
        let query = db
          .selectFrom('releases')
          .select('report')
          .where('report', 'is not', null)
          .orderBy('started_at', 'desc')
          .orderBy('id', 'desc');
        if (model !== undefined) query = query.where('model', '=', model);
        if (open === true) query = query.where('ended_at', 'is', null);
        if (before !== undefined) {
          if (!(await exists(db, before))) throw unknownRelease(before);
          const place = db.selectFrom('releases').select(['started_at', 'id']).where('id', '=', before);
          query = query.where(sql<boolean>`(started_at, id) < (${place})`);
        }
        if (most !== undefined) query = query.limit(most);
        const rows = await query.execute();
        return rows.flatMap(({ report }) => (report === null ? [] : [whole(report)]));
      }),

    names: () =>
      database.run(async (db) => {
        const rows = await db.selectFrom('releases').select('id').orderBy('started_at', 'desc').limit(1_000).execute();
        return rows.map(({ id }) => id);
      }),

    nextId: (model) =>
      database.run(async (db) => {
        for (;;) {
          const { last } = await db
            .insertInto('release_numbers')
            .values({ model, last: 1 })
            .onConflict((on) => on.column('model').doUpdateSet({ last: sql`release_numbers.last + 1` }))
            .returning('last')
            .executeTakeFirstOrThrow();
          const id = `${model}-${last}`;
          if (!(await exists(db, id))) return id;
        }
      }),
  };
}

/** With what an earlier Gradus did not keep. */
function whole(report: ReleaseReport): ReleaseReport {
  return Object.assign({ startedBy: null, requests: [] }, report);
}

function unknownRelease(id: string): GradusError {
  return new GradusError('RELEASE_UNKNOWN', `There is no release "${id}", so none before it can be listed.`);
}

/** SQL state of a row that a unique index refused. */
const uniqueViolation = '23505';

async function exists(db: Kysely<Tables>, id: string): Promise<boolean> {
  return (await db.selectFrom('releases').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
}

async function holder(db: Kysely<Tables>, model: string): Promise<{ id: string; startedAt: string } | null> {
  const row = await db
    .selectFrom('releases')
    .select(['id', 'started_at'])
    .where('model', '=', model)
    .where('ended_at', 'is', null)
    .where('queued', 'is', null)
    .executeTakeFirst();
  return row === undefined ? null : { id: row.id, startedAt: row.started_at.toISOString() };
}

async function busy(db: Kysely<Tables>, model: string, cause: unknown): Promise<GradusError> {
  const other = await holder(db, model);
  const who =
    other === null ? 'another release, which has just ended: try again' : `${other.id} since ${other.startedAt}`;
  const message = `Model ${model} is being released by ${who}. One release of a model runs at a time: let it end, roll it back, or wait for it (--queue; as input: "queue": true).`;
  return new GradusError('MODEL_BUSY', message, { cause });
}
