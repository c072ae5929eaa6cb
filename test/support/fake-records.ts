/** Versions, routes, releases and plans kept in memory, by the rules that the store keeps in SQL. */
import { abandoned } from '../../src/domain/abandoned.ts';
import type { StopAll, StopAlls } from '../../src/domain/control.ts';
import { nextEntry, type AuditEntry } from '../../src/domain/audit.ts';
import type { Delegation, Delegations } from '../../src/domain/delegation.ts';
import { GradusError } from '../../src/domain/errors.ts';
import { holding, type Freeze } from '../../src/domain/freeze.ts';
import type { Outbox, Presses, Sent } from '../../src/domain/outbox.ts';
import { openToAll, type Role } from '../../src/domain/policy.ts';
import type { Audit, Plans, Policies, Releases, Routes, Stop, Versions } from '../../src/domain/ports.ts';
import type { ReleaseReport } from '../../src/domain/report.ts';
import type { Route } from '../../src/domain/route.ts';
import type { Version } from '../../src/domain/version.ts';
import { changed, moved, sameRoute } from '../../src/store/route-change.ts';

export function fakeVersions(): Versions {
  const all: Version[] = [];
  return {
    async register(version) {
      const known = all.find(({ model, digest }) => model === version.model && digest === version.digest);
      if (known !== undefined) return known;
      const number = all.filter(({ model }) => model === version.model).length + 1;
      const registered = { ...version, number, createdAt: new Date().toISOString() };
      all.push(registered);
      return registered;
    },
    async find(model, name) {
      const found = all.find(
        (version) => version.model === model && (version.digest === name || `v${version.number}` === name),
      );
      return found ?? null;
    },
    async list(model) {
      return all.filter((version) => model === undefined || version.model === model);
    },
  };
}

interface FakeGateway {
  url: string;
  revision: number;
  until: number;
  problem: string | null;
  stops: Stop[];
}

export interface FakeRoutes extends Routes {
  /** Every state that the routes were in, oldest first: one entry for each revision. */
  history: Route[][];
  /** A gateway that is live for ever and confirms every revision as soon as it is set. */
  addGateway(name: string): void;
  /** Pulls the stop switch at a gateway that was added. */
  pullStop(stop: Stop): void;
}

/** `stopped` is the stop that holds, if one does; `calendar` is the policy's. */
export function fakeRoutes(
  stopped: StopAlls['current'] = async () => null,
  calendar: () => Promise<Freeze[]> = async () => [],
): FakeRoutes {
  const routes = new Map<string, Route>();
  const gateways = new Map<string, FakeGateway>();
  const obedient = new Set<string>();
  const watchers = new Set<() => void>();
  const history: Route[][] = [];
  const pulled: Stop[] = [];
  let newest = 0;

  return {
    history,
    addGateway: (name) => void obedient.add(name),
    pullStop: (stop) => void pulled.push(stop),

    async set(change) {
      const { model } = change;
      const before = (capability: string): Route | null => routes.get(`${model} ${capability}`) ?? null;
      const own = [...routes.values()].filter((route) => route.model === model);
      const moving = moved(change, new Map(own.map((route) => [route.capability, route])));
      const after = moving.map((capability) => changed(before(capability), capability, change));
      const old = moving.map(before);
      if (after.every((route, i) => sameRoute(old[i] ?? { ...route, phase: 'no route yet' }, route))) {
        return old.length === 0 ? newest : Math.max(...old.map((route) => route?.revision ?? 0));
      }
      const stop = change.to.kind === 'restored' ? null : await stopped();
      if (stop !== null) throw new GradusError('STOPPED_ALL', `All releases were stopped by ${stop.by}.`);
      const { asked } = change;
      const heeds = asked !== undefined && change.to.kind !== 'restored';
      if (heeds && holding(await calendar(), model, asked) !== null) throw new GradusError('FROZEN', 'It is frozen.');
      newest += 1;
      for (const route of after) routes.set(`${model} ${route.capability}`, { ...route, revision: newest });
      history.push(structuredClone([...routes.values()]));
      watchers.forEach((tell) => tell());
      return newest;
    },
    async current(model) {
      const all = [...routes.values()].filter((route) => model === undefined || route.model === model);
      return structuredClone(
        all.sort((a, b) => (a.model + ' ' + a.capability < b.model + ' ' + b.capability ? -1 : 1)),
      );
    },
    revision: async () => newest,
    async confirmations(revision) {
      const live = [...gateways].filter(([, gateway]) => gateway.until > Date.now());
      const missing = live.filter(([, gateway]) => gateway.revision < revision);
      return {
        revision,
        live: live.length + obedient.size,
        confirmed: live.length - missing.length + obedient.size,
        missing: missing.map(([name, { problem }]) => (problem === null ? name : `${name}: ${problem}`)).sort(),
        stops: [...live.flatMap(([, gateway]) => gateway.stops), ...(obedient.size > 0 ? pulled : [])],
      };
    },
    async confirm(name, url, revision, leaseMs, problem, stops = []) {
      gateways.set(name, { url, revision, until: Date.now() + leaseMs, problem, stops });
    },
    async leave(name) {
      gateways.delete(name);
      obedient.delete(name);
    },
    watch(tell) {
      watchers.add(tell);
      return () => watchers.delete(tell);
    },
  };
}

