/** Follows the store's routes: learns of changes, puts them into use, and confirms what is really served, with a lease. */
import path from 'node:path';
import { z } from 'zod';
import type { Routes } from '../domain/ports.ts';
import type { Route } from '../domain/route.ts';
import type { Serving } from './serving.ts';
import type { Stops } from './stops.ts';
import { readWhole, writeWhole } from './whole-file.ts';

export interface FollowerOptions {
  name: string;
  routes: Routes;
  serving: Serving;
  stops: Stops;
  dataFolder: string;
  leaseMs: number;
  pollMs: number;
  say(message: string): void;
}

export interface Follower {
  /** Takes the routes from the store, or, where that takes too long, from the last run of this gateway. */
  start(): Promise<void>;
  /** Begins to confirm; `url` is where users reach the gateway. */
  goLive(url: string): void;
  /** Confirms anew, soon. */
  beat(): void;
  /** Why the store's routes are not served; null when they are. */
  problem(): string | null;
  stop(): Promise<void>;
}

const drawSchema = z.object({ salt: z.string(), share: z.number() }).nullable();
const fileSchema = z.object({
  revision: z.number(),
  routes: z.array(
    z.object({
      model: z.string(),
      capability: z.string(),
      revision: z.number(),
      stable: z.string().nullable(),
      candidate: z.string().nullable(),
      exposure: z.object({ groups: z.array(z.string()), gray: drawSchema, experiment: drawSchema }),
      phase: z.string(),
    }),
  ),
});

/** How long a start waits for the store before it serves what the last run served. */
const startWithinMs = 2_000;
const leaveWithinMs = 1_000;
/** A version that could not be loaded is tried again after this long. */
const reloadMs = 1_000;

export function createFollower(options: FollowerOptions): Follower {
  const { name, routes, serving, stops, dataFolder, leaseMs, pollMs, say } = options;
  const file = path.join(dataFolder, 'routes.json');
  let url: string | null = null;
  let seen: number | null = null;
  let problem: string | null = null;
  let confirmed = 0;
  let notBefore = 0;
  let ended = false;
  let unwatch: () => void = () => {};
  let polling: Promise<void> | null = null;
  let again = false;
  let pollTimer: NodeJS.Timeout | null = null;
  let beatTimer: NodeJS.Timeout | null = null;
  let beating: Promise<void> | null = null;
  let beatAgain = false;

  async function look(): Promise<void> {
    // The revision is read first: whatever changes in between is in the routes that are read after it, and seen again.
    const revision = await routes.revision();
    if (revision === seen || Date.now() < notBefore) return;
    const current = await routes.current();
    const newest = Math.max(revision, ...current.map((route) => route.revision));
    try {
      await serving.use(newest, current);
    } catch (error) {
      notBefore = Date.now() + reloadMs;
      tellProblem(error instanceof Error ? error.message : String(error));
      return;
    }
    seen = newest;
    tellProblem(null);
    await writeWhole(file, { revision: newest, routes: current });
    const over = await stops.settle(current);
    for (const stop of over) say(`the stop of ${stop.model} by ${stop.by} is over: routes say the same`);
    if (over.length > 0) serving.refresh();
    await serving.settled();
    confirmed = newest;
    say(`serves routes ${newest}`);
    beat();
  }

  function tellProblem(next: string | null): void {
    if (next === problem) return;
    problem = next;
    if (next !== null) say(`cannot follow the routes: ${next}`);
    beat();
  }

  /** One look at a time; a change that is told meanwhile is looked at after it. */
  function poll(): void {
    if (ended) return;
    if (polling !== null) {
      again = true;
      return;
    }
    if (pollTimer !== null) clearTimeout(pollTimer);
    polling = look()
      .catch((error: unknown) =>
        say(`cannot read the routes: ${error instanceof Error ? error.message : String(error)}`),
      )
      .finally(() => {
        polling = null;
        if (ended) return;
        pollTimer = setTimeout(poll, again ? 0 : pollMs);
        again = false;
      });
  }

  function beat(): void {
    if (ended || url === null) return;
    if (beating !== null) {
      beatAgain = true;
      return;
    }
    if (beatTimer !== null) clearTimeout(beatTimer);
    // Until the store was seen nothing is confirmed, whatever is served from the last run.
    const told =
      seen === null && problem === null
        ? Promise.resolve()
        : routes.confirm(name, url, confirmed, leaseMs, problem, stops.all());
    beating = told
      .catch((error: unknown) => say(`cannot confirm: ${error instanceof Error ? error.message : String(error)}`))
      .finally(() => {
        beating = null;
        if (ended) return;
        if (beatAgain) {
          beatAgain = false;
          beat();
        } else beatTimer = setTimeout(beat, leaseMs / 3);
      });
  }

  async function takeLast(): Promise<void> {
    const last = await readWhole(file, fileSchema);
    if (last === null || serving.table() !== null) return;
    const routesOfLast: Route[] = last.routes;
    const problems = await serving.useWhatLoads(last.revision, routesOfLast);
    say(`serves routes ${last.revision} of its last run: the store does not answer`);
    for (const each of problems) say(each);
  }

  return {
    async start() {
      poll();
      await Promise.race([polling, new Promise((resolve) => setTimeout(resolve, startWithinMs))]);
      if (serving.table() === null) await takeLast();
      unwatch = routes.watch(poll);
    },
    goLive(at) {
      url = at;
      beat();
    },
    beat,
    problem: () => problem,
    async stop() {
      ended = true;
      unwatch();
      if (pollTimer !== null) clearTimeout(pollTimer);
      if (beatTimer !== null) clearTimeout(beatTimer);
      await Promise.race([
        Promise.all([beating, polling]).then(() => (url === null ? undefined : routes.leave(name))),
        new Promise((resolve) => setTimeout(resolve, leaveWithinMs)),
      ]).catch(() => {});
    },
  };
}
