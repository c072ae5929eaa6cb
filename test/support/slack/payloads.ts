/** What Slack tells an app of a press, a command, a submission and an opened App Home. */
import { actionIn, stateOf, type Pressed, type Values } from './actions.ts';
import {
  appId,
  channelOf,
  newId,
  newTrigger,
  team,
  userOf,
  type Json,
  type Message,
  type View,
  type Workspace,
} from './workspace.ts';

/** Apps must not rely on it any more, but it still comes. */
const verificationToken = 'deprecated-verification-token';

/** Who acted, in which team, for which app: what every interaction carries. */
function acted(workspace: Workspace, userId: string): Json {
  const { id, name } = userOf(workspace, userId);
  return {
    user: { id, username: name, name, team_id: team.id },
    api_app_id: appId,
    token: verificationToken,
    team,
    enterprise: null,
    is_enterprise_install: false,
    trigger_id: newTrigger(workspace, id),
  };
}

export function messagePress(
  workspace: Workspace,
  {
    user,
    channel: reference,
    pressed,
    message,
    isEphemeral,
    responseUrl,
  }: {
    user: string;
    channel: string;
    pressed: Pressed;
    message: Message;
    isEphemeral: boolean;
    responseUrl: string;
  },
): Json {
  const channel = channelOf(workspace, reference);
  const action = actionIn(message.blocks, pressed, workspace.clock.ts());
  const { metadata: _metadata, ...shown } = message;
  return {
    type: 'block_actions',
    ...acted(workspace, user),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
      ...(message.thread_ts !== undefined && { thread_ts: message.thread_ts }),
    },
    channel: { id: channel.id, name: channel.name },
    // An ephemeral message is not kept anywhere, so that the app is not told what it was.
    ...(!isEphemeral && { message: shown }),
    state: stateOf(pressed.values, action),
    response_url: responseUrl,
    actions: [action],
  };
}

export function viewPress(workspace: Workspace, user: string, view: View, pressed: Pressed): Json {
  const action = actionIn(view.blocks, pressed, workspace.clock.ts());
  return {
    type: 'block_actions',
    ...acted(workspace, user),
    container: { type: 'view', view_id: view.id },
    view: { ...view, state: stateOf(pressed.values, action) },
    actions: [action],
  };
}

export function commandFields(
  workspace: Workspace,
  {
    user,
    channel: reference,
    command,
    text,
    responseUrl,
  }: {
    user: string;
    channel: string;
    command: string;
    text: string;
    responseUrl: string;
  },
): Record<string, string> {
  const channel = channelOf(workspace, reference);
  const { id, name } = userOf(workspace, user);
  return {
    token: verificationToken,
    team_id: team.id,
    team_domain: team.domain,
    channel_id: channel.id,
    channel_name: channel.name,
    user_id: id,
    user_name: name,
    command,
    text,
    api_app_id: appId,
    is_enterprise_install: 'false',
    response_url: responseUrl,
    trigger_id: newTrigger(workspace, id),
  };
}

export function submission(workspace: Workspace, user: string, view: View, values: Values): Json {
  return {
    type: 'view_submission',
    ...acted(workspace, user),
    view: { ...view, state: stateOf(values) },
    response_urls: [],
  };
}

export function homeOpened(workspace: Workspace, user: string): Json {
  const ts = workspace.clock.ts();
  const view = workspace.homes.get(userOf(workspace, user).id);
  const channel = channelOf(workspace, user).id;
  return {
    token: verificationToken,
    team_id: team.id,
    api_app_id: appId,
    event: {
      type: 'app_home_opened',
      user,
      channel,
      tab: 'home',
      event_ts: ts,
      ...(view !== undefined && { view }),
    },
    type: 'event_callback',
    event_id: newId('Ev'),
    event_time: Math.trunc(Number(ts)),
    authorizations: [
      {
        enterprise_id: null,
        team_id: team.id,
        user_id: workspace.options.botUser.id,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
  };
}

export function urlVerification(challenge: string): Json {
  return { token: verificationToken, challenge, type: 'url_verification' };
}