export interface FakeReleases extends Releases {
  /** Ids of those that have not ended. */
  underWay(): Promise<string[]>;
}

export function fakeReleases(): FakeReleases {
  interface Row {
    runId: string;
    model: string;
    startedAt: string;
    running: boolean;
    /** Its place among those that wait for the model. */
    queued: number | null;
    report: ReleaseReport | null;
  }
  const rows = new Map<string, Row>();
  const numbers = new Map<string, number>();
  let places = 0;
  const holderOf = (model: string): [string, Row] | undefined =>
    [...rows].find(([, row]) => row.running && row.queued === null && row.model === model);

  const newestFirst = (): [string, Row][] =>
    [...rows].sort(([a, one], [b, other]) => ([one.startedAt, a] < [other.startedAt, b] ? 1 : -1));

  return {
    async begin({ id, runId, model, startedAt }) {
      const known = rows.get(id);
      if (known?.runId === runId && (known.queued === null || !known.running)) return;
      const other = holderOf(model);
      if (other !== undefined && other[0] !== id) {
        const message = `Model ${model} is being released by ${other[0]} since ${other[1].startedAt}.`;
        throw new GradusError('MODEL_BUSY', message);
      }
      rows.set(id, { runId, model, startedAt, running: true, queued: null, report: known?.report ?? null });
    },
    async enqueue({ id, runId, model, startedAt }) {
      const known = rows.get(id);
      if (known !== undefined && (known.running || known.runId === runId)) return;
      rows.set(id, { runId, model, startedAt, running: true, queued: ++places, report: known?.report ?? null });
    },
    async queue(model) {
      return [...rows]
        .filter(([, row]) => row.running && row.queued !== null && row.model === model)
        .sort(([, a], [, b]) => (a.queued ?? 0) - (b.queued ?? 0))
        .map(([id]) => id);
    },
    async open() {
      return [...rows]
        .filter(([, row]) => row.running)
        .sort(([, a], [, b]) => (a.startedAt < b.startedAt ? -1 : 1))
        .map(([id, { model, queued }]) => ({ id, model, isQueued: queued !== null }));
    },
    async holder(model) {
      const found = holderOf(model);
      return found === undefined ? null : { id: found[0], startedAt: found[1].startedAt };
    },
    async abandon(id, reason) {
      const row = rows.get(id);
      if (row === undefined || !row.running) return;
      row.running = false;
      const endedAt = new Date().toISOString();
      if (row.report !== null) row.report = abandoned(row.report, reason, endedAt);
    },
    async record(id, runId, report, ended) {
      const row = rows.get(id);
      if (row === undefined) {
        if (!ended) throw new GradusError('RELEASE_UNKNOWN', `Release ${id} has not begun.`);
        const { model, startedAt } = report;
        rows.set(id, { runId, model, startedAt, running: false, queued: null, report: structuredClone(report) });
        return true;
      }
      if (!ended && !row.running) return row.runId === runId;
      row.report = structuredClone(report);
      if (ended) Object.assign(row, { running: false, runId });
      return true;
    },
    underWay: async () => [...rows].flatMap(([id, row]) => (row.running ? [id] : [])),
    find: async (id) => structuredClone(rows.get(id)?.report ?? null),
    async list({ model, open, before, most } = {}) {
      if (before !== undefined && !rows.has(before)) throw new GradusError('RELEASE_UNKNOWN', `no ${before}`);
      const newest = newestFirst();
      return newest
        .slice(before === undefined ? 0 : newest.findIndex(([id]) => id === before) + 1)
        .filter(([, row]) => (model === undefined || row.model === model) && (open !== true || row.running))
        .flatMap(([, { report }]) => (report === null ? [] : [structuredClone(report)]))
        .slice(0, most);
    },
    names: async () => newestFirst().map(([id]) => id),
    async nextId(model) {
      let number = numbers.get(model) ?? 0;
      do number += 1;
      while (rows.has(`${model}-${number}`));
      numbers.set(model, number);
      return `${model}-${number}`;
    },
  };
}

export function fakePlans(): Plans {
  const plans = new Map<string, unknown>();
  return {
    find: async (name) => plans.get(name) ?? null,
    save: async (name, plan) => void plans.set(name, structuredClone(plan)),
    list: async () => [...plans.keys()].sort(),
  };
}

