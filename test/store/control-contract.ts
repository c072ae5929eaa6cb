/** What every keeper of stops has to do, with the routes that obey them: run against PostgreSQL and against the fakes. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { StopAlls } from '../../src/domain/control.ts';
import type { Asked } from '../../src/domain/freeze.ts';
import type { Delegations } from '../../src/domain/delegation.ts';
import { openToAll, parsePolicy } from '../../src/domain/policy.ts';
import type { Policies, Releases, Routes } from '../../src/domain/ports.ts';
import { nobody } from '../../src/domain/route.ts';

export interface Control {
  stopAlls: StopAlls;
  releases: Releases;
  routes: Routes;
  delegations: Delegations;
  policies: Policies;
}

let names = 0;

export function controlContract(open: () => Promise<Control>): void {
  let control: Control;
  beforeAll(async () => {
    control = await open();
  }, 60_000);

  const expose = (model: string, share: number, asked?: Asked) =>
    control.routes.set({
      model,
      capabilities: ['spam'],
      phase: `${model}-1/1/gray`,
      to: { kind: 'exposed', candidate: 'b', exposure: { ...nobody, gray: { salt: 's', share } } },
      ...(asked === undefined ? {} : { asked }),
    });

  test('in a freeze nothing grows that minds it, until it is over or overridden, and everything goes back', async () => {
    const model = `model-${process.pid}-${++names}`;
    const { routes, policies } = control;
    const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    await routes.set({ model, capabilities: ['spam'], phase: '', to: { kind: 'full', candidate: 'a' } });
    const revision = await expose(model, 0.1, { at: Date.now() });
    const freeze = [{ name: 'launch', from: '2020-01-01', until: day(100), zone: 'UTC', models: [model] }];
    await policies.set(parsePolicy({ people: { ann: { roles: 'admin' } }, freeze }), 'ann');
    await expect(expose(model, 0.2, { at: Date.now() })).rejects.toMatchObject({ code: 'FROZEN' });
    const overriddenUntil = `${day(99)}T23:59:59.000Z`;
    await expect(expose(model, 0.2, { at: 0, overriddenUntil })).rejects.toMatchObject({ code: 'FROZEN' });
    await expect(
      routes.set({
        model,
        capabilities: ['spam'],
        phase: 'x',
        to: { kind: 'full', candidate: 'b' },
        asked: { at: Date.now() },
      }),
    ).rejects.toMatchObject({ code: 'FROZEN' });
    expect(await expose(model, 0.1, { at: Date.now() }), 'what is set already').toBe(revision);
    expect(await expose(model, 0.2, { at: Date.now(), overriddenUntil: `${day(100)}T00:00:00.000Z` })).toBe(
      revision + 1,
    );
    expect(await expose(model, 0.3, { at: Date.parse(day(100)) }), 'asked when it is over').toBe(revision + 2);
    expect(await expose(model, 0.4)).toBe(revision + 3);
    const to = { kind: 'restored', versions: { spam: 'a' } } as const;
    await routes.set({ model, capabilities: ['spam'], phase: '', to, asked: { at: Date.now() } });
    expect(await routes.current(model)).toMatchObject([{ stable: 'a', candidate: null }]);
    await policies.set(openToAll, 'ann');
  });

  describe('a stop of all releases', () => {
    const order = (rollBack = false) => ({ id: `stop-${++names}`, by: 'ann', why: 'incident', rollBack });

    test('holds until it is ended, once for one order, and is found by its number', async () => {
      const { stopAlls } = control;
      expect(await stopAlls.current()).toBeNull();
      const first = order();
      const stop = await stopAlls.begin(first);
      expect(stop).toMatchObject({ by: 'ann', why: 'incident', rollBack: false, end: null });
      expect(await stopAlls.begin(first)).toEqual(stop);
      const second = await stopAlls.begin(order(true));
      expect(second.number).toBe(stop.number + 1);
      expect(await stopAlls.current()).toEqual(stop);
      expect((await stopAlls.list()).slice(0, 2).map(({ number }) => number)).toEqual([second.number, stop.number]);
      const ended = await stopAlls.end({ by: 'bob', why: 'repaired' });
      expect(new Set(ended.map(({ number }) => number))).toEqual(new Set([stop.number, second.number]));
      expect(new Set(ended.map(({ end }) => end?.at)).size, 'they end together').toBe(1);
      expect((await stopAlls.find(second.number))?.end).toMatchObject({ by: 'bob', why: 'repaired' });
      expect(await stopAlls.current()).toBeNull();
      expect(await stopAlls.end({ by: 'bob', why: '' })).toEqual([]);
      expect(await stopAlls.find(9999)).toBeNull();
    });

    test('rolls back what was under way when it began, if it asks for that, and nothing else', async () => {
      const { releases, stopAlls } = control;
      const begin = async (): Promise<string> => {
        const id = `release-${process.pid}-${++names}`;
        await releases.begin({ id, runId: 'r', model: id, plan: {}, startedAt: '2026-01-01T00:00:00Z' });
        return id;
      };
      const [ended, open] = [await begin(), await begin()];
      await releases.abandon(ended, 'it is over');
      const plain = await stopAlls.begin(order());
      const back = await stopAlls.begin(order(true));
      const later = await begin();
      const ask = (number: number) =>
        Promise.all([ended, open, later].map((release) => stopAlls.rollsBack(number, release)));
      expect([await ask(plain.number), await ask(back.number), await ask(9999)]).toEqual([
        [false, false, false],
        [false, true, false],
        [false, false, false],
      ]);
      await stopAlls.end({ by: 'ann', why: '' });
      expect(await stopAlls.rollsBack(back.number, open), 'it may be told later').toBe(true);
      for (const id of [open, later]) await releases.abandon(id, 'it is over');
    });

    test('lets nothing grow, and lets everything go back', async () => {
      const model = `model-${process.pid}-${++names}`;
      const to = { kind: 'full', candidate: 'a' } as const;
      const { routes, stopAlls } = control;
      await routes.set({ model, capabilities: ['spam'], phase: '', to });
      const revision = await expose(model, 0.1);
      await stopAlls.begin(order());
      await expect(expose(model, 0.2)).rejects.toMatchObject({ code: 'STOPPED_ALL' });
      await expect(
        routes.set({ model, capabilities: ['spam'], phase: 'x', to: { kind: 'full', candidate: 'b' } }),
      ).rejects.toMatchObject({ code: 'STOPPED_ALL' });
      expect(await expose(model, 0.1), 'what is set already').toBe(revision);
      await routes.set({ model, capabilities: ['spam'], phase: '', to: { kind: 'restored', versions: { spam: 'a' } } });
      expect(await routes.current(model)).toMatchObject([{ stable: 'a', candidate: null }]);
      await stopAlls.end({ by: 'ann', why: '' });
      expect(await expose(model, 0.2)).toBe(revision + 2);
    });
  });

  test('delegations are kept, newest first, and end once', async () => {
    const { delegations } = control;
    const order = { from: 'wang', to: 'li', until: '2031-01-01T00:00:00.000Z', why: 'on leave', by: 'wang' };
    const first = await delegations.add(order);
    const second = await delegations.add({ ...order, to: 'zhou', until: '2031-01-02T08:00:00+08:00' });
    expect(first).toMatchObject({ ...order, endedAt: null });
    expect(second).toMatchObject({ number: first.number + 1, until: '2031-01-02T00:00:00.000Z' });
    expect((await delegations.list()).slice(0, 2)).toEqual([second, first]);
    expect(await delegations.end(first.number, 'root')).toMatchObject({
      number: first.number,
      endedAt: expect.any(String),
    });
    expect(await delegations.end(first.number, 'root')).toBeNull();
    expect(await delegations.end(9999, 'root')).toBeNull();
  });
}
