/** What every keeper of stops has to do, with the routes that obey them: run against PostgreSQL and against the fakes. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { StopAlls } from '../../src/domain/control.ts';
import type { Delegations } from '../../src/domain/delegation.ts';
import type { Routes } from '../../src/domain/ports.ts';
import { nobody } from '../../src/domain/route.ts';

export interface Control {
  stopAlls: StopAlls;
  routes: Routes;
  delegations: Delegations;
}

let names = 0;

export function controlContract(open: () => Promise<Control>): void {
  let control: Control;
  beforeAll(async () => {
    control = await open();
  }, 60_000);

  describe('a stop of all releases', () => {
    const order = (rollBack = false) => ({ id: `stop-${++names}`, by: 'ann', why: 'incident', rollBack });
    const expose = (model: string, share: number) =>
      control.routes.set({
        model,
        capabilities: ['spam'],
        phase: `${model}-1/1/gray`,
        to: { kind: 'exposed', candidate: 'b', exposure: { ...nobody, gray: { salt: 's', share } } },
      });

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
      expect((await stopAlls.find(second.number))?.end).toMatchObject({ by: 'bob', why: 'repaired' });
      expect(await stopAlls.current()).toBeNull();
      expect(await stopAlls.end({ by: 'bob', why: '' })).toEqual([]);
      expect(await stopAlls.find(9999)).toBeNull();
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
