/** What is in the Slack that tests talk to: people, channels, messages, views and files, and how they are found. */
import { randomBytes } from 'node:crypto';
import { createClock, type Clock } from './clock.ts';
import { SlackError } from './slack-error.ts';

/** What Slack sends and takes is JSON; a test reads of it what it checks. */
export type Json = Record<string, unknown>;

export interface SlackUser {
  id: string;
  name: string;
  email: string;
}

export interface SlackChannel {
  id: string;
  name: string;
  /** Identifiers of users; the app can post where its bot user is among them. */
  members: string[];
}

export interface SlackApiOptions {
  signingSecret: string;
  botToken: string;
  appToken: string;
  /** Where the app takes Slack's requests; null for Socket Mode, or until `pointTo` says. */
  requestUrl: string | null;
  users: SlackUser[];
  channels: SlackChannel[];
  botUser: { id: string; name: string };
}

export interface SharedFile {
  id: string;
  name: string;
  title: string;
  size: number;
  content: string;
  /** The same, as it was uploaded. */
  bytes: Uint8Array;
  /** For those who cannot see it. */
  altText?: string;
}

export interface Message {
  type: 'message';
  ts: string;
  user: string;
  team: string;
  text: string;
  blocks: Json[];
  bot_id?: string;
  app_id?: string;
  thread_ts?: string;
  subtype?: string;
  metadata?: Json;
  edited?: { user: string; ts: string };
  files?: SharedFile[];
  unfurl_links?: boolean;
  unfurl_media?: boolean;
}

export interface Ephemeral {
  channel: string;
  /** Who alone sees it. */
  to: string;
  message: Message;
}

export interface View extends Json {
  id: string;
  type: string;
  hash: string;
  private_metadata: string;
  callback_id: string;
  blocks: Json[];
}

export interface OpenView {
  user: string;
  view: View;
}

export interface Channel extends SlackChannel {
  isDirect: boolean;
  messages: Message[];
}

interface Upload {
  name: string;
  altText: string | undefined;
  length: number;
  /** Null until it has been uploaded. */
  content: Buffer | null;
}

export interface Workspace {
  options: SlackApiOptions;
  clock: Clock;
  botId: string;
  channels: Channel[];
  ephemerals: Ephemeral[];
  /** Modals, in the order in which they were opened. */
  views: OpenView[];
  /** By user. */
  homes: Map<string, View>;
  uploads: Map<string, Upload>;
  /** Whose it is, when it was given (ms), and whether a view was opened with it. */
  triggers: Map<string, { user: string; atMs: number; used: boolean }>;
}

export const team = { id: 'T0GRADUS01', domain: 'gradus-test' } as const;
export const appId = 'A0GRADUS01';

export function createWorkspace(options: SlackApiOptions): Workspace {
  return {
    options,
    clock: createClock(),
    botId: `B${options.botUser.id.slice(1)}`,
    channels: options.channels.map((channel) => ({ ...channel, isDirect: false, messages: [] })),
    ephemerals: [],
    views: [],
    homes: new Map(),
    uploads: new Map(),
    triggers: new Map(),
  };
}

/** A channel by identifier or name; a user's identifier stands for the direct messages with that user. */
export function channelOf(workspace: Workspace, reference: string): Channel {
  const name = reference.replace(/^#/, '');
  const found = workspace.channels.find((channel) => channel.id === reference || channel.name === name);
  if (found !== undefined) return found;
  const user = workspace.options.users.find(({ id }) => id === reference);
  if (user === undefined) throw new SlackError('channel_not_found');
  const direct: Channel = {
    id: `D${user.id.slice(1)}`,
    name: 'directmessage',
    members: [user.id, workspace.options.botUser.id],
    isDirect: true,
    messages: [],
  };
  const known = workspace.channels.find(({ id }) => id === direct.id);
  if (known === undefined) workspace.channels.push(direct);
  return known ?? direct;
}

/** A channel in which the app may read and write. */
export function joinedChannelOf(workspace: Workspace, reference: string): Channel {
  const channel = channelOf(workspace, reference);
  if (!channel.members.includes(workspace.options.botUser.id)) throw new SlackError('not_in_channel');
  return channel;
}

export function userOf(workspace: Workspace, id: string): SlackUser {
  const user = workspace.options.users.find((one) => one.id === id);
  if (user === undefined) throw new SlackError('user_not_found');
  return user;
}

export function messageOf(channel: Channel, ts: string): Message {
  const message = channel.messages.find((one) => one.ts === ts);
  if (message === undefined) throw new SlackError('message_not_found');
  return message;
}

/** A message of the app, not yet anywhere. */
export function appMessage(workspace: Workspace, content: Partial<Message>): Message {
  return {
    type: 'message',
    ts: workspace.clock.ts(),
    user: workspace.options.botUser.id,
    bot_id: workspace.botId,
    app_id: appId,
    team: team.id,
    text: '',
    blocks: [],
    ...content,
  };
}

/** What lets the app open a view, for three seconds and once. */
export function newTrigger(workspace: Workspace, user: string): string {
  const trigger = `${Math.trunc(workspace.clock.nowMs())}.${Number.parseInt(randomBytes(4).toString('hex'), 16)}.${randomBytes(16).toString('hex')}`;
  workspace.triggers.set(trigger, { user, atMs: workspace.clock.nowMs(), used: false });
  return trigger;
}

/** An identifier in Slack's form, such as F0A1B2C3D4. */
export function newId(letter: string): string {
  return letter + randomBytes(5).toString('hex').toUpperCase();
}
