/** The app in Slack: takes presses, commands and views, each checked by Slack's own framework before it arrives here. */
import { createHash } from 'node:crypto';
import { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { App, LogLevel, webApi, type BlockAction, type ButtonAction } from '@slack/bolt';
import { operations } from '../domain/approval.ts';
import { actionId, noteView, readCarried, stopActionId, stopKinds, whyView } from './buttons.ts';
import { plain } from './commands.ts';
import type { PeopleInSlack } from './people.ts';
import type { Answer, createPressing, Press, StopPress } from './presses.ts';
import { receiverOf } from './receiver.ts';
import { takeSurveys, type SurveyAnswers } from './survey-answers.ts';

export interface SlackAppOptions {
  botToken: string;
  by: { kind: 'socket'; appToken: string } | { kind: 'http'; signingSecret: string };
  host: string;
  port: number;
  /** Null: Slack's own. */
  apiUrl: string | null;
  pressing: Pick<ReturnType<typeof createPressing>, 'take'>;
  /** What one person sees, and what their commands are answered with. */
  people: PeopleInSlack;
  /** What is said to surveys. */
  surveys: SurveyAnswers;
  /** The question of an open request, to be shown again where somebody rejects it. */
  questionOf: (release: string, request: string | undefined) => Promise<string>;
  say: (line: string) => void;
}

/** Slack hangs up after three seconds. */
const answerWithinMs = 2_300;
/** Between two tries to connect. */
const longestWaitMs = 10_000;
/** Slack's own requests are far smaller. */
const mostBytes = 256 * 1024;

export async function startSlackApp(options: SlackAppOptions) {
  const { botToken, by, host, port, apiUrl, pressing, people, surveys, questionOf, say } = options;
  const logger = quiet(say);
  const receiver =
    by.kind === 'http'
      ? { receiver: receiverOf({ signingSecret: by.signingSecret, bodyLimit: mostBytes, logger }, say) }
      : { socketMode: true, appToken: by.appToken };
  const clientOptions = {
    ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
    // What fails is tried again from the outbox, which knows what was posted already.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 10_000,
    // Who calls it says what failed, once.
    logger: quiet(() => undefined),
  };
  const app = new App({
    ...receiver,
    // Nothing is asked of Slack before a request is taken, so that one is taken also while Slack's API is away.
    authorize: async () => ({ botToken }),
    logger,
    clientOptions,
  });

  for (const operation of operations) {
    app.action<BlockAction<ButtonAction>>(actionId(operation), async ({ ack, action, body, client, respond }) => {
      const of = readCarried(action.value);
      if (of === null) return ack();
      if (operation === 'reject') {
        await ack();
        // Nobody is asked why who may not.
        const refused = await people.whyNotDecide(body.user.id);
        if (refused !== null) {
          await respond({ response_type: 'ephemeral', replace_original: false, text: refused });
          return;
        }
        const question = await questionOf(of.release, of.request);
        await client.views.open({ trigger_id: body.trigger_id, view: whyView(of, question) });
        return;
      }
      const id = idOf('action', body.user.id, action.action_id, action.action_ts, action.value ?? '');
      const answer = await answered(take({ id, operation, of, user: body.user.id }), ack);
      const isAtHome = body.view?.type === 'home';
      if (answer.kind === 'refused' || answer.kind === 'kept') {
        // A home has no channel in which somebody could be told something.
        if (isAtHome) await client.views.open({ trigger_id: body.trigger_id, view: noteView(answer.text) });
        else await respond({ response_type: 'ephemeral', replace_original: false, text: answer.text });
      }
      if (isAtHome) await client.views.publish({ user_id: body.user.id, view: await people.homeOf(body.user.id) });
    });
  }

  takeSurveys(app, surveys);

  for (const stop of stopKinds) {
    app.action<BlockAction<ButtonAction>>(stopActionId(stop), async ({ ack, action, body, client, respond }) => {
      const why = action.value?.trim() ?? '';
      const id = idOf('stop', body.user.id, action.action_id, action.action_ts, why);
      const answer = await answered(take({ id, stop, user: body.user.id, why }), ack);
      const isAtHome = body.view?.type === 'home';
      const text = answer.kind === 'repeated' ? 'That was done already.' : answer.text;
      if (!isAtHome) await respond({ response_type: 'ephemeral', replace_original: true, text });
      else if (answer.kind !== 'done') {
        await client.views.open({ trigger_id: body.trigger_id, view: noteView(text) });
      }
      if (isAtHome) await client.views.publish({ user_id: body.user.id, view: await people.homeOf(body.user.id) });
    });
  }

  app.event('app_home_opened', async ({ event, client }) => {
    if (event.tab !== 'home') return;
    await client.views.publish({ user_id: event.user, view: await people.homeOf(event.user) });
  });

  app.command('/gradus', async ({ ack, command }) => {
    const { user_id: user, trigger_id: trigger, text } = command;
    const said = await Promise.race([
      people.answer(user, text, (press) => take({ ...press, id: idOf('command', user, trigger), user })),
      sleep(answerWithinMs, plain('That takes longer than usual. Look again in a moment.')),
    ]);
    await ack({ response_type: 'ephemeral', text: said.text, blocks: said.blocks });
  });

  app.view('gradus.why', async ({ ack, body, view }) => {
    const of = readCarried(view.private_metadata);
    const why = view.state.values['why']?.['why']?.value?.trim() ?? '';
    if (of === null) return ack();
    if (why === '') return ack({ response_action: 'errors', errors: { why: 'Say why, in a word or two.' } });
    const answer = await take({
      id: idOf('view', body.user.id, view.id, why),
      operation: 'reject',
      of,
      user: body.user.id,
      why,
    });
    const problem =
      answer.kind === 'refused' ? answer.text : answer.kind === 'repeated' ? 'That was sent already.' : null;
    return problem === null ? ack() : ack({ response_action: 'errors', errors: { why: problem } });
  });

  app.error(async ({ original, message }) =>
    say(`a request of Slack was not answered: ${original?.message ?? message}`),
  );

  /** What could not be brought to its release is kept, and the person is told so. */
  async function take(press: Press | StopPress): Promise<Answer> {
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

  const { url, stop } = by.kind === 'http' ? await listen() : connect();

  async function listen() {
    const server = await app.start({ port, host });
    const address = server instanceof Server ? server.address() : null;
    const own = typeof address === 'object' && address !== null ? address.port : port;
    return { url: `http://${host}:${own}/slack/events`, stop: async () => void (await app.stop()) };
  }

  /** Goes on by itself until Slack is there. */
  function connect() {
    const ending = new AbortController();
    const connecting = (async (): Promise<boolean> => {
      for (let waitMs = 500; !ending.signal.aborted; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
        try {
          await app.start();
          return true;
        } catch (error) {
          say(`no connection to Slack yet: ${error instanceof Error ? error.message : String(error)}`);
          await sleep(waitMs, undefined, { signal: ending.signal }).catch(() => undefined);
        }
      }
      return false;
    })();
    const stop = async (): Promise<void> => {
      ending.abort();
      if (await connecting) await app.stop();
    };
    return { url: null, stop };
  }

  return {
    /** For what is said without being asked. */
    client: new webApi.WebClient(botToken, clientOptions),
    /** Where Slack's requests are taken; null in Socket Mode. */
    url,
    stop,
  };
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
