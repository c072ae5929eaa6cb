/** The versions of each model, numbered in the order of their registration. */
import { sql, type Selectable } from 'kysely';
import type { Versions } from '../domain/ports.ts';
import type { Version } from '../domain/version.ts';
import type { Database } from './database.ts';
import type { VersionTable } from './tables.ts';

export function createVersions(database: Database): Versions {
  return {
    register: (version) =>
      database.run((db) =>
        db.transaction().execute(async (tx) => {
          const { model, digest } = version;
          // Numbers are given one after the other within a model.
          await sql`select pg_advisory_xact_lock(hashtextextended(${`versions/${model}`}, 0))`.execute(tx);
          const known = tx.selectFrom('versions').where('model', '=', model);
          const found = await known.selectAll().where('digest', '=', digest).executeTakeFirst();
          if (found !== undefined) return fromRow(found);
          const last = await known.select((of) => of.fn.max('number').as('number')).executeTakeFirst();
          const row = await tx
            .insertInto('versions')
            .values({
              model,
              digest,
              number: (last?.number ?? 0) + 1,
              spec: JSON.stringify(version.spec),
              labels: JSON.stringify(version.labels),
              trained_on: version.trainedOn,
            })
            .returningAll()
            .executeTakeFirstOrThrow();
          return fromRow(row);
        }),
      ),

    find: (model, name) =>
      database.run(async (db) => {
        const number = /^v([1-9]\d{0,8})$/.exec(name)?.[1];
        const row = await db
          .selectFrom('versions')
          .selectAll()
          .where('model', '=', model)
          .where((is) => (number === undefined ? is('digest', '=', name) : is('number', '=', Number(number))))
          .executeTakeFirst();
        return row === undefined ? null : fromRow(row);
      }),

    list: (model) =>
      database.run(async (db) => {
        let query = db.selectFrom('versions').selectAll().orderBy('model').orderBy('number');
        if (model !== undefined) query = query.where('model', '=', model);
        return (await query.execute()).map(fromRow);
      }),
  };
}

function fromRow(row: Selectable<VersionTable>): Version {
  return {
    digest: row.digest,
    model: row.model,
    number: row.number,
    spec: row.spec,
    labels: row.labels,
    trainedOn: row.trained_on,
    createdAt: row.created_at.toISOString(),
  };
}
