/** Tells the channel once when all releases are stopped, and once when that ends: by whom, why, and how many it is about. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { webApi } from '@slack/bolt';
import { afterStopText, type AfterStop } from '../domain/after-stop.ts';
import type { StopAll, StopAlls } from '../domain/control.ts';
import type { Outbox } from '../domain/outbox.ts';
import type { Releases } from '../domain/ports.ts';
import { fewOf, listed } from '../domain/words.ts';
import { reasonOf, retryAfterMs } from './errors.ts';
import { findPosted } from './posted.ts';
import type { Written } from './request-message.ts';
import { clipped, escaped, section } from './text.ts';

export interface StopsOptions {
  client: webApi.WebClient;
  channel: string;
  outbox: Pick<Outbox, 'messages' | 'claim' | 'posted'>;
  releases: Pick<Releases, 'list'>;
  stopAlls: Pick<StopAlls, 'list'>;
  /** What becomes of the releases when these stops have ended. */
  afterEnd: (ended: readonly StopAll[]) => Promise<AfterStop>;
  say: (line: string) => void;
}

const lookEveryMs = 1_000;
const longestPauseMs = 4_000;
/** What was over before this is no news any more. */
const newsMs = 86_400_000;
/** Slack's clock may be so far from ours. */
const clocksApartMs = 600_000;

/** Goes on until `signal` says so. */
export async function tellStops(options: StopsOptions, signal: AbortSignal): Promise<void> {
  const { say } = options;
  let failures = 0;
  while (!signal.aborted) {
    let pauseMs = lookEveryMs;
    try {
      await look(options);
      failures = 0;
    } catch (error) {
      if (failures === 0) say(`stops of all releases are not told in Slack yet: ${reasonOf(error)}`);
      failures += 1;
      pauseMs = retryAfterMs(error) ?? Math.min(longestPauseMs, lookEveryMs * 2 ** Math.min(failures, 10));
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

async function look(options: StopsOptions): Promise<void> {
  const { stopAlls, releases, afterEnd } = options;
  const oldest = Date.now() - newsMs;
  const news = (await stopAlls.list())
    .toReversed()
    .filter(({ at, end }) => end === null || Date.parse(at) > oldest || Date.parse(end.at) > oldest);
  for (const stop of news) {
    const thread = await once(options, stop, 'begun', null, async () =>
      begun(stop, await releases.list({ open: true })),
    );
    const { end } = stop;
    // One end is of all stops that hold.
    const together = end === null ? [] : news.filter((one) => one.end?.at === end.at && one.end.by === end.by);
    if (together[0]?.number !== stop.number) continue;
    await once(options, stop, 'ended', thread, async () => ended(together, await afterEnd(together)));
  }
}

/** Posts what is not there yet; its time stamp. */
async function once(
  { client, channel, outbox }: StopsOptions,
  { number, at }: StopAll,
  key: string,
  thread: string | null,
  written: () => Promise<Written>,
): Promise<string> {
  const [place, about] = [`slack-stops:${channel}`, `stop-all/${number}`];
  const before = (await outbox.messages(place, about)).find((one) => one.key === key);
  if (before !== undefined && before.ref !== null) return before.ref;
  const metadata = { event_type: 'gradus_stop', event_payload: { stop: String(number), at, key } };
  const oldest = String((Date.parse(at) - clocksApartMs) / 1000);
  // It was about to be posted when its process ended: whether it is there.
  let ref = before === undefined ? null : await findPosted(client, { channel, thread, oldest }, metadata);
  if (ref === null) {
    await outbox.claim(place, about, key);
    const message = { channel, ...(await written()), metadata, unfurl_links: false, unfurl_media: false };
    const { ts } = await (thread === null
      ? client.chat.postMessage(message)
      : client.chat.postMessage({ ...message, thread_ts: thread, reply_broadcast: true }));
    if (ts === undefined) throw new Error('Slack took a message and gave it no time stamp');
    ref = ts;
  }
  await outbox.posted(place, about, { key, ref, digest: '' });
  return ref;
}

function begun({ by, why, rollBack }: StopAll, open: readonly { id: string }[]): Written {
  const about = underWay(open.map(({ id }) => id));
  const users = rollBack
    ? 'Users of every release under way go back to stable.'
    : 'Nobody more gets a candidate; guardrails stay watched.';
  return written(`:octagonal_sign: *All releases were stopped by ${escaped(by)}*: ${escaped(clipped(why, 1000))}`, [
    about,
    `${users} End it with: /gradus go-on WHY`,
  ]);
}

function underWay(ids: string[]): string {
  if (ids.length === 0) return 'No release is under way.';
  if (ids.length === 1) return `One release is under way: ${ids.join('')}.`;
  const few = fewOf(ids, 'releases');
  return few === listed(ids) ? `${ids.length} releases are under way: ${few}.` : `Under way are ${few}.`;
}

function ended(stops: readonly StopAll[], after: AfterStop): Written {
  const by = stops[0]?.end?.by ?? '';
  const why = stops[0]?.end?.why ?? '';
  const reason = why === '' ? '' : `: ${escaped(clipped(why, 1000))}`;
  return written(`:arrow_forward: *${escaped(by)} let all releases go on*${reason}`, [afterStopText(after)]);
}

function written(head: string, lines: string[]): Written {
  return { text: clipped(head, 3000), blocks: [section([head, ...lines.map((line) => escaped(clipped(line, 1500)))])] };
}
