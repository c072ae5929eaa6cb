/** The stop switch: a person puts all users of a model back on stable here, at once, with nothing else running. */
import path from 'node:path';
import { z } from 'zod';
import { GradusError } from '../domain/errors.ts';
import type { Stop } from '../domain/ports.ts';
import { nobody, type Route } from '../domain/route.ts';
import { readWhole, writeWhole } from './whole-file.ts';

/**
 * A stop with what it holds on to: the stable version of each capability when the switch was pulled. `held` is whether it
 * has kept a candidate from users yet; one that has not waits for the candidate that it was pulled against.
 */
const heldSchema = z.object({
  model: z.string(),
  by: z.string(),
  why: z.string(),
  at: z.string(),
  stable: z.record(z.string(), z.string().nullable()),
  held: z.boolean(),
});
type Held = z.infer<typeof heldSchema>;

export interface Stops {
  all(): Stop[];
  /** Versions that stops hold on to. */
  versions(): string[];
  /** Routes as they are obeyed while stops hold. */
  applied(routes: Route[]): Route[];
  /** Effective when it returns, durable when it resolves. */
  pull(stop: Stop, routes: Route[]): Promise<void>;
  lift(model: string): Promise<void>;
  /** Ends the stops that these routes of the store make needless: they say what the stop says. */
  settle(routes: Route[]): Promise<Stop[]>;
}

export async function openStops(dataFolder: string): Promise<Stops> {
  const file = path.join(dataFolder, 'stops.json');
  let held: Held[] = (await readWhole(file, z.array(heldSchema))) ?? [];
  let writing: Promise<void> = Promise.resolve();

  function keep(next: Held[]): Promise<void> {
    held = next;
    writing = writing.catch(() => {}).then(() => writeWhole(file, held));
    return writing;
  }

  return {
    all: () => held.map(({ model, by, why, at }) => ({ model, by, why, at })),
    versions: () => held.flatMap(({ stable }) => Object.values(stable)).filter((version) => version !== null),
    applied: (routes) =>
      routes.map((route) => {
        const stop = held.find(({ model }) => model === route.model);
        if (stop === undefined) return route;
        // Of a capability that came after the stop, nothing was stable.
        const stable = stop.stable[route.capability] ?? null;
        return { ...route, stable, candidate: null, exposure: nobody, phase: '' };
      }),
    async pull(stop, routes) {
      const known = held.find(({ model }) => model === stop.model);
      // Pulled again, it goes on holding what it held first.
      const stable = known?.stable ?? Object.fromEntries(routes.map((route) => [route.capability, route.stable]));
      const next = { ...stop, stable, held: known?.held === true || routes.some(isOnItsWay) };
      await keep([...held.filter(({ model }) => model !== stop.model), next]);
    },
    async lift(model) {
      if (held.every((stop) => stop.model !== model)) {
        throw new GradusError('MODEL_UNKNOWN', `No stop of ${model} holds here, so there is nothing to lift.`);
      }
      await keep(held.filter((stop) => stop.model !== model));
    },
    async settle(routes) {
      const settled: Held[] = [];
      const left: Held[] = [];
      for (const stop of held) {
        const own = routes.filter(({ model }) => model === stop.model);
        const says = own.every(
          (route) => !isOnItsWay(route) && route.stable === (stop.stable[route.capability] ?? null),
        );
        if (says && stop.held) settled.push(stop);
        else left.push({ ...stop, held: stop.held || !says });
      }
      if (JSON.stringify(left) !== JSON.stringify(held)) await keep(left);
      return settled;
    },
  };
}

function isOnItsWay({ candidate }: Route): boolean {
  return candidate !== null;
}
