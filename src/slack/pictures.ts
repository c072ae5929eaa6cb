/** A picture of the numbers for each request, in its thread: comes after the request, and never holds one up. */
import type { webApi } from '@slack/bolt';
import { z } from 'zod';
import type { Outbox } from '../domain/outbox.ts';
import type { Releases } from '../domain/ports.ts';
import type { ReleaseReport, Waiting } from '../domain/report.ts';
import { keepInStep } from '../notify/in-step.ts';
import { chartOf, type Chart } from './chart.ts';
import { platformError, reasonOf, retryAfterMs } from './errors.ts';
import { requestKey, sentAs } from './keys.ts';
import { pngOf } from './picture.ts';
import { clipped } from './text.ts';

export interface PicturesOptions {
  client: webApi.WebClient;
  channel: string;
  outbox: Outbox;
  releases: Pick<Releases, 'find'>;
  /** In the place of resvg, for tests. */
  draw?: (svg: string) => Promise<Buffer>;
  say: (line: string) => void;
}

const lookEveryMs = 1_000;
const uploadWithinMs = 20_000;
/** Slack's limit of a description. */
const longestWords = 1000;
/** Where Slack will never take one, it is not tried again for the same request. */
const never = 'none';
const refusals = new Set([
  'missing_scope',
  'not_allowed_token_type',
  'file_uploads_disabled',
  'file_type_not_allowed',
  'restricted_action',
]);

/** Its request is not in Slack yet. */
class NotYet extends Error {}

const place = z.object({ upload_url: z.string(), file_id: z.string() });
const page = z.object({ messages: z.array(z.unknown()) });
const withFiles = z.object({ files: z.array(z.object({ id: z.string(), name: z.string() })) });

/** Goes on until `signal` says so. */
export async function deliverPictures(options: PicturesOptions, signal: AbortSignal): Promise<void> {
  const { channel, outbox, releases, say } = options;
  await keepInStep(
    {
      channel: `slack-pictures:${channel}`,
      outbox,
      releases,
      bring: createPictures(options),
      retryAfterMs,
      failed: (error) => {
        if (error !== null && !(error instanceof NotYet))
          say(`a picture is not in Slack yet; requests go on without: ${reasonOf(error)}`);
      },
      lookEveryMs,
    },
    signal,
  );
}

function createPictures({ client, channel, outbox, draw = pngOf, say }: PicturesOptions) {
  const own = `slack-pictures:${channel}`;

  /** Throws where it is to be tried again. */
  return async function bring(report: ReleaseReport): Promise<void> {
    const { id: release, waiting } = report;
    if (waiting === null) return;
    const chart = chartOf(report, waiting);
    if (chart === null) return;
    const key = { key: `picture/${waiting.id}/${waiting.since}`, formerly: `picture/${waiting.id}` };
    const before = sentAs(key, await outbox.messages(own, release));
    if (before !== undefined && before.ref !== null) {
      if (before.key !== key.key) await outbox.posted(own, release, { ...before, key: key.key });
      return;
    }
    const thread = await threadOf(release, waiting);
    // Asked again after a reset, it is another picture.
    const when = waiting.since.replace(/[^\dT]/g, '');
    const name = `${release}-${waiting.id}-${when}`.replace(/[^\w.-]+/g, '-').concat('.png');
    let ref = before === undefined ? null : await find(thread, name);
    if (ref === null) {
      await outbox.claim(own, release, key.key);
      ref = await upload(chart, name, thread);
    }
    await outbox.posted(own, release, { key: key.key, ref, digest: '' });
  };

  /** The release's first message, once the request is there too. */
  async function threadOf(release: string, waiting: Waiting): Promise<string> {
    const there = new Map((await outbox.messages(`slack:${channel}`, release)).map((one) => [one.key, one.ref]));
    const thread = there.get('release') ?? null;
    if (thread === null || (there.get(requestKey(waiting).key) ?? null) === null) throw new NotYet();
    return thread;
  }

  /** The three steps that Slack documents; who is shown the picture follows a little later. */
  async function upload({ svg, title, words }: Chart, filename: string, thread: string): Promise<string> {
    const png = await draw(svg).catch((error: unknown) => {
      say(`requests are without pictures: they cannot be drawn here: ${reasonOf(error)}`);
      return null;
    });
    if (png === null) return never;
    try {
      const asked = await client.apiCall('files.getUploadURLExternal', {
        filename,
        length: png.length,
        alt_txt: clipped(words, longestWords),
      });
      const { upload_url: url, file_id: id } = place.parse(asked);
      const sent = await fetch(url, {
        method: 'POST',
        body: new Uint8Array(png),
        signal: AbortSignal.timeout(uploadWithinMs),
      });
      await sent.body?.cancel();
      if (!sent.ok) throw new Error(`the upload was answered with HTTP ${sent.status}`);
      await client.files.completeUploadExternal({ files: [{ id, title }], channel_id: channel, thread_ts: thread });
      return id;
    } catch (error) {
      const code = platformError(error);
      if (code === null || !refusals.has(code)) throw error;
      const hint = code === 'missing_scope' ? '; give the app the scope files:write (docs/slack-manifest.yaml)' : '';
      say(`requests are without pictures: Slack refuses them (${code})${hint}`);
      return never;
    }
  }

  /** A picture that was about to be shared when its process ended: whether it is there. */
  async function find(thread: string, name: string): Promise<string | null> {
    for await (const answer of client.paginate('conversations.replies', { channel, ts: thread, limit: 200 })) {
      for (const said of page.parse(answer).messages) {
        const found = withFiles.safeParse(said).data?.files.find((file) => file.name === name);
        if (found !== undefined) return found.id;
      }
    }
    return null;
  }
}
