/** Tells people of releases by e-mail: those of the settings of everything, those of the policy of what is theirs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isFor } from '../domain/approval.ts';
import { eventsOf } from '../domain/events.ts';
import type { Policy } from '../domain/policy.ts';
import type { ReleaseReport } from '../domain/report.ts';
import type { MailSettings } from '../platform/config.ts';
import { lookEveryMs, type Around } from './around.ts';
import { keepInStep } from './in-step.ts';
import { letterOf } from './letter.ts';
import { channelOf, createSend, mailOf, mailSchema, tryWithinMs } from './mail.ts';
import { reasonOf, sendAll, type Sent } from './sending.ts';

export interface Reader {
  address: string;
  /** Who they are in the policy; null: they get everything. */
  name: string | null;
}

/** How soon somebody who is added to the policy gets e-mail. */
const readPolicyEveryMs = 5_000;

/** An address of both gets everything, once. */
export function readersOf({ to }: MailSettings, { people }: Policy): Reader[] {
  const readers = new Map<string, Reader>(to.map((address) => [channelOf(address), { address, name: null }]));
  for (const [name, { email }] of Object.entries(people)) {
    if (email !== undefined && !readers.has(channelOf(email))) readers.set(channelOf(email), { address: email, name });
  }
  return [...readers.values()];
}

/** Whether `name` is told: what they may decide, and how it went with what they started or were asked. */
export function concerns(report: ReleaseReport, name: string | null, asks: boolean): boolean {
  if (name === null) return true;
  if (asks) return report.waiting !== null && isFor(report.waiting, name);
  const asked = report.requests.some(({ request }) => request.from.includes(name));
  return report.startedBy === name || asked || report.decisions.some(({ by }) => by === name);
}

/** Goes on until `signal` says so. */
export async function tellByMail(settings: MailSettings, around: Around, signal: AbortSignal): Promise<void> {
  const told = new Map<string, { ending: AbortController; ended: Promise<void> }>();
  while (!signal.aborted) {
    // While the policy cannot be read, those who are told stay the same.
    const policy = await around.policies.current().catch(() => null);
    const readers = policy === null ? [] : readersOf(settings, policy);
    for (const reader of readers) {
      const who = JSON.stringify(reader);
      if (told.has(who)) continue;
      const ending = new AbortController();
      told.set(who, { ending, ended: tellOne(reader, settings, around, AbortSignal.any([signal, ending.signal])) });
    }
    for (const [who, { ending, ended }] of policy === null ? [] : told) {
      if (readers.some((reader) => JSON.stringify(reader) === who)) continue;
      ending.abort();
      await ended;
      told.delete(who);
    }
    await sleep(readPolicyEveryMs, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all([...told.values()].map(({ ended }) => ended));
}

async function tellOne(
  { address, name }: Reader,
  settings: MailSettings,
  { outbox, releases, notices, pageOf, say, pauses }: Around,
  signal: AbortSignal,
): Promise<void> {
  const channel = channelOf(address);
  const sendMail = createSend(settings);

  async function note(report: ReleaseReport, nowMs: number): Promise<void> {
    const page = pageOf(report.id);
    const mails = eventsOf(report, page, nowMs).flatMap(({ key, event }) => {
      const letter = letterOf(report, event, page);
      if (letter === null || !concerns(report, name, letter.asks)) return [];
      return [{ key, body: mailOf(report, event, letter, address, settings.from) }];
    });
    await notices.note(channel, report.id, mails);
  }

  /** A request that was decided while the server was away is not asked any more. */
  async function send(release: string, body: unknown, ending: AbortSignal): Promise<Sent> {
    const mail = mailSchema.parse(body);
    if (mail.request !== null) {
      const report = await releases.find(release);
      if (report?.waiting?.id !== mail.request) return { kind: 'needless' };
    }
    return sendMail(address, mail, ending);
  }

  await Promise.all([
    keepInStep(
      {
        channel,
        outbox,
        releases,
        bring: note,
        failed: (error) => say(`${address}: ${error === null ? 'the records can be read again' : reasonOf(error)}`),
        lookEveryMs,
      },
      signal,
    ),
    sendAll(
      {
        channel,
        name: `e-mail to ${address}`,
        notices,
        send: (notice, ending) => send(notice.release, notice.body, ending),
        leaseMs: 2 * tryWithinMs,
        say,
        ...(pauses === undefined ? {} : { pauses }),
      },
      signal,
    ),
  ]);
}
