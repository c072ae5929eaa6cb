/** What becomes of a modal that was submitted: the app may keep, change, stack or close it in its answer. */
import { z } from 'zod';
import { replaceView, viewOf } from './view-methods.ts';
import type { Workspace } from './workspace.ts';

const response = z.discriminatedUnion('response_action', [
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal('update'), view: z.unknown() }),
  z.object({ response_action: z.literal('push'), view: z.unknown() }),
  z.object({ response_action: z.literal('clear') }),
]);

/** An empty answer closes the view; one that Slack does not understand leaves it open with an error. */
export function applyResponse(workspace: Workspace, user: string, viewId: string, answer: unknown): void {
  const open = workspace.views.find(({ view }) => view.id === viewId);
  if (open === undefined) return;
  const isEmpty = answer === undefined || (typeof answer === 'object' && Object.keys(answer ?? {}).length === 0);
  if (isEmpty) {
    workspace.views = workspace.views.filter((one) => one !== open);
    return;
  }
  const read = response.safeParse(answer);
  if (!read.success) return;
  const { data } = read;
  switch (data.response_action) {
    case 'errors':
      return;
    case 'update':
      replaceView(workspace, open, data.view);
      return;
    case 'push': {
      const view = viewOf(workspace, data.view, 'modal');
      workspace.views.push({
        user,
        view: { ...view, root_view_id: open.view['root_view_id'], previous_view_id: open.view.id },
      });
      return;
    }
    case 'clear':
      workspace.views = workspace.views.filter((one) => one.user !== user);
  }
}