export function fakePolicies(): Policies {
  let policy = openToAll;
  const signIns = new Map<string, { given: Role[]; until: Date }>();
  return {
    current: async () => policy,
    set: async (next) => void (policy = structuredClone(next)),
    signIn: async (person, given, until) => void signIns.set(person, { given, until }),
    async signedIn(person) {
      const found = signIns.get(person);
      return found === undefined || found.until <= new Date() ? [] : found.given;
    },
  };
}

/** `changes` says which releases have changed, by a number that grows; `hasEnded` which of them have ended. */
export function fakeOutbox(
  changes: () => ReadonlyMap<string, number>,
  hasEnded: (release: string) => boolean = () => false,
): Outbox {
  const begun = new Set<string>();
  const done = new Map<string, number>();
  const said = new Map<string, Sent>();
  const at = (...names: string[]): string => JSON.stringify(names);
  return {
    begin: async (channel) => {
      if (begun.has(channel)) return;
      begun.add(channel);
      for (const [release, change] of changes()) if (hasEnded(release)) done.set(at(channel, release), change);
    },
    due: async (channel) =>
      [...changes()]
        .filter(([release, change]) => (done.get(at(channel, release)) ?? 0) < change)
        .sort(([, a], [, b]) => a - b)
        .map(([release, change]) => ({ release, change })),
    delivered: async (channel, release, change) => void done.set(at(channel, release), change),
    open: async () => [...changes().keys()].filter((release) => !hasEnded(release)),
    messages: async (channel, release) =>
      [...said]
        .filter(([place]) => place.startsWith(at(channel, release).slice(0, -1)))
        .map(([, sent]) => ({ ...sent })),
    claim: async (channel, release, key) => {
      const place = at(channel, release, key);
      if (!said.has(place)) said.set(place, { key, ref: null, digest: '' });
    },
    posted: async (channel, release, message) => void said.set(at(channel, release, message.key), { ...message }),
  };
}

export function fakePresses(): Presses {
  const all = new Map<string, { press: unknown; settled: boolean; atMs: number }>();
  return {
    take: async (id, press) => {
      if (all.has(id)) return false;
      all.set(id, { press: structuredClone(press), settled: false, atMs: Date.now() });
      return true;
    },
    settle: async (id) => {
      const one = all.get(id);
      if (one !== undefined) one.settled = true;
    },
    left: async (sinceMs) =>
      [...all]
        .filter(([, { settled, atMs }]) => !settled && atMs < Date.now() - sinceMs)
        .map(([id, { press }]) => ({ id, press })),
  };
}

/** `underWay` says which releases are, when a stop begins. */
export function fakeStopAlls(underWay: () => Promise<string[]> = async () => []): StopAlls {
  const all = new Map<string, StopAll>();
  const rollbacks = new Set<string>();
  const list = (): StopAll[] => structuredClone([...all.values()]);
  return {
    current: async () => list().find(({ end }) => end === null) ?? null,
    list: async () => list().reverse(),
    find: async (number) => list().find((one) => one.number === number) ?? null,
    rollsBack: async (number, release) => rollbacks.has(`${number} ${release}`),
    async begin({ id, ...order }) {
      const known = all.get(id);
      if (known === undefined && order.rollBack) {
        for (const release of await underWay()) rollbacks.add(`${all.size + 1} ${release}`);
      }
      const stop = known ?? { ...order, number: all.size + 1, at: new Date().toISOString(), end: null };
      all.set(id, stop);
      return structuredClone(stop);
    },
    async end(end) {
      const open = [...all.values()].filter((stop) => stop.end === null);
      const at = new Date().toISOString();
      for (const stop of open) stop.end = { ...end, at };
      return structuredClone(open);
    },
  };
}

export function fakeDelegations(): Delegations {
  const all: Delegation[] = [];
  return {
    list: async () => structuredClone(all).reverse(),
    async add(delegation) {
      const until = new Date(delegation.until).toISOString();
      const at = new Date().toISOString();
      all.push({ ...delegation, until, number: all.length + 1, at, endedAt: null });
      return structuredClone({ ...delegation, until, number: all.length, at, endedAt: null });
    },
    async end(number) {
      const found = all.find((one) => one.number === number && one.endedAt === null);
      if (found !== undefined) found.endedAt = new Date().toISOString();
      return structuredClone(found ?? null);
    },
  };
}

export function fakeAudit(): Audit {
  const all: AuditEntry[] = [];
  return {
    append: async (events) => {
      for (const event of events) {
        const { subject, place, at } = event;
        if (all.some((one) => one.subject === subject && one.place === place && one.at === at)) continue;
        all.push(nextEntry(event, all.at(-1) ?? null));
      }
    },
    entries: async (after, most) => structuredClone(all.filter(({ number }) => number > after).slice(0, most)),
    // It keeps nothing beside them.
    disagreeing: async () => [],
  };
}
