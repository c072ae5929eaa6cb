/** The HTTP face for people and their tools: releases, what waits for whom, and every operation, by the same rules as elsewhere. */
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { objection, operations, type Operation, type PersonSays } from '../domain/approval.ts';
import { GradusError } from '../domain/errors.ts';
import { refusal, type Policy } from '../domain/policy.ts';
import type { Policies, Releases } from '../domain/ports.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { toldOf } from '../domain/told.ts';
import type { Caller } from './tokens.ts';

export interface ConsoleOptions {
  callerOf(header: string | undefined, policy: Policy): Promise<Caller>;
  policies: Policies;
  releases: Pick<Releases, 'find' | 'list'>;
  /** Brings a message to a release; its answer. */
  send(release: string, operation: Operation, says: PersonSays): Promise<string>;
  problem(message: string, error: unknown): void;
}

const bodyLimit = 64 * 1024;
const text = z.string().max(2_000);
const saysSchema = z
  .strictObject({
    why: text.optional(),
    request: text.optional(),
    evidence: text.optional(),
    id: text.optional(),
    emergency: z.literal(true).optional(),
  })
  .nullish();

export function createConsole(options: ConsoleOptions): FastifyInstance {
  const { callerOf, policies, releases, send, problem } = options;
  const app = Fastify({ bodyLimit, routerOptions: { maxParamLength: 1_000 } });

  app.setErrorHandler((error, request, reply) => {
    const told = toldOf(error, 'console');
    if (told.status >= 500) problem(`${request.method} ${request.url.split('?')[0] ?? ''}`, error);
    if (told.status === 401) reply.header('www-authenticate', 'Bearer');
    return reply.code(told.status).send({ code: told.code, message: told.message, problems: told.problems });
  });
  app.setNotFoundHandler((request) => {
    throw new GradusError('NOT_FOUND', `There is nothing at ${request.method} ${request.url.split('?')[0] ?? ''}.`);
  });
  // A request without a body says nothing more, whatever type it claims.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) => {
    if (body === '') return done(null, null);
    try {
      done(null, JSON.parse(String(body)));
    } catch {
      done(new GradusError('REQUEST_INVALID', 'The body is not JSON.'));
    }
  });

  /** Who calls, and what they may do: by the policy and by their token. */
  async function signedIn(request: FastifyRequest, operation: Operation | 'view'): Promise<Caller> {
    const policy = await policies.current();
    const caller = await callerOf(request.headers.authorization, policy);
    const refused = refusal(policy, caller.name, operation, caller.roles, { openToAll: false });
    if (refused !== null) throw new GradusError('NOT_ALLOWED', `${refused}.`);
    return caller;
  }

  async function needed(id: string): Promise<ReleaseReport> {
    const found = await releases.find(id);
    if (found !== null) return found;
    throw new GradusError('RELEASE_UNKNOWN', `There is no release "${id}". See GET /v1/releases.`);
  }

  async function list(request: FastifyRequest): Promise<{ releases: ReleaseReport[] }> {
    await signedIn(request, 'view');
    const query = z.object({ model: z.string().optional() }).safeParse(request.query);
    if (!query.success) throw new GradusError('REQUEST_INVALID', 'model has to be one name: ?model=mail-assistant');
    const { model } = query.data;
    return { releases: await releases.list(model) };
  }

  async function show(request: FastifyRequest, id: string): Promise<ReleaseReport> {
    await signedIn(request, 'view');
    return needed(id);
  }

  /** Requests that the caller may decide. */
  async function waiting(request: FastifyRequest) {
    const { name: by } = await signedIn(request, 'view');
    const open = (await releases.list()).filter((report) => report.endedAt === null && report.waiting !== null);
    const mine = open.filter((report) => objection(report, { by }, 'approve') === null);
    return { waiting: mine.map((report) => ({ release: report.id, model: report.model, ...report.waiting })) };
  }

  async function operate(request: FastifyRequest, id: string, operation: Operation): Promise<{ said: string }> {
    const caller = await signedIn(request, operation);
    const says = readSays(request.body);
    await needed(id);
    // The release asks for the role again when it obeys, and finds there what the token gave.
    await policies.signIn(caller.name, caller.roles, caller.until);
    return { said: await send(id, operation, { ...says, by: caller.name, via: 'http' }) };
  }

  app.get('/v1/releases', (request) => list(request));
  app.get<{ Params: { id: string } }>('/v1/releases/:id', (request) => show(request, request.params.id));
  app.get('/v1/waiting', (request) => waiting(request));
  for (const operation of operations) {
    app.post<{ Params: { id: string } }>(`/v1/releases/:id/${operation}`, (request) =>
      operate(request, request.params.id, operation),
    );
  }
  app.get('/healthz', () => ({ status: 'ok' }));
  return app;
}

/** Throws `REQUEST_INVALID` with every problem. */
function readSays(body: unknown): Omit<PersonSays, 'by' | 'via'> {
  const read = saysSchema.safeParse(body);
  if (read.success) {
    const { emergency, ...texts } = read.data ?? {};
    const entries = Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return { ...Object.fromEntries(entries), ...(emergency === undefined ? {} : { emergency }) };
  }
  const problems = read.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `${issue.keys.join(', ')}: there is no such field; who you are is in your token`
      : `${issue.path.map(String).join('.') || 'the body'}: ${issue.message}`,
  );
  throw new GradusError('REQUEST_INVALID', `The request cannot be read: ${problems.join('; ')}.`, { problems });
}
