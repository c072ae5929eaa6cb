/** Response URLs: up to five answers within thirty minutes to who pressed or commanded, or in place of the message. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { flag, parsed } from './arguments.ts';
import { contentOf } from './chat-methods.ts';
import { SlackError } from './slack-error.ts';
import { appMessage, channelOf, team, type Json, type Message, type Workspace } from './workspace.ts';

const maxUses = 5;
const lifeMs = 30 * 60 * 1000;

interface Hook {
  user: string;
  channel: string;
  /** The message whose button was pressed; a command has none. */
  original: Message | null;
  atMs: number;
  uses: number;
}

export interface ResponseUrls {
  /** A path of its own for the answers to one interaction. */
  open(kind: 'actions' | 'commands', user: string, channel: string, original: Message | null): string;
  has(path: string): boolean;
  answer(path: string, body: string): { status: number; answer: Json };
  /** The answer that a command's acknowledgement can carry. */
  say(user: string, channel: string, answer: unknown): void;
}

const response = z.object({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: flag.optional(),
  delete_original: flag.optional(),
  thread_ts: z.string().optional(),
});

type Response = z.infer<typeof response>;

export function createResponseUrls(workspace: Workspace): ResponseUrls {
  const hooks = new Map<string, Hook>();
  const refused = (code: string): { status: number; answer: Json } => ({
    status: 404,
    answer: { ok: false, error: code },
  });
  return {
    open(kind, user, channel, original) {
      const path = `/${kind}/${team.id}/${Math.trunc(workspace.clock.nowMs())}/${randomBytes(12).toString('hex')}`;
      hooks.set(path, { user, channel, original, atMs: workspace.clock.nowMs(), uses: 0 });
      return path;
    },
    has: (path) => hooks.has(path),
    answer(path, body) {
      const hook = hooks.get(path);
      if (hook === undefined || workspace.clock.nowMs() - hook.atMs > lifeMs) return refused('expired_url');
      if (hook.uses === maxUses) return refused('used_url');
      const read = response.safeParse(parsed(body));
      if (!read.success) return { status: 400, answer: { ok: false, error: 'invalid_payload' } };
      try {
        respond(workspace, hook, read.data);
      } catch (error) {
        if (!(error instanceof SlackError)) throw error;
        return { status: 400, answer: error.answer() };
      }
      hook.uses += 1;
      return { status: 200, answer: { ok: true } };
    },
    say(user, channel, answer) {
      const read = response.safeParse(typeof answer === 'string' ? { text: answer } : answer);
      if (!read.success || (read.data.text === undefined && read.data.blocks === undefined)) return;
      respond(workspace, { user, channel, original: null, atMs: 0, uses: 0 }, read.data);
    },
  };
}

function respond(workspace: Workspace, hook: Hook, asked: Response): void {
  const channel = channelOf(workspace, hook.channel);
  if (asked.delete_original === true) {
    channel.messages = channel.messages.filter((one) => one !== hook.original);
    workspace.ephemerals = workspace.ephemerals.filter(({ message }) => message !== hook.original);
    return;
  }
  const { text = '', blocks = [] } = contentOf(asked);
  // What answers a press takes the message's place, unless the app says otherwise.
  if (hook.original !== null && asked.replace_original !== false) {
    Object.assign(hook.original, { text, blocks, edited: { user: hook.original.user, ts: workspace.clock.ts() } });
    return;
  }
  const message = appMessage(workspace, {
    text,
    blocks,
    ...(asked.thread_ts !== undefined && { thread_ts: asked.thread_ts }),
  });
  if (asked.response_type === 'in_channel') channel.messages.push(message);
  else workspace.ephemerals.push({ channel: channel.id, to: hook.user, message });
}
