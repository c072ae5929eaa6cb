/** Messages of ours in Slack, found again by what they carry: whether one is there whose answer was lost. */
import type { webApi } from '@slack/bolt';
import { z } from 'zod';

/** What a message of ours carries unseen; the type is the same for all of a kind. */
export interface Mark {
  event_type: string;
  event_payload: Record<string, string>;
}

const pageOfMessages = z.object({ messages: z.array(z.unknown()) });
const marked = z.object({
  ts: z.string(),
  metadata: z.object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) }),
});

/** Where to look: in a channel (also a direct one), or in a thread of it, from `oldest` (seconds since 1970) on. */
export interface Place {
  channel: string;
  thread?: string | null;
  oldest?: string;
}

/** Its time stamp; null where it is not there. */
export async function findPosted(client: webApi.WebClient, place: Place, mark: Mark): Promise<string | null> {
  const { channel, thread = null, oldest } = place;
  const options = { channel, include_all_metadata: true, limit: 200, ...(oldest === undefined ? {} : { oldest }) };
  const pages =
    thread === null
      ? client.paginate('conversations.history', options)
      : client.paginate('conversations.replies', { ...options, ts: thread });
  const wanted = Object.entries(mark.event_payload);
  for await (const page of pages) {
    for (const said of pageOfMessages.parse(page).messages) {
      const { data } = marked.safeParse(said);
      if (data?.metadata.event_type !== mark.event_type) continue;
      const { event_payload: carried } = data.metadata;
      if (wanted.every(([key, value]) => carried[key] === value)) return data.ts;
    }
  }
  return null;
}
