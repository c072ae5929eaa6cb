/** The conversations.* methods: what has been said, page by page, and where. */
import { z } from 'zod';
import { count, flag } from './arguments.ts';
import { pageOf } from './pages.ts';
import { checked, SlackError } from './slack-error.ts';
import {
  channelOf,
  joinedChannelOf,
  userOf,
  type Channel,
  type Json,
  type Message,
  type Workspace,
} from './workspace.ts';

const read = z.object({
  channel: z.string(),
  cursor: z.string().optional(),
  limit: count.optional(),
  oldest: z.coerce.string().optional(),
  latest: z.coerce.string().optional(),
  inclusive: flag.default(false),
  include_all_metadata: flag.default(false),
});

type Read = z.infer<typeof read>;

/** Newest first; of threads only their first messages, and what was also sent to the channel. */
export function history(workspace: Workspace, args: Json): Json {
  const asked = checked(read, args);
  const channel = joinedChannelOf(workspace, asked.channel);
  const top = channel.messages.filter(
    (one) => one.thread_ts === undefined || one.thread_ts === one.ts || one.subtype === 'thread_broadcast',
  );
  const page = pageOf(within(top, asked).toReversed(), ({ ts }) => ts, asked.cursor, limitOf(asked, 100, 999));
  return {
    ok: true,
    messages: page.items.map((one) => shown(channel, one, asked)),
    has_more: page.nextCursor !== '',
    pin_count: 0,
    channel_actions_ts: null,
    channel_actions_count: 0,
    ...(page.nextCursor !== '' && { response_metadata: { next_cursor: page.nextCursor } }),
  };
}

/** Oldest first, from the message that the thread hangs on. */
export function replies(workspace: Workspace, args: Json): Json {
  const asked = checked(read.extend({ ts: z.coerce.string() }), args);
  const channel = joinedChannelOf(workspace, asked.channel);
  const named = channel.messages.find(({ ts }) => ts === asked.ts);
  if (named === undefined) throw new SlackError('thread_not_found');
  const answers = channel.messages.filter((one) => one.thread_ts === asked.ts && one.ts !== asked.ts);
  const thread = [named, ...within(answers, asked)];
  const page = pageOf(thread, ({ ts }) => ts, asked.cursor, limitOf(asked, 1000, 1000));
  return {
    ok: true,
    messages: page.items.map((one) => shown(channel, one, asked)),
    has_more: page.nextCursor !== '',
    ...(page.nextCursor !== '' && { response_metadata: { next_cursor: page.nextCursor } }),
  };
}

export function info(workspace: Workspace, args: Json): Json {
  const { channel } = checked(z.object({ channel: z.string() }), args);
  return { ok: true, channel: described(workspace, channelOf(workspace, channel)) };
}

/** Direct messages with one user, which are there from then on. */
export function open(workspace: Workspace, args: Json): Json {
  const { users } = checked(z.object({ users: z.string() }), args);
  const known = workspace.channels.some(({ isDirect, members }) => isDirect && members[0] === users);
  const { id } = channelOf(workspace, userOf(workspace, users).id);
  return { ok: true, ...(known && { no_op: true, already_open: true }), channel: { id } };
}

function described({ options }: Workspace, { id, name, members, isDirect }: Channel): Json {
  if (isDirect) {
    return { id, is_im: true, is_archived: false, is_org_shared: false, user: members[0], is_user_deleted: false };
  }
  return {
    id,
    name,
    name_normalized: name,
    is_channel: true,
    is_group: false,
    is_im: false,
    is_mpim: false,
    is_private: false,
    is_archived: false,
    is_general: false,
    is_shared: false,
    is_ext_shared: false,
    is_org_shared: false,
    is_member: members.includes(options.botUser.id),
    creator: members[0],
    topic: { value: '', creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
    previous_names: [],
  };
}

function limitOf({ limit }: Read, usual: number, max: number): number {
  if (limit !== undefined && (limit < 1 || limit > max)) throw new SlackError('invalid_limit');
  return limit ?? usual;
}

function within(messages: Message[], { oldest, latest, inclusive }: Read): Message[] {
  return messages.filter(({ ts }) => {
    if (inclusive && (ts === oldest || ts === latest)) return true;
    return Number(ts) > Number(oldest ?? 0) && (latest === undefined || Number(ts) < Number(latest));
  });
}

function shown(channel: Channel, message: Message, { include_all_metadata }: Read): Json {
  const { metadata, ...rest } = message;
  const parent = channel.messages.find(({ ts }) => ts === message.thread_ts);
  const answers = channel.messages.filter((one) => one.thread_ts === message.ts && one.ts !== message.ts);
  const users = [...new Set(answers.map(({ user }) => user))];
  return {
    ...rest,
    ...(include_all_metadata && metadata !== undefined && { metadata }),
    ...(parent !== undefined && parent !== message && { parent_user_id: parent.user }),
    ...(answers.length > 0 && {
      thread_ts: message.ts,
      reply_count: answers.length,
      reply_users_count: users.length,
      latest_reply: answers.at(-1)?.ts,
      reply_users: users,
      is_locked: false,
      subscribed: false,
    }),
  };
}
