/** The gateway: what applications call for predictions and feedback. It goes on serving when all else is down. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { assign } from '../domain/assignment.ts';
import { GradusError } from '../domain/errors.ts';
import { asLesson, redact } from '../domain/redact.ts';
import type { Models, Observations, Routes } from '../domain/ports.ts';
import { digestOfText, readAnswerId, type AnswerClaims } from './answer-id.ts';
import { createAnswering } from './answering.ts';
import { createFollower } from './follower.ts';
import { lockFolder } from './folder-lock.ts';
import { createHttp, type Handlers } from './http.ts';
import { openJournal } from './journal.ts';
import { createMetrics } from './metrics.ts';
import type { FeedbackRequest } from './requests.ts';
import { createServing, inUse, routesOf } from './serving.ts';
import { startShipper } from './shipper.ts';
import { openStops } from './stops.ts';
import { hashUser } from './user-hash.ts';

export interface GatewayOptions {
  /** Who this gateway is to the store; the same after a restart. */
  name: string;
  routes: Routes;
  observations: Observations;
  models: Models;
  /** This gateway's own: its journal, the last routes, stops. No two gateways may share one. */
  dataFolder: string;
  /** Signs the ids of answers; all gateways of an installation have the same. */
  secret: Buffer;
  /** Hashes the ids of users; all gateways of an installation have the same. */
  userKey: Buffer;
  /** How long the gateway counts as live after its last sign of life. */
  leaseMs?: number;
  /** How often the store is asked for changes that nobody told of. */
  pollMs?: number;
  /** A version that takes longer to answer has failed, and stable answers. */
  answerWithinMs?: number;
  /** Whoever sends it may pull the stop switch; left out: whoever is on this machine. */
  adminToken?: string | null;
  logger?: Pick<Console, 'info' | 'error'>;
}

export interface ListenOptions {
  host?: string;
  /** 0: any free one. */
  port: number;
  /** Where users reach the gateway, when that is not where it listens. */
  url?: string | null;
}

export interface Gateway {
  /** Serves; resolves with the URL when requests are answered. */
  listen(options: ListenOptions): Promise<string>;
  /** Answers what it has begun, moves what it can to the store, and says goodbye. */
  close(): Promise<void>;
}

/** What is left after this stays in the journal for the next run. */
const drainWithinMs = 3_000;

/** Resolves when there are routes to serve, or nobody to ask for them. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { name, routes, observations, models, dataFolder, secret, userKey } = options;
  const { leaseMs = 5_000, pollMs = 250, answerWithinMs = 5_000, adminToken = null, logger = console } = options;
  const say = (message: string): void => logger.info(`gateway: ${message}`);
  const problem = (message: string, error: unknown): void => logger.error(`gateway: ${message}:`, error);

  const unlock = await lockFolder(dataFolder);
  const journal = await openJournal(path.join(dataFolder, 'journal'), problem);
  const shipper = await startShipper(journal, observations, problem);
  const stops = await openStops(dataFolder);
  const serving = createServing(models, stops);
  const follower = createFollower({ name, routes, serving, stops, dataFolder, leaseMs, pollMs, say });
  const metrics = createMetrics();

  async function feedback(said: FeedbackRequest): Promise<string> {
    const { textDigest, ...claims } = readAnswerId(secret, said.id);
    const { id: answerId } = claims;
    // The same words of the same answer are the same feedback, however often a client that heard nothing sends them.
    const own = said.feedbackId ?? digest([said.satisfaction, said.comment, said.label]);
    const kept = {
      ...claims,
      id: `${answerId}/${own}`,
      answerId,
      at: new Date().toISOString(),
      satisfaction: said.satisfaction ?? null,
      // Whoever wrote nothing has not commented.
      comment: said.comment === undefined || said.comment.trim() === '' ? null : redact(said.comment),
      correctLabel: said.label ?? null,
      text: said.text === undefined ? null : lessonText(said.text, textDigest),
    };
    try {
      await journal.keep({ feedback: kept });
    } catch (cause) {
      throw new GradusError('INTERNAL', 'The feedback could not be written down. Send it again later.', { cause });
    }
    metrics.saidSomething();
    return own;
  }

  /** What is kept of a text that was answered wrongly; throws where it is another one than was answered. */
  function lessonText(text: string, answered: AnswerClaims['textDigest']): string {
    if (answered === digestOfText(secret, text)) return asLesson(text);
    const message =
      'The text is not the one that this answer was given to: send it exactly as it was sent, or leave it out.';
    throw new GradusError('REQUEST_INVALID', message, { problems: ['text: not the one that was answered'] });
  }

  const handlers: Handlers = {
    predict: createAnswering({
      serving,
      secret,
      userKey,
      answerWithinMs,
      problem,
      note(answer) {
        journal.note({ answer });
        metrics.answered(answer);
      },
    }),
    feedback,
    assignments(model, user) {
      const table = inUse(serving.table());
      const own = routesOf(table, model);
      if (own.length === 0) throw new GradusError('MODEL_UNKNOWN', `There is no model "${model}" here.`);
      return {
        revision: table.revision,
        assignments: Object.fromEntries(own.map((route) => [route.capability, assign(route, user)])),
      };
    },
    userKeys: (ids) => Object.fromEntries(ids.map((id) => [id, hashUser(userKey, id)])),
    routes() {
      const table = serving.table();
      return { revision: table?.revision ?? null, routes: [...(table?.routes.values() ?? [])], stops: stops.all() };
    },
    async stop({ model, by, why }) {
      const table = inUse(serving.table());
      const own = routesOf(table, model);
      if (own.length === 0) throw new GradusError('MODEL_UNKNOWN', `There is no model "${model}" here.`);
      const stop = { model, by, why, at: new Date().toISOString() };
      const pulled = stops.pull(stop, own);
      serving.refresh();
      say(`${by} stopped ${model}: ${why}`);
      await pulled;
      await serving.settled();
      follower.beat();
      return stop;
    },
    async resume({ model, by, why }) {
      await stops.lift(model);
      serving.refresh();
      say(`${by} resumed ${model}: ${why}`);
      follower.beat();
    },
    troubles() {
      const none = serving.table() === null ? ['no routes yet'] : [];
      const cannot = follower.problem();
      return cannot === null ? none : [...none, cannot];
    },
    metrics: () =>
      metrics.text([
        { name: 'gradus_routes_revision', help: 'Routes that are served.', value: serving.table()?.revision ?? 0 },
        { name: 'gradus_stops', help: 'Stop switches that hold.', value: stops.all().length },
        { name: 'gradus_journal_lost', help: 'Entries that could not be written.', value: journal.lost() },
        {
          name: 'gradus_journal_stuck_seconds',
          help: 'How long the store has taken nothing.',
          value: (Date.now() - (shipper.stuckSince()?.getTime() ?? Date.now())) / 1000,
        },
      ]),
  };
  const http = createHttp({ handlers, adminToken, problem });
  await follower.start();

  return {
    async listen({ host = '127.0.0.1', port, url = null }) {
      const listening = await http.listen({ host, port });
      follower.goLive(url ?? listening);
      return url ?? listening;
    },
    async close() {
      await http.close();
      await follower.stop();
      await shipper.drain(drainWithinMs);
      await shipper.close();
      await journal.close();
      await unlock();
    },
  };
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest().subarray(0, 16).toString('base64url');
}
