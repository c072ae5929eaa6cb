/** Who is there: auth.test and the users.* methods. */
import { z } from 'zod';
import { count } from './arguments.ts';
import { pageOf } from './pages.ts';
import { checked, SlackError } from './slack-error.ts';
import { team, type Json, type Workspace } from './workspace.ts';

export function authTest({ options, botId }: Workspace): Json {
  return {
    ok: true,
    url: `https://${team.domain}.slack.com/`,
    team: team.domain,
    user: options.botUser.name,
    team_id: team.id,
    user_id: options.botUser.id,
    bot_id: botId,
    is_enterprise_install: false,
  };
}

export function userInfo(workspace: Workspace, args: Json): Json {
  const { user: id } = checked(z.object({ user: z.string() }), args);
  const user = everyone(workspace).find((one) => one['id'] === id);
  if (user === undefined) throw new SlackError('user_not_found');
  return { ok: true, user };
}

export function userByEmail(workspace: Workspace, args: Json): Json {
  const { email } = checked(z.object({ email: z.string() }), args);
  const found = workspace.options.users.find((one) => one.email.toLowerCase() === email.toLowerCase());
  const user = everyone(workspace).find((one) => one['id'] === found?.id);
  if (user === undefined) throw new SlackError('users_not_found');
  return { ok: true, user };
}

/** All at once without a limit, as Slack tries to. */
export function userList(workspace: Workspace, args: Json): Json {
  const { cursor, limit } = checked(z.object({ cursor: z.string().optional(), limit: count.default(0) }), args);
  if (limit < 0 || limit > 1000) throw new SlackError('invalid_limit');
  const page = pageOf(everyone(workspace), (user) => String(user['id']), cursor, limit === 0 ? 1000 : limit);
  const cacheTs = Math.trunc(workspace.clock.nowMs() / 1000);
  return { ok: true, members: page.items, cache_ts: cacheTs, response_metadata: { next_cursor: page.nextCursor } };
}

/** People, and the app itself. */
function everyone({ options, botId }: Workspace): Json[] {
  const people = options.users.map(({ id, name, email }) => account(id, name, { email }, false));
  return [...people, account(options.botUser.id, options.botUser.name, { bot_id: botId }, true)];
}

function account(id: string, name: string, more: Json, isBot: boolean): Json {
  return {
    id,
    team_id: team.id,
    name,
    deleted: false,
    real_name: name,
    tz: 'Europe/London',
    tz_label: 'Greenwich Mean Time',
    tz_offset: 0,
    profile: { real_name: name, display_name: name, team: team.id, ...more },
    is_admin: false,
    is_owner: false,
    is_restricted: false,
    is_ultra_restricted: false,
    is_bot: isBot,
    is_app_user: false,
    updated: 0,
  };
}
