/** What every keeper of notices has to do: run against PostgreSQL and against the fake. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Notices } from '../../src/domain/outbox.ts';

let names = 0;
const newChannel = (): string => `webhook:${process.pid}-${++names}`;

export function noticesContract(open: () => Promise<Notices>): void {
  describe('notices', () => {
    let notices: Notices;
    beforeAll(async () => {
      notices = await open();
    }, 60_000);

    const bodyOf = (key: string) => ({ id: key, text: 'déjà \u{1f600}' });
    const noted = (...keys: string[]) => keys.map((key) => ({ key, body: bodyOf(key) }));

    test('are sent in the order in which they were noted, with the words of their first time', async () => {
      const channel = newChannel();
      await notices.note(channel, 'r', noted('a', 'b'));
      await notices.note(channel, 'r', [...noted('c'), { key: 'a', body: 'other words' }]);
      await notices.note(channel, 'other', noted('a'));
      const got = [];
      for (let one; (one = await notices.next(channel, 60_000)) !== null;) {
        got.push(`${one.release} ${one.key} ${one.tries}`);
        expect(one.body).toEqual(bodyOf(one.key));
        expect(one.ageMs).toBeGreaterThanOrEqual(0);
        expect(one.ageMs).toBeLessThan(60_000);
        await notices.taken(channel, one);
      }
      expect(got).toEqual(['r a 1', 'r b 1', 'r c 1', 'other a 1']);
      // Noted again after they were taken.
      await notices.note(channel, 'r', noted('a', 'b', 'c'));
      expect(await notices.next(channel, 60_000)).toBeNull();
      expect(await notices.standing(channel)).toEqual({
        waiting: 0,
        taken: 4,
        givenUp: 0,
        problem: null,
        stopped: null,
      });
    });

    test('are for one of several senders at a time, and again for others when that one is gone', async () => {
      const channel = newChannel();
      await notices.note(channel, 'r', noted('a', 'b', 'c'));
      const got = await Promise.all(Array.from({ length: 8 }, () => notices.next(channel, 300)));
      const keys = got.flatMap((one) => one?.key ?? []).sort();
      expect(new Set(keys).size).toBe(keys.length);
      for (let one; keys.length < 3 && (one = await notices.next(channel, 300)) !== null;) keys.push(one.key);
      expect(keys.sort()).toEqual(['a', 'b', 'c']);
      await sleep(350);
      expect(await notices.next(channel, 300)).toMatchObject({ tries: 2 });
    });

    test('that were not taken are due again when it was said, after others', async () => {
      const channel = newChannel();
      await notices.note(channel, 'r', noted('a', 'b'));
      const first = await notices.next(channel, 60_000);
      if (first === null) throw new Error('nothing is due');
      await notices.later(channel, first, 200, 'HTTP 503');
      expect(await notices.next(channel, 60_000)).toMatchObject({ key: 'b' });
      expect(await notices.next(channel, 60_000)).toBeNull();
      expect(await notices.standing(channel)).toMatchObject({ waiting: 2, problem: 'HTTP 503' });
      await sleep(250);
      expect(await notices.next(channel, 60_000)).toMatchObject({ key: 'a', tries: 2, body: bodyOf('a') });
    });

    test('that are given up are not sent again, and are counted', async () => {
      const channel = newChannel();
      await notices.note(channel, 'r', noted('a'));
      const one = await notices.next(channel, 0);
      if (one === null) throw new Error('nothing is due');
      await notices.giveUp(channel, one, 'HTTP 400 for a day');
      expect(await notices.next(channel, 0)).toBeNull();
      await notices.note(channel, 'r', noted('a'));
      expect(await notices.next(channel, 0)).toBeNull();
      expect(await notices.standing(channel)).toMatchObject({ waiting: 0, givenUp: 1, problem: 'HTTP 400 for a day' });
    });

    test('wait while their channel is stopped, and go on when it is resumed', async () => {
      const channel = newChannel();
      await notices.note(channel, 'r', noted('a'));
      await notices.stop(channel, 'HTTP 410');
      expect(await notices.next(channel, 60_000)).toBeNull();
      expect(await notices.standing(channel)).toMatchObject({ waiting: 1, stopped: 'HTTP 410' });
      const other = newChannel();
      await notices.note(other, 'r', noted('a'));
      expect(await notices.next(other, 60_000)).not.toBeNull();
      await notices.resume(channel);
      expect(await notices.next(channel, 60_000)).toMatchObject({ key: 'a', tries: 1 });
    });
  });
}
