/** Slack's Web API: which methods there are, with which token, and what each call is answered. */
import { deleteMessage, getPermalink, postEphemeral, postMessage, updateMessage } from './chat-methods.ts';
import { history, info, open, replies } from './conversation-methods.ts';
import type { Called } from './arguments.ts';
import { completeUpload, getUploadUrl } from './file-methods.ts';
import { SlackError } from './slack-error.ts';
import { authTest, userByEmail, userInfo, userList } from './user-methods.ts';
import { openView, publishView, updateView } from './view-methods.ts';
import type { Json, Workspace } from './workspace.ts';

/** What some methods need besides the workspace. */
export interface Surroundings {
  url: string;
  /** A new address for Socket Mode. */
  newSocketUrl(): string;
}

interface Method {
  token: 'bot' | 'app';
  run(workspace: Workspace, args: Json, around: Surroundings): Json;
}

const bot = (run: Method['run']): Method => ({ token: 'bot', run });

const methods: Record<string, Method> = {
  'auth.test': bot(authTest),
  'chat.postMessage': bot(postMessage),
  'chat.update': bot(updateMessage),
  'chat.postEphemeral': bot(postEphemeral),
  'chat.getPermalink': bot(getPermalink),
  'chat.delete': bot(deleteMessage),
  'conversations.history': bot(history),
  'conversations.replies': bot(replies),
  'conversations.info': bot(info),
  'conversations.open': bot(open),
  'users.info': bot(userInfo),
  'users.list': bot(userList),
  'users.lookupByEmail': bot(userByEmail),
  'views.open': bot(openView),
  'views.update': bot(updateView),
  'views.publish': bot(publishView),
  'files.getUploadURLExternal': bot((workspace, args, { url }) => getUploadUrl(workspace, args, url)),
  'files.completeUploadExternal': bot(completeUpload),
  'apps.connections.open': {
    token: 'app',
    run: (_workspace, _args, { newSocketUrl }) => ({ ok: true, url: newSocketUrl() }),
  },
};

/** The answer's body; what Slack refuses is an answer too. */
export function answerTo(workspace: Workspace, { method, token, args }: Called, around: Surroundings): Json {
  try {
    const found = methods[method];
    if (found === undefined) throw new SlackError('unknown_method');
    checkToken(workspace, token, found.token);
    return found.run(workspace, args, around);
  } catch (error) {
    if (error instanceof SlackError) return error.answer();
    throw error;
  }
}

function checkToken({ options }: Workspace, token: string | undefined, wanted: 'bot' | 'app'): void {
  if (token === undefined || token === '') throw new SlackError('not_authed');
  if (token !== options.botToken && token !== options.appToken) throw new SlackError('invalid_auth');
  const right = wanted === 'bot' ? options.botToken : options.appToken;
  if (token !== right) throw new SlackError('not_allowed_token_type');
}
