/** Keeps a channel of Slack in step with the releases: whatever happens meanwhile, in the end each message is there once. */
import type { webApi } from '@slack/bolt';
import type { Outbox } from '../domain/outbox.ts';
import type { Delegations } from '../domain/delegation.ts';
import type { Policies, Releases } from '../domain/ports.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { keepInStep } from '../notify/in-step.ts';
import { namingOf } from './asked.ts';
import { platformError, reasonOf, retryAfterMs } from './errors.ts';
import { isRequest, sentAs } from './keys.ts';
import { findPosted, type Mark } from './posted.ts';
import { forgotten, messagesOf, pastReminders, type Wanted } from './thread.ts';

export interface DeliveryOptions {
  client: webApi.WebClient;
  channel: string;
  outbox: Outbox;
  releases: Pick<Releases, 'find'>;
  policies: Pick<Policies, 'current'>;
  delegations: Pick<Delegations, 'list'>;
  /** The release's page in Temporal's UI. */
  pageOf: (release: string) => string | null;
  /** Says what went wrong, once until it goes well again. */
  say: (line: string) => void;
}

const lookEveryMs = 400;
const eventType = 'gradus_message';

/** Delivers until `signal` says so. */
export async function deliver(options: DeliveryOptions, signal: AbortSignal): Promise<void> {
  const { channel, outbox, releases, say } = options;
  const place = `slack:${channel}`;
  const delivery = createDelivery(options, place);
  await keepInStep(
    {
      channel: place,
      outbox,
      releases,
      bring: delivery.bring,
      brought: delivery.posted,
      retryAfterMs,
      failed: (error) =>
        say(
          error === null
            ? 'Slack takes messages again'
            : `Slack does not take messages; they are kept: ${reasonOf(error)}`,
        ),
      lookEveryMs,
    },
    signal,
  );
}

function createDelivery(
  { client, channel, outbox, policies, delegations, pageOf, say }: DeliveryOptions,
  place: string,
) {
  let posted = 0;

  async function bring(report: ReleaseReport, nowMs: number): Promise<void> {
    const { id: release } = report;
    const sent = await outbox.messages(place, release);
    const known: string[] = [];
    let thread: string | null = null;
    const naming = namingOf(await policies.current(), await delegations.list(), nowMs);
    for (const message of messagesOf(report, { page: pageOf(release), nowMs, naming })) {
      const before = sentAs(message, sent);
      let ref = before?.ref ?? null;
      // It was about to be posted when its process ended: whether it is there.
      if (before !== undefined && ref === null) {
        ref = await findPosted(client, { channel, thread }, markOf(release, message.key));
      }
      if (ref === null) {
        await outbox.claim(place, release, message.key);
        ref = await post(release, message, thread);
      } else if (before?.digest !== message.digest) await edit(ref, message);
      if (before?.ref !== ref || before.digest !== message.digest || before.key !== message.key) {
        await outbox.posted(place, release, { key: message.key, ref, digest: message.digest });
        posted += 1;
      }
      known.push(ref);
      thread ??= ref;
    }
    const past = [...forgotten(report, sent, known), ...pastReminders(report, sent, known, naming)];
    for (const [{ key, ref }, message] of past) {
      if (ref === null) continue;
      await edit(ref, message);
      await outbox.posted(place, release, { key, ref, digest: message.digest });
      posted += 1;
    }
  }

  async function post(release: string, { key, text, blocks }: Wanted, thread: string | null): Promise<string> {
    const message = {
      channel,
      text,
      blocks,
      unfurl_links: false,
      unfurl_media: false,
      metadata: markOf(release, key),
    };
    // What people have to decide is seen without opening the thread.
    const isForAll = isRequest(key);
    const { ts } = await (thread === null
      ? client.chat.postMessage(message)
      : isForAll
        ? client.chat.postMessage({ ...message, thread_ts: thread, reply_broadcast: true })
        : client.chat.postMessage({ ...message, thread_ts: thread }));
    if (ts === undefined) throw new Error('Slack took a message and gave it no time stamp');
    return ts;
  }

  /** What is not there any more (somebody deleted it) or cannot be edited is left as it is. */
  async function edit(ts: string, { text, blocks }: Wanted): Promise<void> {
    try {
      await client.chat.update({ channel, ts, text, blocks });
    } catch (error) {
      const code = platformError(error);
      if (code !== 'message_not_found' && code !== 'cant_update_message' && code !== 'edit_window_closed') throw error;
      say(`a message cannot be edited any more (${code})`);
    }
  }

  return {
    bring,
    /** Messages that were posted or edited so far. */
    posted: () => posted,
  };
}

function markOf(release: string, key: string): Mark {
  return { event_type: eventType, event_payload: { release, key } };
}
