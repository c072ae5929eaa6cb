/** What the live view says of servers that do not answer. */
import { duration } from '../words.ts';

/** Since when something could not be reached, and why; null while it can. */
export interface Reach {
  since: number | null;
  why: string;
}

/** What answers again within this time was not away. */
const patienceMs = 1_500;

export function awayText(seen: { records: Reach; temporal: Reach; seenAt: Date; now: Date }): string[] {
  const { records, temporal, seenAt, now } = seen;
  const long = ({ since }: Reach): boolean => since !== null && now.getTime() - since > patienceMs;
  const time = seenAt.toISOString().slice(11, 19);
  const away = duration(now.getTime() - (records.since ?? 0));
  return [
    ...(long(records)
      ? [`The records have not answered for ${away}: this is how it stood at ${time} UTC. ${records.why}`]
      : []),
    ...(long(temporal)
      ? [
          `Temporal does not answer: until it does, the release stands still and users keep what they have. ${temporal.why}`,
        ]
      : []),
  ];
}
