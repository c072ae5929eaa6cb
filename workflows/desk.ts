/** Where people's messages to a release arrive: checked, decided by the same rules for Update and Signal, and recorded. */
import { ApplicationFailure, CancellationScope, log, setDefaultSignalHandler, setHandler } from '@temporalio/workflow';
import {
  couldStandIn,
  operations,
  ownEmergency,
  readMessage,
  standingIn,
  type Operation,
  type PersonSays,
} from '../src/domain/approval.ts';
import { didYouMean, printable } from '../src/domain/words.ts';
import { has } from './changes.ts';
import { policy } from './activities.ts';
import { operationsOf } from './operations.ts';
import type { Progress } from './progress.ts';
import { openInbox } from './inbox.ts';
import { openHold } from './standing.ts';
import { openRequests } from './requests.ts';
import { standStillSignal } from './rollout-messages.ts';
import type { RolloutHandle } from './rollout-handle.ts';

export type Desk = ReturnType<typeof openDesk>;

/** What people said, by the id of their message, and what they were told: in the order in which it arrived. */
export type Said = [id: string, receipt: string][];

/** Signals that wait for their turn; a rollback may be behind twice as many. */
const mostWaiting = 250;
const tooMany = `${mostWaiting} messages were waiting before it, so nobody looked at it: send it again`;

/** Messages that are remembered, so that one which arrives twice is done once. */
const remembered = 200;

