/** The chat.* methods: the app's messages, posted, changed, shown to one person, linked to and deleted. */
import { z } from 'zod';
import { flag, messageBlocks, structured } from './arguments.ts';
import { checked, SlackError } from './slack-error.ts';
import {
  appMessage,
  channelOf,
  joinedChannelOf,
  messageOf,
  team,
  userOf,
  type Channel,
  type Json,
  type Message,
  type Workspace,
} from './workspace.ts';

const maxTextLength = 40_000;
const maxUpdateTextLength = 4000;

const metadata = structured(z.looseObject({ event_type: z.string(), event_payload: z.looseObject({}) }));
const noMetadata = structured(z.strictObject({}));

const content = z.object({ channel: z.string(), text: z.string().optional(), blocks: z.unknown().optional() });

const posted = content.extend({
  thread_ts: z.coerce.string().optional(),
  reply_broadcast: flag.optional(),
  metadata: z.unknown().optional(),
  unfurl_links: flag.optional(),
  unfurl_media: flag.optional(),
});

export function postMessage(workspace: Workspace, args: Json): Json {
  const asked = checked(posted, args);
  const channel = joinedChannelOf(workspace, asked.channel);
  const { text, blocks } = contentOf(asked, maxTextLength);
  const thread = threadOf(channel, asked.thread_ts);
  const tagged = readMetadata(asked.metadata);
  const message = appMessage(workspace, {
    text: text ?? '',
    blocks: blocks ?? [],
    ...thread,
    ...(tagged.metadata !== undefined && { metadata: tagged.metadata }),
    ...(asked.reply_broadcast === true && { subtype: 'thread_broadcast' }),
    ...(asked.unfurl_links !== undefined && { unfurl_links: asked.unfurl_links }),
    ...(asked.unfurl_media !== undefined && { unfurl_media: asked.unfurl_media }),
  });
  channel.messages.push(message);
  return { ok: true, channel: channel.id, ts: message.ts, message, ...tagged.warning };
}

const changed = content.extend({ ts: z.coerce.string(), metadata: z.unknown().optional() });

/** A text without blocks takes the old blocks away; blocks without a text leave the old text. */
export function updateMessage(workspace: Workspace, args: Json): Json {
  const asked = checked(changed, args);
  const channel = joinedChannelOf(workspace, asked.channel);
  const message = messageOf(channel, asked.ts);
  if (message.user !== workspace.options.botUser.id) throw new SlackError('cant_update_message');
  const { text, blocks } = contentOf(asked, maxUpdateTextLength);
  const tagged = readMetadata(asked.metadata);
  message.text = text ?? message.text;
  message.blocks = blocks ?? [];
  if (tagged.metadata !== undefined) message.metadata = tagged.metadata;
  if (noMetadata.safeParse(asked.metadata).success) delete message.metadata;
  message.edited = { user: message.user, ts: workspace.clock.ts() };
  return { ok: true, channel: channel.id, ts: message.ts, text: message.text, message, ...tagged.warning };
}

export function postEphemeral(workspace: Workspace, args: Json): Json {
  const asked = checked(content.extend({ user: z.string(), thread_ts: z.coerce.string().optional() }), args);
  const channel = joinedChannelOf(workspace, asked.channel);
  const { text, blocks } = contentOf(asked, maxTextLength);
  if (!workspace.options.users.some(({ id }) => id === asked.user)) throw new SlackError('user_not_found');
  if (!channel.members.includes(asked.user)) throw new SlackError('user_not_in_channel');
  const thread = threadOf(channel, asked.thread_ts);
  const message = appMessage(workspace, { text: text ?? '', blocks: blocks ?? [], ...thread });
  workspace.ephemerals.push({ channel: channel.id, to: userOf(workspace, asked.user).id, message });
  return { ok: true, message_ts: message.ts };
}

export function getPermalink(workspace: Workspace, args: Json): Json {
  const asked = checked(z.object({ channel: z.string(), message_ts: z.coerce.string() }), args);
  const channel = channelOf(workspace, asked.channel);
  const { ts, thread_ts } = messageOf(channel, asked.message_ts);
  const place = `https://${team.domain}.slack.com/archives/${channel.id}/p${ts.replace('.', '')}`;
  const inThread = thread_ts === undefined || thread_ts === ts ? '' : `?thread_ts=${thread_ts}&cid=${channel.id}`;
  return { ok: true, channel: channel.id, permalink: place + inThread };
}

export function deleteMessage(workspace: Workspace, args: Json): Json {
  const asked = checked(z.object({ channel: z.string(), ts: z.coerce.string() }), args);
  const channel = channelOf(workspace, asked.channel);
  const message = messageOf(channel, asked.ts);
  if (message.user !== workspace.options.botUser.id) throw new SlackError('cant_delete_message');
  channel.messages.splice(channel.messages.indexOf(message), 1);
  return { ok: true, channel: channel.id, ts: message.ts };
}

/** Text and blocks of a message, which must have either. */
export function contentOf(
  asked: { text?: string | undefined; blocks?: unknown },
  maxLength = maxTextLength,
): { text: string | undefined; blocks: Json[] | undefined } {
  const blocks = messageBlocks(asked.blocks);
  if ((asked.text ?? '') === '' && (blocks ?? []).length === 0) throw new SlackError('no_text');
  if ((asked.text ?? '').length > maxLength) throw new SlackError('msg_too_long');
  return { text: asked.text, blocks };
}

/** A reply belongs to the thread, whichever message of it was named. */
export function threadOf(channel: Channel, ts: string | undefined): Pick<Message, 'thread_ts'> {
  if (ts === undefined || ts === '') return {};
  const parent = channel.messages.find((one) => one.ts === ts);
  if (parent === undefined) throw new SlackError('thread_not_found');
  return { thread_ts: parent.thread_ts ?? parent.ts };
}

/** Slack leaves out, with a warning only, what has a type of other characters, such as a full stop. */
function readMetadata(value: unknown): { metadata?: Json; warning?: Json } {
  if (value === undefined || noMetadata.safeParse(value).success) return {};
  const read = metadata.safeParse(value);
  if (!read.success) throw new SlackError('invalid_metadata_format');
  if (/^[\w-]+$/.test(read.data.event_type)) return { metadata: read.data };
  const warning = 'invalid_metadata_schema';
  return { warning: { warning, response_metadata: { warnings: [warning] } } };
}
