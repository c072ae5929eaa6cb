/** The Slack process: releases speak in a channel, and people decide there. */
import { Client, Connection } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterStopText } from '../domain/after-stop.ts';
import { questionOf } from '../domain/request-words.ts';
import { GradusError } from '../domain/errors.ts';
import type { Config } from '../platform/config.ts';
import { endAbandoned } from '../platform/end-abandoned.ts';
import { listenOn } from '../platform/free-port.ts';
import { databaseOf, temporalOf } from '../platform/needs.ts';
import { runOwnProcess, whenAborted, type OwnProcess } from '../platform/own-process.ts';
import { leaveMessage, sendMessage } from '../platform/send-message.ts';
import { pageOfRelease } from '../platform/temporal-links.ts';
import { hashUser, keyPurposes } from '../gateway/user-hash.ts';
import { deriveKey, readSecret } from '../platform/secret.ts';
import { afterEnd, endStopAll, stopAll } from '../platform/stop-all.ts';
import { openStore, type Store } from '../store/store.ts';
import { startSlackApp } from './app.ts';
import { deliver } from './delivery.ts';
import { peopleInSlack } from './people.ts';
import { deliverPictures } from './pictures.ts';
import { createPressing, type StopPress } from './presses.ts';
import { surveyAnswers } from './survey-answers.ts';
import { tellStops } from './stops.ts';
import { askInSlack } from './survey-delivery.ts';

/** So long a release may take to answer before its message is left with Temporal. */
const answerWithinMs = 1_800;
/** What a press waits for the store. */
const storeWithinMs = 1_000;
const takeUpEveryMs = 5_000;

export function runSlack(config: Config): Promise<void> {
  return runOwnProcess('slack', (own) => work(config, own));
}

async function work(config: Config, { signal, ready }: OwnProcess): Promise<void> {
  if (config.slack === null) {
    throw new GradusError('SETTING_INVALID', 'Slack is not set up: see GRADUS_SLACK_* in docs/configuration.md.');
  }
  const { botToken, channel, by, host, port, apiUrl } = config.slack;
  const temporal = temporalOf(config);
  const connection = Connection.lazy(temporal.connection);
  const client = new Client({ connection, namespace: temporal.namespace });
  const store = await openStore(databaseOf(config), { wait: false, retryMs: storeWithinMs });
  const pressing = createPressing({
    ...store,
    endAbandoned: (release, says) => endAbandoned(store, release, says),
    stopping: ({ stop, ...order }) => stopping(store, stop, order),
    send: (release, operation, says) => sendMessage(client, release, operation, says, answerWithinMs),
    leave: (release, operation, says) => leaveMessage(client, release, operation, says),
  });
  const userKey = deriveKey(await readSecret(config), keyPurposes.users);
  const say = (line: string): void => console.log(`slack: ${line}`);
  const pageOf = (release: string): string | null => pageOfRelease(config, release);
  const options = {
    botToken,
    by,
    host,
    apiUrl,
    pressing,
    people: peopleInSlack({ ...store, pageOf }),
    surveys: surveyAnswers({ ...store, userOf: (name) => hashUser(userKey, name) }),
    async questionOf(release: string, request: string | undefined) {
      const report = await store.releases.find(release);
      const waiting = report?.waiting ?? null;
      return report === null || waiting === null || waiting.id !== request
        ? `${release}: this request is over by now`
        : `${release}: ${questionOf(report, waiting)}`;
    },
    say,
  };
  const start = (free: number) => startSlackApp({ ...options, port: free });
  const app = by.kind === 'socket' ? await start(0) : await listenOn(port, host, start);
  ready(app.url);
  const { outbox, releases, policies, delegations, stopAlls } = store;
  await Promise.all([
    deliver({ client: app.client, channel, outbox, releases, policies, delegations, pageOf, say }, signal),
    deliverPictures({ client: app.client, channel, outbox, releases, say }, signal),
    tellStops(
      { client: app.client, channel, outbox, releases, stopAlls, afterEnd: (ended) => afterEnd(store, ended), say },
      signal,
    ),
    askInSlack({ client: app.client, notices: store.notices, say }, signal),
    takeUp(pressing, signal, say),
    whenAborted(signal),
  ]);
  await app.stop();
  await store.close();
  await connection.close();
}

/** Releases are told by the worker: the record is what counts. */
async function stopping(
  store: Store,
  kind: StopPress['stop'],
  order: { id: string; by: string; why: string },
): Promise<string> {
  if (kind === 'end') {
    const ended = await endStopAll(store, { ...order, via: 'slack' });
    return `Ended: ${ended.map(({ number, by }) => `stop ${number} of ${by}`).join(', ')}. ${afterStopText(await afterEnd(store, ended))}`;
  }
  const before = await store.stopAlls.current();
  const { number } = await stopAll(store, { ...order, rollBack: kind === 'roll back', via: 'slack' });
  const users = kind === 'begin' ? '' : ' Users of every release go back to stable.';
  const already =
    before === null
      ? ''
      : `All releases are stopped already, by ${before.by} since ${before.at.slice(0, 16).replace('T', ' ')} UTC: ${before.why}. `;
  return `${already}Stop ${number} holds: nothing grows until somebody ends it (/gradus go-on WHY).${users}`;
}

async function takeUp(
  pressing: ReturnType<typeof createPressing>,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await pressing.takeUp();
    } catch (error) {
      say(`presses that were kept wait: ${error instanceof Error ? error.message : String(error)}`);
    }
    await sleep(takeUpEveryMs, undefined, { signal }).catch(() => undefined);
  }
}