export function openDesk(
  progress: Progress,
  onRollback: (reason: string, isStaged: boolean) => void,
  before: Said = [],
) {
  const { report } = progress;
  const said = new Map(before);
  let current: RolloutHandle | null = null;

  const hold = openHold(progress, () => current);
  const requests = openRequests(progress, () => current, hold.look);
  const inbox = openInbox(requests, progress.updated);
  const doing = operationsOf({ progress, requests, current: () => current, hold, onRollback });

  /** Settles when the message before has been obeyed or refused. */
  let last: Promise<unknown> = Promise.resolve();

  /** Messages that are not yet obeyed or refused. */
  let waiting = 0;

  /** Receipts of messages that are being obeyed. */
  const obeying = new Map<string, Promise<string>>();

  /** Obeys a message once, however often it arrives, and answers the same each time. Throws where it is refused. */
  function obey(name: Operation, says: PersonSays): string | Promise<string> {
    const id = keyOf(name, says);
    if (id === null) return first(name, says);
    const known = said.get(id) ?? obeying.get(id);
    if (known !== undefined) return known;
    const other = operations.find((one) => said.has(keyOf(one, says) ?? '') || obeying.has(keyOf(one, says) ?? ''));
    if (other !== undefined && has('one id, one message')) {
      const problem = `id ${says.id} was that of another message of ${says.by}, to ${other}: give each message an id of its own`;
      refuse(says, problem, 'NOT_NOW');
    }
    const receipt = first(name, says)
      .then((text) => {
        said.set(id, text);
        for (const oldest of said.keys()) if (said.size > remembered) said.delete(oldest);
        return text;
      })
      .finally(() => obeying.delete(id));
    obeying.set(id, receipt);
    return receipt;
  }

  /** What was said first is done first: whether a message makes sense may depend on the one before. */
  function first(name: Operation, says: PersonSays): Promise<string> {
    const work = () => progress.first(() => tryTo(name, says));
    if (!has('in their order')) return work();
    waiting += 1;
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    void last.then(() => (waiting -= 1));
    return turn;
  }

  /** More than people send: nobody knows what it is for, and to look at each would hold up those that may. */
  function isFlood(name: Operation): boolean {
    const most = name === 'rollback' ? 2 * mostWaiting : mostWaiting;
    return waiting >= most && has('few refusals');
  }

  function isStandIn(name: Operation, says: PersonSays): boolean {
    return decides(name) && couldStandIn(report.waiting, says);
  }

  /** With `for` where they stand in for somebody who may decide. */
  async function standIn(name: Operation, given: PersonSays): Promise<PersonSays> {
    const by = { by: given.by, at: Date.now() };
    const givers = await CancellationScope.nonCancellable(() => policy.standsFor(by));
    return standingIn(report, given, name === 'approve' ? 'approve' : 'reject', givers);
  }

  function problemOf(name: Operation, says: PersonSays): string | null {
    if (says.emergency === true && name !== 'approve') return 'emergency is for approve alone';
    return doing[name].objection(says);
  }

  async function tryTo(name: Operation, given: PersonSays): Promise<string> {
    let says = given;
    const operation = doing[name];
    // Whoever may decide only for somebody else.
    if (isStandIn(name, given) && (progress.quick || has('delegation'))) says = await standIn(name, given);
    refuse(says, problemOf(name, says), 'NOT_NOW');
    if (progress.quick || has('roles')) {
      const ask = (): Promise<string | null> =>
        policy.refusalOf({
          ...idOf(says),
          release: progress.report.id,
          by: says.for ?? says.by,
          operation: says.emergency === true ? 'emergency' : name,
        });
      let refused = await CancellationScope.nonCancellable(ask);
      const forOthers = decides(name) && says.for === undefined && says.emergency !== true;
      if (refused !== null && forOthers && report.waiting !== null && has('stand in whatever the role')) {
        // The plan lets them, or anybody, and their own role does not.
        says = await standIn(name, given);
        if (says.for !== undefined) refused = null;
      }
      refuse(says, refused, 'NOT_ALLOWED');
      // Others may have said something meanwhile.
      refuse(says, problemOf(name, says), 'NOT_NOW');
      const own = report.waiting === null ? null : ownEmergency(report.waiting, says);
      if (own !== null && has('own emergency')) refuse(says, own, 'NOT_ALLOWED');
    }
    return operation.act(says);
  }

  // Whoever misspells a Signal gets no answer: the record says what became of it.
  if (has('few refusals'))
    setDefaultSignalHandler((name, message) => {
      const known = operations.map((operation) => doing[operation].signal.name);
      const problem = `there is no message of that name${didYouMean(name, known) || ` (known: ${known.join(', ')})`}`;
      progress.refused(printable(name).slice(0, 60), readMessage(message), problem);
    });

  for (const name of operations) {
    const { update, signal, description } = doing[name];
    setHandler(update, async (message) => uncancelled(() => obey(name, read(message))), {
      description,
      validator: (message) => {
        const says = read(message);
        // Whom somebody stands in for is not known here, nor what those before it will have come to.
        if (isStandIn(name, says) || waiting > 0) return;
        const key = keyOf(name, says) ?? '';
        if (!said.has(key) && !obeying.has(key)) refuse(says, problemOf(name, says), 'NOT_NOW');
      },
    });
    setHandler(
      signal,
      async (message) => {
        if (isFlood(name)) return progress.refused(name, tooMany, '');
        const says = readMessage(message);
        try {
          await uncancelled(() => obey(name, read(message)));
        } catch (error) {
          if (!(error instanceof ApplicationFailure)) throw error;
          progress.refused(name, says, error.message);
        }
      },
      { description },
    );
  }

  return {
    /** What the release's next run has to remember. */
    said: (): Said => [...said],
    hold,
    /** The rollout that messages go to; null between stages. What was said while it started is passed on. */
    async serve(handle: RolloutHandle | null): Promise<void> {
      current = handle;
      inbox.serve(handle);
      if (handle === null) requests.withdrawAll();
      else if (report.state === 'paused') await handle.tell(standStillSignal, true);
    },
  };
}

/** What a person said is done and answered, also while the release is being cancelled. */
function uncancelled<T>(work: () => T | Promise<T>): Promise<T> {
  return CancellationScope.nonCancellable(async () => work());
}

function decides(name: Operation): boolean {
  return name === 'approve' || name === 'reject' || name === 'hold' || name === 'moreTime';
}

function idOf({ id }: PersonSays): { id?: string } {
  return id === undefined ? {} : { id };
}

/** The same press of the same person; null where they gave no id. */
function keyOf(name: Operation, { by, id }: PersonSays): string | null {
  return id === undefined ? null : JSON.stringify([name, by, id]);
}

function read(message: unknown): PersonSays {
  const says = readMessage(message);
  if (typeof says === 'string') throw ApplicationFailure.nonRetryable(says, 'MESSAGE_INVALID');
  return says;
}

function refuse(says: PersonSays, problem: string | null, type: 'NOT_NOW' | 'NOT_ALLOWED'): void {
  if (problem === null) return;
  log.info('message refused', { by: says.by, problem });
  throw ApplicationFailure.nonRetryable(problem, type);
}
