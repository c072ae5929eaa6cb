/** What every keeper of policies, messages and presses has to do: run against PostgreSQL and against the fakes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Outbox, Presses } from '../../src/domain/outbox.ts';
import { openToAll } from '../../src/domain/policy.ts';
import type { Policies } from '../../src/domain/ports.ts';

export interface People {
  policies: Policies;
  outbox: Outbox;
  presses: Presses;
  /** A release begins, or says something new. */
  change(release: string): Promise<void>;
  end(release: string): Promise<void>;
}

let names = 0;
const newName = (what: string): string => `${what}-${process.pid}-${++names}`;

export function peopleContract(open: () => Promise<People>): void {
  let people: People;
  beforeAll(async () => {
    people = await open();
  }, 60_000);

  test('the newest policy counts; without one, all may do all', async () => {
    expect(await people.policies.current()).toEqual(openToAll);
    await people.policies.set({ people: { ann: { roles: ['admin'], slack: null } } }, 'ann');
    const next = { people: { ann: { roles: ['admin' as const], slack: 'U0ADA' } } };
    await people.policies.set(next, 'ann');
    expect(await people.policies.current()).toEqual(next);
  });

  describe('a channel', () => {
    const due = async (channel: string): Promise<string[]> =>
      (await people.outbox.due(channel)).map(({ release }) => release);

    test('hears of what changes, until that is delivered', async () => {
      const [channel, one, other] = [newName('slack:C'), newName('r'), newName('r')];
      await people.outbox.begin(channel);
      await people.change(one);
      await people.change(other);
      expect((await due(channel)).slice(-2)).toEqual([one, other]);
      const [first] = (await people.outbox.due(channel)).filter(({ release }) => release === one);
      await people.change(one);
      await people.outbox.delivered(channel, one, first?.change ?? 0);
      // It has changed since.
      expect((await due(channel)).slice(-2)).toEqual([other, one]);
      for (const { release, change } of await people.outbox.due(channel)) {
        await people.outbox.delivered(channel, release, change);
      }
      expect(await due(channel)).toEqual([]);
      await people.end(other);
      expect(await due(channel)).toEqual([other]);
    });

    test('is not told of what had ended before it was there, and is of what ended while it was away', async () => {
      const [channel, old, later] = [newName('slack:C'), newName('r'), newName('r')];
      await people.change(old);
      await people.end(old);
      await people.outbox.begin(channel);
      await people.change(later);
      await people.end(later);
      await people.outbox.begin(channel);
      expect(await due(channel)).not.toContain(old);
      expect(await due(channel)).toContain(later);
    });

    test('keeps which messages are there, and which were about to be', async () => {
      const [channel, release] = [newName('slack:C'), newName('r')];
      const sent = { key: 'release', ref: '17.1', digest: 'd' };
      await people.outbox.claim(channel, release, 'release');
      expect(await people.outbox.messages(channel, release)).toEqual([{ key: 'release', ref: null, digest: '' }]);
      await people.outbox.posted(channel, release, sent);
      await people.outbox.claim(channel, release, 'release');
      expect(await people.outbox.messages(channel, release)).toEqual([sent]);
      await people.outbox.posted(channel, release, { ...sent, digest: 'e' });
      expect(await people.outbox.messages(channel, release)).toEqual([{ ...sent, digest: 'e' }]);
      expect(await people.outbox.messages(channel, newName('r'))).toEqual([]);
    });
  });

  test('a press is taken once, by one of many, and is left until it is settled', async () => {
    const id = newName('press');
    const taken = await Promise.all(Array.from({ length: 8 }, () => people.presses.take(id, { id, by: 'ann' })));
    expect(taken.filter(Boolean)).toHaveLength(1);
    await sleep(20);
    const mine = async (sinceMs: number) => (await people.presses.left(sinceMs)).filter((one) => one.id === id);
    expect(await mine(10)).toEqual([{ id, press: { id, by: 'ann' } }]);
    expect(await mine(60_000)).toEqual([]);
    await people.presses.settle(id);
    expect(await mine(10)).toEqual([]);
    expect(await people.presses.take(id, {})).toBe(false);
  });
}
