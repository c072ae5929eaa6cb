/** A workspace of three people and two channels; the app is in one of them. */
import type { SlackApiOptions } from './workspace.ts';

export function slackOptions(changes: Partial<SlackApiOptions> = {}): SlackApiOptions {
  return {
    signingSecret: 'a-signing-secret-that-only-tests-know',
    botToken: 'xoxb-test-bot-token',
    appToken: 'xapp-1-test-app-token',
    requestUrl: null,
    users: [
      { id: 'U0ADA', name: 'ada', email: 'ada@example.com' },
      { id: 'U0BOB', name: 'bob', email: 'bob@example.com' },
      { id: 'U0EVE', name: 'eve', email: 'eve@example.com' },
    ],
    channels: [
      { id: 'C0RELEASES', name: 'releases', members: ['U0ADA', 'U0BOB', 'U0GRADUS'] },
      { id: 'C0SECRET', name: 'secret', members: ['U0EVE'] },
    ],
    botUser: { id: 'U0GRADUS', name: 'gradus' },
    ...changes,
  };
}
