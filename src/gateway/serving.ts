/** What is served now: routes and the versions that they need, changed all at once; and when the old ones are out of use. */
import type { Models } from '../domain/ports.ts';
import type { Route, User } from '../domain/route.ts';
import { GradusError } from '../domain/errors.ts';
import { createBatcher, type Answerer } from './batcher.ts';
import type { Stops } from './stops.ts';

/** Routes in use, with what answers for them. */
export interface Table {
  revision: number;
  routes: Map<string, Route>;
  models: Set<string>;
  answerers: Map<string, Answerer>;
  /** Requests that are being answered by this table. */
  inFlight: number;
}

export interface Serving {
  /** Null until there are routes. */
  table(): Table | null;
  /** Loads what is needed and puts the routes into use; throws with the old ones in use where a version cannot be loaded. */
  use(revision: number, routes: Route[]): Promise<void>;
  /** As far as versions can be loaded; says which cannot. */
  useWhatLoads(revision: number, routes: Route[]): Promise<string[]>;
  /** Puts the same routes into use again, after stops changed. */
  refresh(): void;
  /** Waits until no request is answered by earlier tables. */
  settled(): Promise<void>;
}

/** A request that takes longer than this does not hold up a confirmation. */
const settleWithinMs = 5_000;

export function createServing(models: Models, stops: Stops): Serving {
  let table: Table | null = null;
  let stored: { revision: number; routes: Route[] } | null = null;
  const earlier = new Set<Table>();
  let answerers = new Map<string, Answerer>();

  /** Loads versions that are not loaded yet; the others stay as they are, with what they are computing. */
  async function load(digests: Set<string>): Promise<{ loaded: Map<string, Answerer>; problems: string[] }> {
    const loaded = new Map<string, Answerer>();
    const problems: string[] = [];
    for (const digest of digests) {
      const known = answerers.get(digest);
      if (known === undefined) continue;
      models.keep(digest);
      loaded.set(digest, known);
    }
    for (const digest of digests) {
      if (loaded.has(digest)) continue;
      try {
        loaded.set(digest, createBatcher(await models.load(digest)));
      } catch (error) {
        problems.push(
          `cannot load version ${digest.slice(0, 12)}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
    return { loaded, problems };
  }

  function needed(routes: Route[]): Set<string> {
    const named = routes.flatMap(({ stable, candidate }) => [stable, candidate]).filter((digest) => digest !== null);
    return new Set([...named, ...stops.versions()]);
  }

  function put(revision: number, routes: Route[], loaded: Map<string, Answerer>): void {
    stored = { revision, routes };
    answerers = loaded;
    if (table !== null && table.inFlight > 0) earlier.add(table);
    const obeyed = stops.applied(routes);
    table = {
      revision,
      routes: new Map(obeyed.map((route) => [routeKey(route.model, route.capability), route])),
      models: new Set(obeyed.map(({ model }) => model)),
      answerers: loaded,
      inFlight: 0,
    };
  }

  return {
    table: () => table,
    async use(revision, routes) {
      const { loaded, problems } = await load(needed(routes));
      if (problems.length > 0) throw new GradusError('VERSION_UNKNOWN', problems.join('; '), { problems });
      put(revision, routes, loaded);
    },
    async useWhatLoads(revision, routes) {
      const { loaded, problems } = await load(needed(routes));
      const can = (digest: string | null): boolean => digest === null || loaded.has(digest);
      const served = routes.map((route) => (can(route.candidate) ? route : { ...route, candidate: null }));
      put(revision, served, loaded);
      return problems;
    },
    refresh() {
      if (stored !== null) put(stored.revision, stored.routes, answerers);
    },
    async settled() {
      for (const end = Date.now() + settleWithinMs; Date.now() < end;) {
        for (const each of earlier) if (each.inFlight === 0) earlier.delete(each);
        if (earlier.size === 0) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      earlier.clear();
    },
  };
}

function routeKey(model: string, capability: string): string {
  return JSON.stringify([model, capability]);
}

export function inUse(table: Table | null): Table {
  if (table !== null) return table;
  throw new GradusError('STORE_UNREACHABLE', 'This gateway has seen no routes yet: the store cannot be reached.');
}

/** The route of a capability, or what is wrong with asking for it. */
export function routeOf(table: Table, model: string, capability: string): Route {
  const route = table.routes.get(routeKey(model, capability));
  if (route !== undefined) return route;
  if (!table.models.has(model)) {
    const message = `There is no model "${model}" here; there is ${[...table.models].join(', ') || 'none yet'}.`;
    throw new GradusError('MODEL_UNKNOWN', message);
  }
  const known = routesOf(table, model).map((each) => each.capability);
  throw new GradusError(
    'CAPABILITY_UNKNOWN',
    `${model} has no capability "${capability}"; it has ${known.join(', ')}.`,
  );
}

export function routesOf(table: Table, model: string): Route[] {
  return [...table.routes.values()].filter((route) => route.model === model);
}

export function notReleased({ model, capability }: Route, { id }: User): GradusError {
  const message = `${capability} of ${model} is not released to user ${JSON.stringify(id)} yet.`;
  return new GradusError('CAPABILITY_NOT_RELEASED', `${message} It comes with a release; ask again later.`);
}
