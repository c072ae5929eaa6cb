/** A small app of Slack's own framework: a gate with two buttons, a modal, a command and a home. */
import { App, type AppOptions } from '@slack/bolt';
import type { SlackApi } from './api.ts';
import { slackOptions } from './example-workspace.ts';
import { quietLogger } from './official-client.ts';

export const modal = {
  type: 'modal' as const,
  callback_id: 'reject',
  private_metadata: 'release r-1',
  title: { type: 'plain_text' as const, text: 'Reject' },
  submit: { type: 'plain_text' as const, text: 'Reject' },
  blocks: [
    {
      type: 'input' as const,
      block_id: 'why',
      label: { type: 'plain_text' as const, text: 'Why?' },
      element: { type: 'plain_text_input' as const, action_id: 'reason' },
    },
  ],
};

const buttonNamed = (action_id: string) => ({
  type: 'button' as const,
  action_id,
  value: 'r-1',
  text: { type: 'plain_text' as const, text: action_id },
});

export const gate = [
  { type: 'section' as const, text: { type: 'mrkdwn' as const, text: 'Release *r-1*?' } },
  { type: 'actions' as const, block_id: 'gate', elements: [buttonNamed('approve'), buttonNamed('reject')] },
];

/** An app that does a little of everything. */
export function smallApp(slack: SlackApi, seen: Record<string, unknown>[], options: AppOptions): App {
  const { botToken } = slackOptions();
  const small = new App({
    token: botToken,
    clientOptions: { slackApiUrl: slack.apiUrl },
    logger: quietLogger,
    ...options,
  });
  small.action('approve', async ({ ack, body, action, respond }) => {
    await ack();
    seen.push({ body, action });
    await respond({ text: 'Approved', replace_original: true });
  });
  small.action('reject', async ({ ack, body, client }) => {
    await ack();
    if (!('trigger_id' in body)) return;
    await client.views.open({ trigger_id: body.trigger_id, view: modal });
  });
  small.view('reject', async ({ ack, view }) => {
    const reason = view.state.values['why']?.['reason']?.value ?? '';
    seen.push({ reason, metadata: view.private_metadata });
    await (reason === '' ? ack({ response_action: 'errors', errors: { why: 'Say why' } }) : ack());
  });
  small.command('/gradus', async ({ ack, command, respond }) => {
    await ack(`Looking at ${command.text}`);
    await respond({ response_type: 'in_channel', text: `${command.user_name} asked for ${command.text}` });
  });
  small.event('app_home_opened', async ({ event, client, body }) => {
    seen.push({ eventId: body.event_id });
    const view = { type: 'home' as const, blocks: [...gate] };
    await client.views.publish({ user_id: event.user, view });
  });
  return small;
}
