/** Notices kept in memory, by the rules that the store keeps in SQL. */
import type { Notice, Notices } from '../../src/domain/outbox.ts';

interface Row {
  channel: string;
  release: string;
  key: string;
  body: unknown;
  tries: number;
  notedMs: number;
  nextMs: number;
  state: 'waiting' | 'taken' | 'given up';
  problem: string | null;
}

export function fakeNotices(): Notices {
  const rows: Row[] = [];
  const stopped = new Map<string, string>();
  const find = (channel: string, { release, key }: Pick<Notice, 'release' | 'key'>): Row | undefined =>
    rows.find((row) => row.channel === channel && row.release === release && row.key === key);
  const change = (channel: string, notice: Notice, set: Partial<Row>): void => {
    const row = find(channel, notice);
    if (row?.state === 'waiting') Object.assign(row, set);
  };
  return {
    note: async (channel, release, notices) => {
      for (const { key, body } of notices) {
        if (find(channel, { release, key }) !== undefined) continue;
        const times = { tries: 0, notedMs: Date.now(), nextMs: Date.now() };
        rows.push({ channel, release, key, body: structuredClone(body), ...times, state: 'waiting', problem: null });
      }
    },
    next: async (channel, leaseMs) => {
      if (stopped.has(channel)) return null;
      const now = Date.now();
      const [row] = rows
        .filter((one) => one.channel === channel && one.state === 'waiting' && one.nextMs <= now)
        .sort((a, b) => a.nextMs - b.nextMs);
      if (row === undefined) return null;
      row.tries += 1;
      row.nextMs = now + leaseMs;
      const { release, key, body, tries, notedMs } = row;
      return { release, key, body: structuredClone(body), tries, ageMs: now - notedMs };
    },
    taken: async (channel, notice) => change(channel, notice, { state: 'taken', problem: null }),
    later: async (channel, notice, afterMs, problem) =>
      change(channel, notice, { nextMs: Date.now() + afterMs, problem }),
    giveUp: async (channel, notice, problem) => change(channel, notice, { state: 'given up', problem }),
    stop: async (channel, why) => void stopped.set(channel, why),
    resume: async (channel) => void stopped.delete(channel),
    standing: async (channel) => {
      const own = rows.filter((one) => one.channel === channel);
      const count = (state: Row['state']): number => own.filter((one) => one.state === state).length;
      return {
        waiting: count('waiting'),
        taken: count('taken'),
        givenUp: count('given up'),
        problem: own.findLast(({ problem }) => problem !== null)?.problem ?? null,
        stopped: stopped.get(channel) ?? null,
      };
    },
  };
}
