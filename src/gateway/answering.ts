/** Answers one request: by the version that the user is assigned, and by stable where a candidate fails. */
import { createHmac, randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { assign } from '../domain/assignment.ts';
import { GradusError } from '../domain/errors.ts';
import type { Answer } from '../domain/feedback.ts';
import type { Prediction } from '../domain/ports.ts';
import type { Arm, Route } from '../domain/route.ts';
import { digestOfText, signAnswerId } from './answer-id.ts';
import type { PredictRequest } from './requests.ts';
import { inUse, notReleased, routeOf, type Serving, type Table } from './serving.ts';

export interface Answered {
  id: string;
  label: string;
  confidence: number;
  /** Digest. */
  version: string;
  arm: Arm;
}

export interface AnsweringOptions {
  serving: Serving;
  secret: Buffer;
  userKey: Buffer;
  /** A version that takes longer has failed. */
  answerWithinMs: number;
  note(answer: Answer): void;
  problem(message: string, error: unknown): void;
}

export function createAnswering(options: AnsweringOptions): (request: PredictRequest) => Promise<Answered> {
  const { serving, secret, userKey, answerWithinMs, note, problem } = options;

  /** Asks one version, and writes down what came of it. */
  async function ask(
    table: Table,
    route: Route,
    version: string,
    arm: Arm,
    request: PredictRequest,
  ): Promise<Answered> {
    const started = performance.now();
    const record: Answer = {
      id: randomUUID(),
      at: new Date().toISOString(),
      model: route.model,
      capability: route.capability,
      version,
      arm,
      phase: route.phase,
      user: hashUser(userKey, request.user.id),
      label: null,
      confidence: null,
      latencyMs: 0,
      failed: true,
      tokens: null,
      unknown: null,
    };
    try {
      const answerer = table.answerers.get(version);
      if (answerer === undefined) {
        throw new GradusError('PREDICTION_FAILED', `Version ${version.slice(0, 12)} of ${route.model} is not loaded.`);
      }
      const answered = await within(answerWithinMs, answerer(route.capability, request.text));
      const { label, confidence, read = { tokens: null, unknown: null } } = answered;
      note({ ...record, ...read, label, confidence, failed: false, latencyMs: performance.now() - started });
      const claims = { ...record, label, textDigest: digestOfText(secret, request.text) };
      return { id: signAnswerId(secret, claims), label, confidence, version, arm };
    } catch (error) {
      note({ ...record, latencyMs: performance.now() - started });
      throw error;
    }
  }

  async function answer(table: Table, request: PredictRequest): Promise<Answered> {
    const route = routeOf(table, request.model, request.capability);
    const { version, arm } = assign(route, request.user);
    if (version === null) throw notReleased(route, request.user);
    try {
      return await ask(table, route, version, arm, request);
    } catch (error) {
      problem(`Version ${version.slice(0, 12)} failed to answer for ${route.capability} of ${route.model}`, error);
      const { stable } = route;
      if (stable === null || stable === version) throw failed(route, version, error);
      // It counts for neither side: the user did not get what they were drawn for.
      const fallback = { ...route, phase: '' };
      return ask(table, fallback, stable, 'stable', request).catch((cause: unknown) => {
        throw failed(route, stable, cause);
      });
    }
  }

  return async (request) => {
    const table = inUse(serving.table());
    table.inFlight += 1;
    try {
      return await answer(table, request);
    } finally {
      table.inFlight -= 1;
    }
  };
}

/** Who a user is in all that is written: the same for the same id, and nothing that the id could be found from without the key. */
function hashUser(userKey: Buffer, id: string): string {
  return createHmac('sha256', userKey).update(id).digest().subarray(0, 16).toString('base64url');
}

function failed({ model, capability }: Route, version: string, cause: unknown): GradusError {
  const message = `Version ${version.slice(0, 12)} of ${model} could not answer for ${capability}. Try again; the gateway's log says why.`;
  return new GradusError('PREDICTION_FAILED', message, { cause });
}

async function within(ms: number, prediction: Promise<Prediction>): Promise<Prediction> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([prediction, late]);
  } finally {
    clearTimeout(timer);
  }
}
