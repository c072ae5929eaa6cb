/** What every keeper of policies, messages and presses has to do: run against PostgreSQL and against the fakes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { createVerifier, nextEntry, type AuditEntry, type AuditEvent } from '../../src/domain/audit.ts';
import type { Outbox, Presses } from '../../src/domain/outbox.ts';
import { openToAll } from '../../src/domain/policy.ts';
import type { Audit, Policies } from '../../src/domain/ports.ts';

export interface People {
  policies: Policies;
  outbox: Outbox;
  presses: Presses;
  audit: Audit;
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

  test('a token gives roles for as long as it is good, and the last one counts', async () => {
    const person = newName('eve');
    expect(await people.policies.signedIn(person)).toEqual([]);
    await people.policies.signIn(person, ['admin'], new Date(Date.now() + 60_000));
    expect(await people.policies.signedIn(person)).toEqual(['admin']);
    await people.policies.signIn(person, ['viewer', 'approver'], new Date(Date.now() + 300));
    expect(await people.policies.signedIn(person)).toEqual(['viewer', 'approver']);
    await sleep(400);
    expect(await people.policies.signedIn(person)).toEqual([]);
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
      expect(await people.outbox.open()).toEqual(expect.arrayContaining([one, other]));
      await people.end(other);
      expect(await people.outbox.open()).not.toContain(other);
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

  describe('the audit log', () => {
    const event = (subject: string, place: number, at = `2026-01-01T00:00:0${place}.000Z`): AuditEvent => ({
      subject,
      place,
      at,
      stage: 1,
      step: 'gray',
      what: 'approved',
      by: 'ann',
      why: 'déjà vu \u{1f600} \u0000',
    });
    const all = async (): Promise<AuditEntry[]> => people.audit.entries(0, 10_000);

    test('is one chain, in which each decision stands once, however often and by how many it is appended', async () => {
      const [one, other] = [newName('r'), newName('r')];
      const events = [event(one, 0), event(one, 1)];
      await Promise.all([1, 2, 3, 4].map(() => people.audit.append(events)));
      await people.audit.append([...events, event(one, 2), event(other, 0)]);
      // A release that was reset decides anew.
      await people.audit.append([event(one, 0), event(one, 1, '2026-02-02T00:00:00.000Z')]);
      const entries = await all();
      expect(entries.filter(({ subject }) => subject === one).map(({ place }) => place)).toEqual([0, 1, 2, 1]);
      const verifier = createVerifier();
      expect(entries.map((entry) => verifier.next(entry)).filter(Boolean)).toEqual([]);
      expect(verifier.head()).toMatchObject({ number: entries.length, hash: entries.at(-1)?.hash });
    });

    test('shows what was changed, taken out or put in', async () => {
      const [first, second, third] = await all();
      if (first === undefined || second === undefined || third === undefined) throw new Error('too few entries');
      const problemsOf = (entries: AuditEntry[]): (string | null)[] => {
        const verifier = createVerifier();
        return entries.map((entry) => verifier.next(entry));
      };
      expect(problemsOf([first, { ...second, by: 'eve' }, third])).toEqual([null, 'entry 2 was changed', null]);
      expect(problemsOf([first, third])).toEqual([null, 'entry 2 is missing; 3 comes in its place']);
      const forged = nextEntry({ ...event('x', 0) }, { number: 1, hash: 'f'.repeat(64) });
      expect(problemsOf([first, forged])).toEqual([null, 'entry 2 does not follow the one before it']);
    });
  });
}
