/** Brings what somebody pressed in Slack to its release: once, under their own name, and with an answer that is true. */
import { z } from 'zod';
import { errorTable, GradusError } from '../domain/errors.ts';
import { note } from '../domain/on-record.ts';
import type { Presses } from '../domain/outbox.ts';
import { personInSlack } from '../domain/policy.ts';
import { refusalNow, type Permissions } from '../domain/permission.ts';
import type { Audit, Releases } from '../domain/ports.ts';
import { howEnded } from '../domain/report-words.ts';
import { operations, overText, type Operation, type PersonSays } from '../domain/approval.ts';
import { carried, type Carried } from './buttons.ts';
import { strangerText } from './rights.ts';

export interface Press {
  /** The same for the same press, however often its request arrives. */
  id: string;
  operation: Operation;
  of: Carried;
  /** Id of the person in Slack. */
  user: string;
  why?: string;
}

/** A press that is not about one release: stop all of them, or let them go on. */
export interface StopPress {
  id: string;
  stop: 'begin' | 'roll back' | 'end';
  user: string;
  why: string;
}

export interface PressPorts {
  policies: Permissions;
  /** Where it is written down that somebody was refused. */
  audit: Pick<Audit, 'append'>;
  /** Ends a release whose workflow is gone, with a sentence; null where the records know no such release under way. */
  endAbandoned(release: string, says: { by: string; why: string }): Promise<string | null>;
  /** Stops all releases, or ends that, and says what was done; throws `NOT_ALLOWED`. */
  stopping: (order: Omit<StopPress, 'user'> & { by: string }) => Promise<string>;
  presses: Presses;
  /** Where a release that has ended is looked up. */
  releases: Pick<Releases, 'find'>;
  /** Resolves when the release has obeyed; throws `MESSAGE_REFUSED`, `NOT_ALLOWED`, `RELEASE_UNKNOWN`, or anything where nobody answers in time. */
  send(release: string, operation: Operation, says: PersonSays): Promise<string>;
  /** Resolves when the message is kept for the release; throws `RELEASE_UNKNOWN` too. */
  leave(release: string, operation: Operation, says: PersonSays): Promise<void>;
}

/** `refused` and `kept` are for the eyes of the person who pressed. */
export type Answer = { kind: 'done' | 'refused' | 'kept'; text: string } | { kind: 'repeated' };

/** A press whose process ended this long ago is taken up by another. */
const leftMs = 10_000;

export function createPressing(ports: PressPorts) {
  /** Throws where neither the release nor Temporal can be reached. */
  async function obey(press: Press | StopPress): Promise<Answer> {
    const policy = await ports.policies.current();
    const by = personInSlack(policy, press.user);
    if (by === null) {
      const { user } = press;
      const what =
        'stop' in press
          ? { subject: 'stop-all', did: press.stop }
          : { subject: press.of.release, did: press.operation };
      await noted(what, `slack:${user}`, 'not in the policy');
      return { kind: 'refused', text: strangerText(policy, user) };
    }
    if ('stop' in press) return stopAs(by, press);
    const { id, operation, of, why } = press;
    const { release, ...seen } = of;
    const says = { by, via: 'slack', id, ...seen, ...(why === undefined ? {} : { why }) };
    try {
      return { kind: 'done', text: await ports.send(release, operation, says) };
    } catch (error) {
      if (isFinal(error)) return final(error, press, by);
    }
    try {
      await ports.leave(release, operation, says);
    } catch (error) {
      if (isFinal(error)) return final(error, press, by);
      throw error;
    }
    return {
      kind: 'kept',
      text: `${release} does not answer at the moment. What you pressed is kept, and will be obeyed.`,
    };
  }

  /** Refused, or there is no such release under way: one whose workflow was terminated is ended by a roll back. */
  async function final(error: GradusError, press: Press, by: string): Promise<Answer> {
    const { operation, of, why = 'pressed in Slack' } = press;
    if (error.code === 'RELEASE_UNKNOWN' && operation === 'rollback') {
      const refusal = await refusalNow(ports.policies, by, operation);
      if (refusal !== null) {
        await noted({ subject: of.release, did: operation }, by, refusal);
        return { kind: 'refused', text: `${refusal}.` };
      }
      const ended = await ports.endAbandoned(of.release, { by, why });
      if (ended !== null) return { kind: 'done', text: ended };
    }
    const text = await truth(error, press);
    await noted({ subject: of.release, did: operation }, by, text);
    return { kind: 'refused', text };
  }

  /** Writes down what was refused, where the store is there: whoever pressed is answered in any case. */
  function noted({ subject, did }: { subject: string; did: string }, by: string, why: string): Promise<void> {
    const entry = { subject, did: `${did} was refused`, by, why, via: 'slack' };
    return note(ports.audit, entry).catch(() => undefined);
  }

  async function stopAs(by: string, { id, stop, why }: StopPress): Promise<Answer> {
    try {
      return { kind: 'done', text: await ports.stopping({ id, stop, by, why }) };
    } catch (error) {
      if (error instanceof GradusError && errorTable[error.code].status < 500) {
        return { kind: 'refused', text: error.message };
      }
      throw error;
    }
  }

  /** What a release that is not under way any more came to, and before that what was pressed about. */
  async function truth(refused: GradusError, { of }: Press): Promise<string> {
    const report = refused.code === 'RELEASE_UNKNOWN' ? await ports.releases.find(of.release).catch(() => null) : null;
    if (report === null) return refused.message;
    const { endedAt, requests } = report;
    const over = requests.findLast(({ request }) => request.id === of.request);
    const how =
      endedAt === null
        ? `${of.release} is not carried on: its workflow was ended from outside (terminated?). Roll it back, or wait: a worker puts its users back within a minute`
        : howEnded(report);
    return [...(over === undefined ? [] : [overText(over)]), how].join('; ');
  }

  return {
    /** Takes a press once. Throws where it could not be brought to the release yet; it is tried again later. */
    async take(press: Press | StopPress): Promise<Answer> {
      if (!(await ports.presses.take(press.id, press))) return { kind: 'repeated' };
      const answer = await obey(press);
      await ports.presses.settle(press.id);
      return answer;
    },

    /** Takes up what was left: by a process that ended, or because nobody could be reached. */
    async takeUp(): Promise<void> {
      for (const { id, press } of await ports.presses.left(leftMs)) {
        const read = z.union([pressSchema, stopSchema]).safeParse(press);
        if (read.success) await obey(read.data);
        await ports.presses.settle(id);
      }
    },
  };
}

const final = ['MESSAGE_REFUSED', 'NOT_ALLOWED', 'RELEASE_UNKNOWN'];

function isFinal(error: unknown): error is GradusError {
  return error instanceof GradusError && final.includes(error.code);
}

const stopSchema = z.object({
  id: z.string(),
  stop: z.enum(['begin', 'roll back', 'end']),
  user: z.string(),
  why: z.string(),
});
const pressSchema = z.object({
  id: z.string(),
  operation: z.enum(operations),
  of: carried,
  user: z.string(),
  why: z.string().exactOptional(),
});
