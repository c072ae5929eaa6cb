/** Routes in PostgreSQL: set under one revision, announced at once, and confirmed by gateways that hold a lease. */
import { sql, type Kysely, type Selectable } from 'kysely';
import { GradusError } from '../domain/errors.ts';
import { holding, type Asked } from '../domain/freeze.ts';
import type { RouteChange, Routes } from '../domain/ports.ts';
import type { Route } from '../domain/route.ts';
import { listed } from '../domain/words.ts';
import { toJson, type Database } from './database.ts';
import { policyInForce } from './policies.ts';
import { changed, moved, sameRoute } from './route-change.ts';
import { refuseWhileStopped } from './stop-alls.ts';
import { createListener, routesChannel } from './listener.ts';
import type { RouteTable, Tables } from './tables.ts';

export function createRoutes(database: Database, databaseUrl: string): Routes & { close(): void } {
  const listener = createListener(databaseUrl);
  return {
    set: (change) => database.run((db) => db.transaction().execute((tx) => set(tx, change))),

    current: (model) =>
      database.run(async (db) => {
        let query = db.selectFrom('routes').selectAll().orderBy('model').orderBy('capability');
        if (model !== undefined) query = query.where('model', '=', model);
        return (await query.execute()).map(fromRow);
      }),

    revision: () =>
      database.run(
        async (db) => (await db.selectFrom('route_revision').select('revision').executeTakeFirstOrThrow()).revision,
      ),

    confirmations: (revision) =>
      database.run(async (db) => {
        const live = await db
          .selectFrom('gateways')
          .select(['name', 'revision', 'problem', 'stops'])
          .where('lease_until', '>', sql<Date>`now()`)
          .orderBy('name')
          .execute();
        const missing = live.filter((gateway) => gateway.revision < revision);
        return {
          revision,
          live: live.length,
          confirmed: live.length - missing.length,
          missing: missing.map(({ name, problem }) => (problem === null ? name : `${name}: ${problem}`)),
          stops: live.flatMap((gateway) => gateway.stops),
        };
      }),

    confirm: (name, url, revision, leaseMs, problem, stops = []) =>
      database.run(async (db) => {
        // The lease runs by the clock of the database, which all gateways share.
        const lease_until = sql<string>`now() + ${leaseMs} * interval '1 millisecond'`;
        const row = { url, revision, problem, stops: toJson(stops), lease_until };
        await db
          .insertInto('gateways')
          .values({ name, ...row })
          .onConflict((on) => on.column('name').doUpdateSet(row))
          .execute();
        await db
          .deleteFrom('gateways')
          .where('lease_until', '<', sql<Date>`now() - interval '1 day'`)
          .execute();
      }),

    leave: (name) =>
      database.run(async (db) => {
        await db.deleteFrom('gateways').where('name', '=', name).execute();
      }),

    watch: (listen) => listener.watch(listen),
    close: () => listener.close(),
  };
}

async function set(tx: Kysely<Tables>, change: RouteChange): Promise<number> {
  const { model, phase, capabilities } = change;
  const newest = await tx.selectFrom('route_revision').select('revision').forUpdate().executeTakeFirstOrThrow();
  if (capabilities.length === 0) return newest.revision;
  const rows = await tx
    .selectFrom('routes')
    .selectAll()
    .where('model', '=', model)
    .where('capability', 'in', capabilities)
    .execute();
  const before = new Map(rows.map((row) => [row.capability, fromRow(row)]));
  const after = moved(change, before).map((capability) => changed(before.get(capability) ?? null, capability, change));
  const isSet = after.every((route) => {
    const old = before.get(route.capability);
    return old !== undefined && sameRoute(old, route);
  });
  if (isSet) return rows.length === 0 ? newest.revision : Math.max(...rows.map((row) => row.revision));

  if (change.to.kind !== 'restored') {
    await refuseWhileStopped(tx);
    if (change.asked !== undefined) await refuseInFreeze(tx, model, change.asked);
  }
  const revision = newest.revision + 1;
  await tx.updateTable('route_revision').set({ revision }).execute();
  for (const route of after) {
    const row = { ...route, exposure: JSON.stringify(route.exposure), revision };
    await tx
      .insertInto('routes')
      .values(row)
      .onConflict((on) => on.columns(['model', 'capability']).doUpdateSet(row))
      .execute();
  }
  await tx
    .insertInto('route_changes')
    .values({ revision, model, phase, routes: JSON.stringify(after) })
    .execute();
  await sql`select pg_notify(${routesChannel}, ${String(revision)})`.execute(tx);
  return revision;
}

/** Throws `FROZEN` where the calendar of the policy in force holds the model. */
async function refuseInFreeze(tx: Kysely<Tables>, model: string, asked: Asked): Promise<void> {
  const { freeze = [] } = await policyInForce(tx);
  const frozen = holding(freeze, model, asked);
  if (frozen === null) return;
  const until = frozen.until === null ? 'with no end in sight' : `until ${new Date(frozen.until).toISOString()}`;
  throw new GradusError('FROZEN', `Model ${model} is frozen ${until}: ${listed(frozen.names)}.`);
}

function fromRow(row: Selectable<RouteTable>): Route {
  const { model, capability, revision, stable, candidate, exposure, phase } = row;
  return { model, capability, revision, stable, candidate, exposure, phase };
}
