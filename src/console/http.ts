/** The HTTP face for people and their tools: releases, what waits for whom, and every operation, by the same rules as elsewhere. */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { isFor, operations, type Operation, type PersonSays } from '../domain/approval.ts';
import type { Delegations } from '../domain/delegation.ts';
import { GradusError } from '../domain/errors.ts';
import { noteRefusal, type Deed } from '../domain/on-record.ts';
import { standsFor } from '../domain/permission.ts';
import { refusal, type Policy } from '../domain/policy.ts';
import type { Audit, Policies, Releases } from '../domain/ports.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { howEnded } from '../domain/report-words.ts';
import { toldOf } from '../domain/told.ts';
import { readSays } from './says.ts';
import type { Caller } from './tokens.ts';
import { readWhich } from './which-releases.ts';

export interface ConsoleOptions {
  callerOf(header: string | undefined, policy: Policy): Promise<Caller>;
  policies: Policies;
  releases: Pick<Releases, 'find' | 'list'>;
  delegations: Pick<Delegations, 'list'>;
  /** Where it is written down that somebody was refused. */
  audit: Pick<Audit, 'append'>;
  /** Brings a message to a release; its answer. */
  send(release: string, operation: Operation, says: PersonSays): Promise<string>;
  /** Ends a release whose workflow is gone, with a sentence; null where the records know no such release under way. */
  endAbandoned(release: string, says: PersonSays): Promise<string | null>;
  problem(message: string, error: unknown): void;
}

const bodyLimit = 64 * 1024;
/** What is away is mostly back by then. */
const retryAfterSeconds = 5;
/** What somebody without a role of their own may do as long as they stand in for an approver. */
const ofStandIns: readonly string[] = ['view', 'approve', 'reject', 'hold', 'moreTime'];

