/** Simulated users: they send mails to the gateway over HTTP, rate what they get by the true label, and correct some of it. */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { z } from 'zod';
import type { Example } from '../datasets/dataset.ts';
import { createRandom } from '../model/random.ts';
import { crowdOf } from './crowd.ts';
import { patientPost, type PatientPost } from './patient-post.ts';
import { stickiness } from './stickiness.ts';

export interface SimulatedUsersOptions {
  /** URL of the gateway. */
  gateway: string;
  model: string;
  /** What the versions have not seen. */
  examples: readonly Example[];
  capabilities: readonly string[];
  /** How many different users there are. */
  users: number;
  /** Requests for predictions a second, at the most. */
  perSecond: number | (() => number);
  /** Groups that a few of the users are in. */
  testers: readonly string[];
  seed: number;
  /** Ends it; what is under way is finished first. */
  signal: AbortSignal;
  /** Capabilities that are asked for more often just now, so that a short release gets enough to decide on. */
  focus?: () => readonly string[];
  /** Called every second. */
  onStats?: (stats: SimulatedUsersStats) => void;
}

export interface SimulatedUsersStats {
  /** Requests for a prediction, each counted once however often it was tried. */
  sent: number;
  answered: number;
  /** Not answered in the end, other than for the capability not being released. */
  failed: number;
  /** Refused because the capability is not released to the user yet. */
  notReleased: number;
  /** Tries again because the gateway was away, of predictions and of feedback. */
  retried: number;
  /** Feedback that the gateway acknowledged. */
  rated: number;
  /** Feedback that was never acknowledged. */
  unacknowledged: number;
  corrected: number;
  commented: number;
  /** Answers by version (digest). */
  byVersion: Record<string, number>;
  /** Different users who asked for anything, and those who ever got each version. */
  users: number;
  exposedUsers: Record<string, number>;
  /** Users who were taken back from a version that others still got: 0 is right. */
  flips: number;
}

const answerSchema = z.object({ id: z.string(), label: z.string(), version: z.string(), arm: z.string() });
const problemSchema = z.object({ code: z.string() });

/** What people do: how many rate, are mistaken, correct, and comment. */
const ratingShare = 0.9;
const slipShare = 0.02;
const correctionShare = 0.3;
const commentShare = 0.01;
const connections = 24;
const tickMs = 25;
const awayMs = 120_000;
/** How long a capability that is not released is left alone. */
const restMs = 1000;
const finishWithinMs = 3000;

export async function simulateUsers(options: SimulatedUsersOptions): Promise<SimulatedUsersStats> {
  const { signal, users, perSecond } = options;
  const pace = typeof perSecond === 'function' ? perSecond : () => perSecond;
  const random = createRandom(options.seed);
  const client = patientPost(options.gateway, { connections, awayMs });
  const crowd = crowdOf(options, random);
  const sticky = stickiness();
  const counts = zeroCounts();
  const byVersion: Record<string, number> = {};
  const seen = new Set<string>();
  const restingUntil = new Map<string, number>();
  const finishing = new AbortController();
  setMaxListeners(connections + 1, finishing.signal);
  const underWay = new Set<Promise<void>>();
  const stats = (): SimulatedUsersStats => ({
    ...counts,
    byVersion: { ...byVersion },
    users: seen.size,
    exposedUsers: sticky.users(),
    flips: sticky.flips(),
  });

  async function visit(): Promise<void> {
    const visitor = crowd.next();
    const capability = crowd.capability((name) => (restingUntil.get(name) ?? 0) <= Date.now());
    const example = capability === null ? null : crowd.example(capability);
    if (capability === null || example === null) return;
    counts.sent += 1;
    const body = { model: options.model, capability, user: visitor, text: example.text };
    const reply = await client.post('/v1/predict', body, finishing.signal).catch(() => null);
    counts.retried += reply?.retries ?? 0;
    const answer = reply?.status === 200 ? answerSchema.safeParse(reply.body) : null;
    if (reply === null || answer?.success !== true) {
      const problem = problemSchema.safeParse(reply?.body);
      if (problem.success && ['CAPABILITY_NOT_RELEASED', 'MODEL_UNKNOWN'].includes(problem.data.code)) {
        counts.notReleased += 1;
        restingUntil.set(capability, Date.now() + restMs);
      } else counts.failed += 1;
      return;
    }
    const { id, label, version, arm } = answer.data;
    counts.answered += 1;
    seen.add(visitor.id);
    byVersion[version] = (byVersion[version] ?? 0) + 1;
    sticky.note({ user: visitor.id, capability, version, arm, sentAt: reply.sentAt, answeredAt: Date.now() });
    const truth = example.labels[capability];
    if (truth !== undefined && random() < ratingShare) await rate(client, id, label, truth, example.text);
  }

  async function rate(to: PatientPost, id: string, label: string, truth: string, text: string): Promise<void> {
    const right = (label === truth) !== random() < slipShare;
    const corrects = random() < correctionShare;
    const comments = random() < commentShare;
    const feedback = {
      id,
      // The same for every try, so that it counts once.
      feedbackId: randomUUID(),
      satisfaction: right ? 1 : 0,
      ...(corrects ? { label: truth, text } : {}),
      ...(comments ? { comment: right ? 'this is right' : `this is ${truth}, not ${label}` } : {}),
    };
    const reply = await to.post('/v1/feedback', feedback, finishing.signal).catch(() => null);
    counts.retried += reply?.retries ?? 0;
    if (reply === null || reply.status >= 300) {
      counts.unacknowledged += 1;
      return;
    }
    counts.rated += 1;
    if (corrects) counts.corrected += 1;
    if (comments) counts.commented += 1;
  }

  const reporting = setInterval(() => options.onStats?.(stats()), 1000);
  try {
    await paced(pace, signal, () => {
      // No more at once than there are connections: a gateway that is slow or away is not buried under what piles up.
      if (underWay.size >= Math.min(connections, users)) return;
      const one = visit().finally(() => underWay.delete(one));
      underWay.add(one);
    });
    const late = setTimeout(() => finishing.abort(), finishWithinMs);
    await Promise.all(underWay);
    clearTimeout(late);
    return stats();
  } finally {
    clearInterval(reporting);
    client.close();
  }
}

/** Calls `act` as often a second as `pace` says until `signal` ends it; time that was missed is not made up for. */
async function paced(pace: () => number, signal: AbortSignal, act: () => void): Promise<void> {
  let last = Date.now();
  let due = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const now = Date.now();
      const perSecond = pace();
      due = Math.min(due + ((now - last) * perSecond) / 1000, Math.max(1, (4 * tickMs * perSecond) / 1000));
      last = now;
      for (; due >= 1; due -= 1) act();
    }, tickMs);
    const end = (): void => {
      clearInterval(timer);
      resolve();
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

function zeroCounts() {
  return {
    sent: 0,
    answered: 0,
    failed: 0,
    notReleased: 0,
    retried: 0,
    rated: 0,
    unacknowledged: 0,
    corrected: 0,
    commented: 0,
  };
}
