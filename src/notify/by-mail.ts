/** Tells people of releases by e-mail: those of the settings of everything, those of the policy of what is theirs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isFor } from '../domain/approval.ts';
import { givers } from '../domain/delegation.ts';
import { eventsOf, type ReleaseEvent } from '../domain/events.ts';
import { standsFor } from '../domain/permission.ts';
import { refusal, type Policy } from '../domain/policy.ts';
import { reminderAt } from '../domain/reminders.ts';
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
  /** Who they are in the policy; null: it does not know the address. */
  name: string | null;
  /** They get everything, and not only what is theirs. */
  everything: boolean;
  /** Whether the policy lets them approve; what anybody may decide is not asked of the others. */
  may: boolean;
  /** Whom they stand in for now. */
  givers: readonly string[];
}

/** How soon somebody who is added to the policy, or begins to stand in for somebody, gets e-mail. */
const readPolicyEveryMs = 5_000;

/** An address of both gets everything, once, and is told to type its own name where it is one person's. */
export function readersOf({ to }: MailSettings, policy: Policy): Reader[] {
  const people = Object.entries(policy.people);
  const ownersOf = (address: string): string[] =>
    people.flatMap(([name, { email }]) =>
      email !== undefined && channelOf(email) === channelOf(address) ? [name] : [],
    );
  const readers = new Map<string, Reader>();
  for (const address of to) {
    const [owner = null, ...others] = ownersOf(address);
    const name = others.length === 0 ? owner : null;
    const may = name === null || refusal(policy, name, 'approve') === null;
    readers.set(channelOf(address), { address, name, everything: true, may, givers: [] });
  }
  for (const [name, { email }] of people) {
    if (email === undefined || readers.has(channelOf(email))) continue;
    const may = refusal(policy, name, 'approve') === null;
    readers.set(channelOf(email), { address: email, name, everything: false, may, givers: [] });
  }
  return [...readers.values()];
}

/** With whom each of them stands in for now. */
async function standingIn(readers: Reader[], { policies, delegations }: Around): Promise<Reader[]> {
  const at = Date.now();
  const all = await delegations.list();
  return Promise.all(
    readers.map(async (reader) => {
      if (reader.name === null || givers(all, reader.name, at).length === 0) return reader;
      return { ...reader, givers: await standsFor(policies, delegations, reader.name, at) };
    }),
  );
}

/**
 * Whether somebody is told: what they may decide, for themselves or for others, and how it went with what they started,
 * were asked or decided.
 */
export function concerns(
  report: ReleaseReport,
  { name, everything, may, givers: absent }: Omit<Reader, 'address'>,
  asks: boolean,
): boolean {
  if (everything || name === null) return true;
  if (asks) return report.waiting !== null && isFor(report.waiting, name, absent, may);
  const asked = report.requests.some(({ request: { from, escalated, escalateTo } }) =>
    [...from, ...(escalated ? escalateTo : [])].some((one) => one === name || absent.includes(one)),
  );
  return report.startedBy === name || asked || report.decisions.some(({ by }) => by === name);
}

/** Goes on until `signal` says so; begins anew when other people are told, who then hear of what is open. */
export async function tellByMail(settings: MailSettings, around: Around, signal: AbortSignal): Promise<void> {
  let told: Reader[] = [];
  let [ending, ended] = [new AbortController(), Promise.resolve()];
  while (!signal.aborted) {
    // While the policy cannot be read, those who are told stay the same.
    const readers = await around.policies
      .current()
      .then((policy) => standingIn(readersOf(settings, policy), around))
      .catch(() => told);
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
      const mails = events.flatMap(({ key, event }) => {
        const letter = letterOf(report, event, { page, ...reader });
        if (letter === null || !concerns(report, reader, letter.asks)) return [];
        const mail = mailOf(report, event, letter, address, settings.from);
        return [{ key, body: letter.asks ? { ...mail, word: wordOf(report, event, nowMs) } : mail }];
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

/** Which word about the open request it is: of those that wait to be sent, the newest says all that the others did. */
function wordOf(report: ReleaseReport, { type }: Pick<ReleaseEvent, 'type'>, nowMs: number): string {
  return `${type === 'release.decision.asked' ? '' : (reminderAt(report, nowMs).due?.key ?? '')}@${report.waiting?.since ?? ''}`;
}

function sendTo(
  address: string,
  settings: MailSettings,
  bell: Bell,
  { releases, notices, say, pauses }: Around,
  signal: AbortSignal,
): Promise<void> {
  const sendMail = createSend(settings);

  /** While the server was away, a request may have been decided, or people were to be reminded of it, perhaps twice. */
  async function send(release: string, body: unknown, ending: AbortSignal): Promise<Sent> {
    const mail = mailSchema.parse(body);
    if (mail.request !== null) {
      const report = await releases.find(release);
      if (report?.waiting?.id !== mail.request) return { kind: 'needless' };
      const newest = wordOf(report, { type: 'release.decision.reminded' }, Date.now());
      if (mail.word !== null && mail.word !== newest) return { kind: 'needless' };
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
