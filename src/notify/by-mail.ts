/** Tells people of releases by e-mail: those of the settings of everything, those of the policy of what is theirs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isFor } from '../domain/approval.ts';
import { eventsOf } from '../domain/events.ts';
import { refusal, type Policy } from '../domain/policy.ts';
import type { ReleaseReport } from '../domain/report.ts';
import type { MailSettings } from '../platform/config.ts';
import { lookEveryMs, type Around } from './around.ts';
import { createBell, type Bell } from './bell.ts';
import { keepInStep } from './in-step.ts';
import { letterOf } from './letter.ts';
import { channelOf, createSend, mailOf, mailSchema, tryWithinMs } from './mail.ts';
import { reasonOf, sendAll, type Sent } from './sending.ts';

export interface Reader {
  address: string;
  /** Who they are in the policy; null: they get everything. */
  name: string | null;
  /** Whether the policy lets them approve; what anybody may decide is not asked of the others. */
  may: boolean;
}

/** How soon somebody who is added to the policy gets e-mail. */
const readPolicyEveryMs = 5_000;

/** An address of both gets everything, once. */
export function readersOf({ to }: MailSettings, policy: Policy): Reader[] {
  const readers = new Map<string, Reader>(
    to.map((address) => [channelOf(address), { address, name: null, may: true }]),
  );
  for (const [name, { email }] of Object.entries(policy.people)) {
    if (email === undefined || readers.has(channelOf(email))) continue;
    readers.set(channelOf(email), { address: email, name, may: refusal(policy, name, 'approve') === null });
  }
  return [...readers.values()];
}

/** Whether somebody is told: what they may decide, and how it went with what they started or were asked. */
export function concerns(report: ReleaseReport, { name, may }: Omit<Reader, 'address'>, asks: boolean): boolean {
  if (name === null) return true;
  if (asks) return report.waiting !== null && isFor(report.waiting, name, [], may);
  const asked = report.requests.some(({ request }) => request.from.includes(name));
  return report.startedBy === name || asked || report.decisions.some(({ by }) => by === name);
}

/** Goes on until `signal` says so; begins anew when other people are told, who then hear of what is open. */
export async function tellByMail(settings: MailSettings, around: Around, signal: AbortSignal): Promise<void> {
  let told: Reader[] = [];
  let [ending, ended] = [new AbortController(), Promise.resolve()];
  while (!signal.aborted) {
    // While the policy cannot be read, those who are told stay the same.
    const policy = await around.policies.current().catch(() => null);
    const readers = policy === null ? told : readersOf(settings, policy);
    if (JSON.stringify(readers) !== JSON.stringify(told)) {
      ending.abort();
      await ended;
      ending = new AbortController();
      ended = tellAll(readers, settings, around, AbortSignal.any([signal, ending.signal]));
      told = readers;
    }
    await sleep(readPolicyEveryMs, undefined, { signal }).catch(() => undefined);
  }
  await ended;
}

async function tellAll(readers: Reader[], settings: MailSettings, around: Around, signal: AbortSignal): Promise<void> {
  const { outbox, releases, notices, pageOf, say } = around;
  const bells = new Map(readers.map(({ address }) => [address, createBell()]));

  async function bring(report: ReleaseReport, nowMs: number): Promise<void> {
    const page = pageOf(report.id);
    const events = eventsOf(report, page, nowMs);
    for (const { address, ...reader } of readers) {
      const { name } = reader;
      const mails = events.flatMap(({ key, event }) => {
        const letter = letterOf(report, event, { page, name });
        if (letter === null || !concerns(report, reader, letter.asks)) return [];
        return [{ key, body: mailOf(report, event, letter, address, settings.from) }];
      });
      await notices.note(channelOf(address), report.id, mails);
      if (mails.length > 0) bells.get(address)?.ring();
    }
  }

  const failed = (error: unknown): void =>
    say(`e-mail: ${error === null ? 'the records can be read again' : reasonOf(error)}`);
  await Promise.all([
    keepInStep({ channel: 'mail', outbox, releases, bring, failed, lookEveryMs }, signal),
    ...readers.map(({ address }) => sendTo(address, settings, bells.get(address) ?? createBell(), around, signal)),
  ]);
}

function sendTo(
  address: string,
  settings: MailSettings,
  bell: Bell,
  { releases, notices, say, pauses }: Around,
  signal: AbortSignal,
): Promise<void> {
  const sendMail = createSend(settings);

  /** A request that was decided while the server was away is not asked any more. */
  async function send(release: string, body: unknown, ending: AbortSignal): Promise<Sent> {
    const mail = mailSchema.parse(body);
    if (mail.request !== null) {
      const report = await releases.find(release);
      if (report?.waiting?.id !== mail.request) return { kind: 'needless' };
    }
    return sendMail(address, mail, ending);
  }

  return sendAll(
    {
      channel: channelOf(address),
      name: `e-mail to ${address}`,
      notices,
      bell,
      send: (notice, ending) => send(notice.release, notice.body, ending),
      leaseMs: 2 * tryWithinMs,
      say,
      ...(pauses === undefined ? {} : { pauses }),
    },
    signal,
  );
}