export function createConsole(options: ConsoleOptions): FastifyInstance {
  const { callerOf, policies, releases, delegations, audit, send, endAbandoned, problem } = options;
  /** Errors after which nobody knows whether the release got what was sent to it. */
  const unsure = new WeakSet<object>();
  const app = Fastify({
    bodyLimit,
    routerOptions: { maxParamLength: 1_000 },
    // Addresses that it cannot read.
    frameworkErrors: (error, request, reply) => void answer(error, request, reply),
  });

  const answer = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const told = toldOf(error, 'console');
    if (told.status >= 500) problem(`${request.method} ${request.url.split('?')[0] ?? ''}`, error);
    if (told.status === 401) reply.header('www-authenticate', 'Bearer');
    if (told.status === 503) reply.header('retry-after', String(retryAfterSeconds));
    const { code, message, problems } = told;
    const sent = told.status < 500 || request.method !== 'POST' ? {} : { mayHaveArrived: unsure.has(Object(error)) };
    return reply.code(told.status).send({ code, message, problems, ...sent });
  };
  app.setErrorHandler(answer);
  app.setNotFoundHandler((request) => {
    throw new GradusError('NOT_FOUND', `There is nothing at ${request.method} ${request.url.split('?')[0] ?? ''}.`);
  });
  app.removeContentTypeParser('text/plain');
  // A request without a body says nothing more, whatever type it claims.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) => {
    if (body === '') return done(null, null);
    try {
      done(null, JSON.parse(String(body)));
    } catch {
      done(new GradusError('REQUEST_INVALID', 'The body is not JSON.'));
    }
  });

  /** Who calls, and what they may do: by the policy, by their token, and by whom they stand in for. */
  async function signedIn(request: FastifyRequest, operation: Operation | 'view', release: string | null = null) {
    const policy = await policies.current();
    const caller = await callerOf(request.headers.authorization, policy);
    const { name, roles } = caller;
    const refused = refusal(policy, name, operation, roles, { openToAll: false });
    const givers = await standsFor(policies, delegations, name, Date.now(), { openToAll: false });
    if (refused !== null && !(givers.length > 0 && ofStandIns.includes(operation))) {
      const error = new GradusError('NOT_ALLOWED', `${refused}.`);
      if (release !== null) await noteRefusal(audit, deedOf(release, operation, name), error);
      throw error;
    }
    return { ...caller, givers, mayApprove: refusal(policy, name, 'approve', roles, { openToAll: false }) === null };
  }

  async function needed(id: string): Promise<ReleaseReport> {
    const found = await releases.find(id);
    if (found !== null) return found;
    throw new GradusError('RELEASE_UNKNOWN', `There is no release "${id}". See GET /v1/releases.`);
  }

  /** `next` is the `before` of the next page; null on the last one. */
  async function list(request: FastifyRequest): Promise<{ releases: ReleaseReport[]; next: string | null }> {
    await signedIn(request, 'view');
    const which = readWhich(request.query);
    const found = await releases.list({ ...which, most: which.most + 1 });
    const page = found.slice(0, which.most);
    return { releases: page, next: found.length > page.length ? (page.at(-1)?.id ?? null) : null };
  }

  async function show(request: FastifyRequest, id: string): Promise<ReleaseReport> {
    await signedIn(request, 'view');
    return needed(id);
  }

  /** Requests that the caller may decide, also those that are theirs because they stand in for somebody. */
  async function waiting(request: FastifyRequest) {
    const { name, givers, mayApprove } = await signedIn(request, 'view');
    const mine = (await releases.list({ open: true })).flatMap(({ id, model, waiting }) =>
      waiting !== null && isFor(waiting, name, givers, mayApprove) ? [{ release: id, model, ...waiting }] : [],
    );
    return { waiting: mine };
  }

  async function operate(request: FastifyRequest, id: string, operation: Operation): Promise<{ said: string }> {
    const caller = await signedIn(request, operation, id);
    return obeyed(request, id, operation, caller).catch(async (error: unknown) => {
      await noteRefusal(audit, deedOf(id, operation, caller.name), error);
      throw error;
    });
  }

  async function obeyed(
    request: FastifyRequest,
    id: string,
    operation: Operation,
    caller: Caller,
  ): Promise<{ said: string }> {
    const says: PersonSays = { ...readSays(request.body), by: caller.name, via: 'http' };
    await needed(id);
    // The release asks for the role again when it obeys, and finds there what the token gave.
    await policies.signIn(caller.name, caller.roles, caller.until);
    try {
      return { said: await send(id, operation, says) };
    } catch (error) {
      if (error instanceof GradusError && error.code === 'RELEASE_UNKNOWN') {
        return { said: await afterItsEnd(id, operation, says) };
      }
      throw undelivered(error, id, says.id);
    }
  }

  /** Temporal knows no such workflow under way: it has just ended, or was terminated, and a roll back ends the release then. */
  async function afterItsEnd(id: string, operation: Operation, says: PersonSays): Promise<string> {
    const said = operation === 'rollback' ? await endAbandoned(id, says) : null;
    if (said !== null) return said;
    const report = await needed(id);
    if (report.endedAt !== null) throw new GradusError('MESSAGE_REFUSED', `${howEnded(report)}.`);
    const message = `The workflow of ${id} was ended from outside (terminated?), so it obeys nobody. Send rollback: it puts its users back on stable and ends it.`;
    throw new GradusError('MESSAGE_REFUSED', message);
  }

  /** What kept a message from being answered, with what the sender can do about it. */
  function undelivered(error: unknown, release: string, id: string | undefined): unknown {
    const { status, code } = toldOf(error, 'console');
    if (status < 500) return error;
    if (!(error instanceof GradusError) || status !== 503) {
      unsure.add(Object(error));
      return error;
    }
    const who = code === 'NOT_RUNNING' ? `${release} does not answer (does a worker run?)` : 'Temporal does not answer';
    const again =
      id === undefined
        ? 'before you send it again; with an id of your own in the body, sending again does nothing twice'
        : `or send it again with the same id, ${JSON.stringify(id)}: it is done once`;
    const told = new GradusError(
      error.code,
      `${who}, so the message may have arrived or not. See GET /v1/releases/${release}, ${again}.`,
      { cause: error },
    );
    unsure.add(told);
    return told;
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

function deedOf(subject: string, operation: string, by: string): Deed {
  return { subject, operation, did: operation, by, via: 'http' };
}
