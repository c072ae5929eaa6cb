/** The HTTP face of the gateway: which URL does what, and how an error is told. */
import { timingSafeEqual } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { GradusError } from '../domain/errors.ts';
import type { Stop } from '../domain/ports.ts';
import type { Assignment, Route, User } from '../domain/route.ts';
import { toldOf } from '../domain/told.ts';
import type { Answered } from './answering.ts';
import { readAssignments, readFeedback, readPredict, readStop, readUserKeys } from './requests.ts';
import type { FeedbackRequest, PredictRequest, StopRequest } from './requests.ts';

/** What the URLs call. */
export interface Handlers {
  predict(request: PredictRequest): Promise<Answered>;
  /** Resolves with the feedback's id when it is durably written. */
  feedback(request: FeedbackRequest): Promise<string>;
  assignments(model: string, user: User): { revision: number; assignments: Record<string, Assignment> };
  /** How users are called in all that is written. */
  userKeys(ids: string[]): Record<string, string>;
  routes(): { revision: number | null; routes: Route[]; stops: Stop[] };
  stop(request: StopRequest): Promise<Stop>;
  resume(request: StopRequest): Promise<void>;
  /** Why requests would not be served well; empty when they are. */
  troubles(): string[];
  metrics(): string;
}

export interface HttpOptions {
  handlers: Handlers;
  /** Who may pull the stop switch and ask for the keys of users: whoever sends this token; null: whoever is on this machine. */
  adminToken: string | null;
  problem(message: string, error: unknown): void;
}

const bodyLimit = 1024 * 1024;

export function createHttp({ handlers, adminToken, problem }: HttpOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit,
    routerOptions: { maxParamLength: 1_000 },
    // Addresses that it cannot read.
    frameworkErrors: (error, request, reply) => void answer(error, request, reply),
  });

  const answer = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const told = toldOf(error, 'gateway');
    if (told.status >= 500) problem(`${request.method} ${request.url.split('?')[0] ?? ''}`, error);
    return reply.code(told.status).send({ code: told.code, message: told.message, problems: told.problems });
  };
  app.setErrorHandler(answer);
  app.setNotFoundHandler((request) => {
    throw new GradusError('NOT_FOUND', `There is nothing at ${request.method} ${request.url.split('?')[0] ?? ''}.`);
  });

  app.post('/v1/predict', (request) => handlers.predict(readPredict(request.body)));
  app.post('/v1/feedback', (request, reply) =>
    handlers.feedback(readFeedback(request.body)).then((feedbackId) => reply.code(202).send({ feedbackId })),
  );
  app.get('/v1/assignments', (request) => {
    const { model, user } = readAssignments(request.query);
    return { model, user: user.id, ...handlers.assignments(model, user) };
  });
  app.get('/v1/routes', () => handlers.routes());

  app.post('/v1/stop', (request) => {
    isAdmin(request, adminToken);
    return handlers.stop(readStop(request.body)).then((stopped) => ({ stopped }));
  });
  app.post('/v1/resume', (request) => {
    isAdmin(request, adminToken);
    const resume = readStop(request.body);
    return handlers.resume(resume).then(() => ({ resumed: resume.model }));
  });

  app.post('/v1/user-keys', (request) => {
    isAdmin(request, adminToken);
    return { keys: handlers.userKeys(readUserKeys(request.body)) };
  });

  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', (_, reply) => {
    const troubles = handlers.troubles();
    return reply.code(troubles.length === 0 ? 200 : 503).send({ ready: troubles.length === 0, troubles });
  });
  app.get('/metrics', (_, reply) => reply.type('text/plain; version=0.0.4').send(handlers.metrics()));
  return app;
}

const loopback = /^(127\.|::1$|::ffff:127\.)/;

function isAdmin(request: FastifyRequest, adminToken: string | null): void {
  if (adminToken === null) {
    if (loopback.test(request.ip)) return;
    throw new GradusError('NOT_ALLOWED', 'Without GRADUS_ADMIN_TOKEN this is for the machine of the gateway alone.');
  }
  const given = Buffer.from(request.headers.authorization ?? '');
  const right = Buffer.from(`Bearer ${adminToken}`);
  if (given.length === right.length && timingSafeEqual(given, right)) return;
  throw new GradusError(
    'NOT_ALLOWED',
    'This asks for the token of GRADUS_ADMIN_TOKEN: send `Authorization: Bearer …`.',
  );
}
