/** The views.* methods: modals, which a trigger opens once and for three seconds, and App Homes. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { parsed } from './arguments.ts';
import { checked, SlackError } from './slack-error.ts';
import { readView } from './view-kit.ts';
import { appId, newId, team, type Json, type OpenView, type View, type Workspace } from './workspace.ts';

const triggerMs = 3000;
const maxViewBytes = 250_000;

const opened = z.object({ trigger_id: z.string(), view: z.unknown() });

export function openView(workspace: Workspace, args: Json): Json {
  const asked = checked(opened, args);
  const trigger = workspace.triggers.get(asked.trigger_id);
  if (trigger === undefined) throw new SlackError('invalid_trigger_id');
  if (trigger.used) throw new SlackError('exchanged_trigger_id');
  if (workspace.clock.nowMs() - trigger.atMs > triggerMs) throw new SlackError('expired_trigger_id');
  const view = viewOf(workspace, asked.view, 'modal');
  trigger.used = true;
  workspace.views.push({ user: trigger.user, view });
  return { ok: true, view };
}

const updated = z.object({
  view: z.unknown(),
  view_id: z.string().optional(),
  external_id: z.string().optional(),
  hash: z.string().optional(),
});

export function updateView(workspace: Workspace, args: Json): Json {
  const asked = checked(updated, args);
  const open = workspace.views.find(({ view }) =>
    asked.view_id === undefined ? view['external_id'] === (asked.external_id ?? null) : view.id === asked.view_id,
  );
  if (open === undefined) throw new SlackError('not_found');
  if (asked.hash !== undefined && asked.hash !== open.view.hash) throw new SlackError('hash_conflict');
  replaceView(workspace, open, asked.view);
  return { ok: true, view: open.view };
}

const published = z.object({ user_id: z.string(), view: z.unknown(), hash: z.string().optional() });

export function publishView(workspace: Workspace, args: Json): Json {
  const asked = checked(published, args);
  if (!workspace.options.users.some(({ id }) => id === asked.user_id)) throw new SlackError('user_not_found');
  const before = workspace.homes.get(asked.user_id);
  if (asked.hash !== undefined && asked.hash !== before?.hash) throw new SlackError('hash_conflict');
  const view = viewOf(workspace, asked.view, 'home', before?.id);
  workspace.homes.set(asked.user_id, view);
  return { ok: true, view };
}

/** Another content for a view that is open. */
export function replaceView(workspace: Workspace, open: OpenView, view: unknown): void {
  open.view = viewOf(workspace, view, 'modal', open.view.id);
}

export function viewOf(workspace: Workspace, given: unknown, type: 'modal' | 'home', id = newId('V')): View {
  const json = typeof given === 'string' ? parsed(given) : given;
  const { blocks, ...view } = readView(json, type);
  if (JSON.stringify(view).length > maxViewBytes) throw new SlackError('view_too_large');
  return {
    id,
    team_id: team.id,
    type,
    private_metadata: '',
    callback_id: '',
    external_id: '',
    title: null,
    close: null,
    submit: null,
    clear_on_close: false,
    notify_on_close: false,
    ...view,
    blocks,
    state: { values: {} },
    hash: `${Math.trunc(workspace.clock.nowMs() / 1000)}.${randomBytes(4).toString('hex')}`,
    root_view_id: id,
    previous_view_id: null,
    app_id: appId,
    app_installed_team_id: team.id,
    bot_id: workspace.botId,
  };
}
