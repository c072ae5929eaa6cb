/** The app in Slack: takes presses, commands and views, each checked by Slack's own framework before it arrives here. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { App, HTTPReceiver, LogLevel, SocketModeReceiver, type BlockAction, type ButtonAction } from '@slack/bolt';
import { actionId, operations, readCarried, whyView } from './buttons.ts';
import type { Answer, createPressing, Press } from './presses.ts';

export interface SlackAppOptions {
  botToken: string;
  by: { kind: 'socket'; appToken: string } | { kind: 'http'; signingSecret: string };
  host: string;
  port: number;
  /** Null: Slack's own. */
  apiUrl: string | null;
  pressing: Pick<ReturnType<typeof createPressing>, 'take'>;
  /** The question of an open request, to be shown again where somebody rejects it. */
  questionOf: (release: string, request: string | undefined) => Promise<string>;
  say: (line: string) => void;
}

/** Slack hangs up after three seconds. */
const answerWithinMs = 2_300;
/** Slack's own requests are far smaller. */
const mostBytes = 256 * 1024;

export async function startSlackApp(options: SlackAppOptions) {
  const { botToken, by, host, port, apiUrl, pressing, questionOf, say } = options;
  const logger = quiet(say);
  const receiver =
    by.kind === 'socket'
      ? new SocketModeReceiver({
          appToken: by.appToken,
          logger,
          ...(apiUrl === null ? {} : { clientOptions: { slackApiUrl: apiUrl } }),
        })
      : new HTTPReceiver({ signingSecret: by.signingSecret, bodyLimit: mostBytes, logger });
  const app = new App({
    token: botToken,
    receiver,
    logger,
    clientOptions: {
      ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
      // What fails is tried again from the outbox, which knows what was posted already.
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: 10_000,
      // Who calls it says what failed, once.
      logger: quiet(() => undefined),
    },
  });

  for (const operation of operations) {
    app.action<BlockAction<ButtonAction>>(actionId(operation), async ({ ack, action, body, client, respond }) => {
      const of = readCarried(action.value);
      if (of === null) return ack();
      if (operation === 'reject') {
        await ack();
        const question = await questionOf(of.release, of.request);
        await client.views.open({ trigger_id: body.trigger_id, view: whyView(of, question) });
        return;
      }
      const id = idOf('action', body.user.id, action.action_id, action.action_ts, action.value ?? '');
      const answer = await answered(take({ id, operation, of, user: body.user.id }), ack);
      if (answer.kind === 'refused' || answer.kind === 'kept') {
        await respond({ response_type: 'ephemeral', replace_original: false, text: answer.text });
      }
    });
  }

  app.view('gradus.why', async ({ ack, body, view }) => {
    const of = readCarried(view.private_metadata);
    const why = view.state.values['why']?.['why']?.value?.trim() ?? '';
    if (of === null) return ack();
    if (why === '') return ack({ response_action: 'errors', errors: { why: 'Say why, in a word or two.' } });
    const answer = await take({
      id: idOf('view', body.user.id, view.id),
      operation: 'reject',
      of,
      user: body.user.id,
      why,
    });
    if (answer.kind === 'refused') return ack({ response_action: 'errors', errors: { why: answer.text } });
    return ack();
  });

  app.error(async ({ original, message }) =>
    say(`a request of Slack was not answered: ${original?.message ?? message}`),
  );

  /** What could not be brought to its release is kept, and the person is told so. */
  async function take(press: Press): Promise<Answer> {
    try {
      return await pressing.take(press);
    } catch (error) {
      say(`a press could not be obeyed yet: ${error instanceof Error ? error.message : String(error)}`);
      return {
        kind: 'kept',
        text: 'Gradus cannot be reached at the moment. If nothing changes here within a minute, press again.',
      };
    }
  }

  if (receiver instanceof HTTPReceiver) await receiver.start({ port, host });
  else await app.start();
  return { client: app.client, stop: () => app.stop() };
}

/** Slack is answered when the press was obeyed, or before it hangs up. */
async function answered(work: Promise<Answer>, ack: () => Promise<void>): Promise<Answer> {
  await Promise.race([work, sleep(answerWithinMs)]);
  await ack();
  return work;
}

function idOf(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** Warnings and errors of the framework, in our log. */
function quiet(say: (line: string) => void) {
  const silent = (): void => undefined;
  const line = (...words: unknown[]): void => say(words.map(String).join(' '));
  return {
    debug: silent,
    info: silent,
    warn: line,
    error: line,
    setLevel: silent,
    getLevel: () => LogLevel.WARN,
    setName: silent,
  };
}
