/** What messages of a release are called in the outbox: by what they say and when it happened, so that a reset, which tells the story again later, makes others. */
import { createHash } from 'node:crypto';
import type { Sent } from '../domain/outbox.ts';
import type { Decision, Waiting } from '../domain/report.ts';

export interface Key {
  /** The same for the same message at any time. */
  key: string;
  /** What an earlier Gradus called it; null: it had the same name then. */
  formerly: string | null;
}

export const openingKey: Key = { key: 'release', formerly: null };

const requests = 'request/';

export function requestKey({ id, since }: Pick<Waiting, 'id' | 'since'>): Key {
  return { key: `${requests}${id}/${since}`, formerly: `${requests}${id}` };
}

export function isRequest(key: string): boolean {
  return key.startsWith(requests);
}

/** The request's own id, as people are told it. */
export function requestOf(key: string): string {
  return key.slice(requests.length).replace(/\/\d{4}-\d\d-\d\dT[\d:.]+Z$/, '');
}

export function reminderKey(reminder: string, { since }: Pick<Waiting, 'since'>): Key {
  return { key: `${reminder}/${since}`, formerly: reminder };
}

const ofReminder = /^reminder\/(.+)\/\d+\/\d+(?:\/(\d{4}-\d\d-\d\dT[\d:.]+Z))?$/;

/** The request of a reminder, and since when it was open (null: an earlier Gradus did not say); null: it is another message. */
export function reminded(key: string): { id: string; since: string | null } | null {
  const [, id, since = null] = ofReminder.exec(key) ?? [];
  return id === undefined ? null : { id, since };
}

/** One for each decision, in their order; what happened twice at the same moment are two. */
export function decisionKeys(decisions: readonly Decision[]): Key[] {
  const seen = new Map<string, number>();
  return decisions.map(({ at, stage, step, what, by, why, request = null }, i) => {
    const gist = createHash('sha256').update(JSON.stringify([stage, step, what, by, why, request]));
    const key = `decision/${at}/${gist.digest('hex').slice(0, 12)}`;
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return { key: times === 1 ? key : `${key}/${times}`, formerly: `decision/${i}` };
  });
}

/** The message as it was sent, also under its former name: where nothing that was sent since has taken it over. */
export function sentAs({ key, formerly }: Key, sent: readonly Sent[]): Sent | undefined {
  const same = sent.find((one) => one.key === key);
  if (same !== undefined || formerly === null) return same;
  const former = sent.find((one) => one.key === formerly && one.ref !== null);
  return sent.some((one) => one !== former && one.ref === former?.ref) ? undefined : former;
}
