/** Where people's messages to a release arrive: checked, decided by the same rules for Update and Signal, and recorded. */
import {
  ApplicationFailure,
  CancellationScope,
  log,
  patched,
  setHandler,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { missing, objection, readMessage, type PersonSays } from '../src/domain/approval.ts';
import type { Operation } from '../src/domain/policy.ts';
import type { Waiting } from '../src/domain/report.ts';
import { policy } from './activities.ts';
import { duration, listed } from '../src/domain/words.ts';
import {
  approveSignal,
  approveUpdate,
  holdSignal,
  holdUpdate,
  moreTimeSignal,
  moreTimeUpdate,
  pauseSignal,
  pauseUpdate,
  rejectSignal,
  rejectUpdate,
  resumeSignal,
  resumeUpdate,
  rollbackSignal,
  rollbackUpdate,
} from './messages.ts';
import type { Progress } from './progress.ts';
import { openRequests } from './requests.ts';
import { askSignal, internal, readRequest, standStillSignal, undoSignal, withdrawSignal } from './rollout-messages.ts';
import type { rollout } from './rollout.ts';

type Rollout = ChildWorkflowHandle<typeof rollout>;

export type Desk = ReturnType<typeof openDesk>;

/** What people said, by the id of their message, and what they were told: in the order in which it arrived. */
export type Said = [id: string, receipt: string][];

const examples = 'for example {"by": "ann", "why": "looks right"}';
/** Messages that are remembered, so that one which arrives twice is done once. */
const remembered = 200;

export function openDesk(progress: Progress, onRollback: (reason: string) => void, before: Said = []) {
  const { report } = progress;
  const said = new Map(before);
  let current: Rollout | null = null;
  const requests = openRequests(progress, () => current);

  /** What a person may ask for: why not (null: they may), and what it does. */
  const operations = {
    approve: {
      signal: approveSignal,
      update: approveUpdate,
      description: `Approves what waits; ${examples}.`,
      objection: (says: PersonSays) => objection(report, says, 'approve'),
      async act(says: PersonSays): Promise<string> {
        const waiting = open();
        waiting.approvedBy.push(says.by);
        progress.decided('approved', says, waiting);
        const left = missing(waiting);
        if (left.size > 0) return `approved by ${listed(waiting.approvedBy)}; ${stillMissing(left)}`;
        await requests.close(waiting, 'approved', waiting.approvedBy.join(', '), says.why ?? '');
        return `approved: ${waiting.question}`;
      },
    },
    reject: {
      signal: rejectSignal,
      update: rejectUpdate,
      description: `Rejects what waits: the stage's users go back to stable; ${examples}.`,
      objection: (says: PersonSays) => objection(report, says, 'reject'),
      async act(says: PersonSays): Promise<string> {
        const waiting = open();
        progress.decided('rejected', says, waiting);
        await requests.close(waiting, 'rejected', says.by, says.why ?? '');
        return `rejected: ${waiting.question}`;
      },
    },
    hold: {
      signal: holdSignal,
      update: holdUpdate,
      description: `Leaves what waits open, and its clock standing, until somebody decides or sends moreTime; ${examples}.`,
      objection: (says: PersonSays) =>
        objection(report, says, 'reject') ?? (report.waiting?.held === true ? 'it is held already' : null),
      async act(says: PersonSays): Promise<string> {
        const waiting = open();
        waiting.held = true;
        progress.decided('held', says, waiting);
        progress.waits(waiting);
        return `held: the request stays open until somebody decides`;
      },
    },
    moreTime: {
      signal: moreTimeSignal,
      update: moreTimeUpdate,
      description: `Gives people the plan's time to decide once more; ${examples}.`,
      objection: (says: PersonSays) => objection(report, says, 'reject'),
      async act(says: PersonSays): Promise<string> {
        const waiting = open();
        progress.decided(`gave ${duration(waiting.withinMs)} more`, says, waiting);
        requests.extend(waiting);
        return `more time: until ${waiting.until}`;
      },
    },
    pause: {
      signal: pauseSignal,
      update: pauseUpdate,
      description: `Holds the release where it is; guardrails stay watched; ${examples}.`,
      objection: () => (report.state === 'paused' ? 'the release is paused already' : ended()),
      async act(says: PersonSays): Promise<string> {
        progress.paused(true, says);
        await current?.signal(standStillSignal, true);
        return 'paused: no more users get the candidate until somebody resumes';
      },
    },
    resume: {
      signal: resumeSignal,
      update: resumeUpdate,
      description: `Goes on with a paused release; ${examples}.`,
      objection: () => (report.state === 'paused' ? null : 'the release is not paused'),
      async act(says: PersonSays): Promise<string> {
        progress.paused(false, says);
        await current?.signal(standStillSignal, false);
        return 'resumed';
      },
    },
    rollback: {
      signal: rollbackSignal,
      update: rollbackUpdate,
      description: `Puts the stage under way back on stable and ends the release; ${examples}.`,
      objection: () => ended(),
      async act(says: PersonSays): Promise<string> {
        const why = says.why ?? '';
        progress.decided('asked to roll back', says, null);
        if (current === null) onRollback(`rolled back by ${says.by}: ${why || 'no reason given'}`);
        else await current.signal(undoSignal, { by: says.by, why });
        return 'rolling back: users of the stage under way go back to stable, earlier stages stay released';
      },
    },
  };

  /** Receipts of messages that are being obeyed. */
  const obeying = new Map<string, Promise<string>>();

  /** Obeys a message once, however often it arrives, and answers the same each time. Throws where it is refused. */
  function obey(name: Operation, says: PersonSays): string | Promise<string> {
    const { id } = says;
    if (id === undefined) return tryTo(name, says);
    const known = said.get(id) ?? obeying.get(id);
    if (known !== undefined) return known;
    const receipt = tryTo(name, says)
      .then((text) => {
        said.set(id, text);
        for (const oldest of said.keys()) if (said.size > remembered) said.delete(oldest);
        return text;
      })
      .finally(() => obeying.delete(id));
    obeying.set(id, receipt);
    return receipt;
  }

  async function tryTo(name: Operation, says: PersonSays): Promise<string> {
    const operation = operations[name];
    refuse(says, operation.objection(says), 'NOT_NOW');
    if (patched('roles')) {
      const ask = (): Promise<string | null> => policy.refusalOf({ by: says.by, operation: name });
      refuse(says, await CancellationScope.nonCancellable(ask), 'NOT_ALLOWED');
      // Others may have said something meanwhile.
      refuse(says, operation.objection(says), 'NOT_NOW');
    }
    return operation.act(says);
  }

  const names: Operation[] = ['approve', 'reject', 'hold', 'moreTime', 'pause', 'resume', 'rollback'];
  for (const name of names) {
    const { update, signal, description, objection } = operations[name];
    setHandler(update, async (message) => obey(name, read(message)), {
      description,
      validator: (message) => {
        const says = read(message);
        if (says.id === undefined || !said.has(says.id)) refuse(says, objection(says), 'NOT_NOW');
      },
    });
    setHandler(
      signal,
      async (message) => {
        const says = readMessage(message);
        try {
          await obey(name, read(message));
        } catch (error) {
          if (!(error instanceof ApplicationFailure)) throw error;
          progress.refused(name, says, error.message);
        }
      },
      { description },
    );
  }

  const description = internal;
  setHandler(
    askSignal,
    (value: unknown) => {
      const request = readRequest(value);
      return request === null ? undefined : requests.hold(request);
    },
    { description },
  );
  setHandler(withdrawSignal, (id, why) => requests.withdraw(id, typeof why === 'string' ? why : ''), { description });

  function open(): Waiting {
    if (report.waiting === null) throw ApplicationFailure.nonRetryable('nothing waits for a decision now', 'NOT_NOW');
    return report.waiting;
  }

  function ended(): string | null {
    return report.endedAt === null ? null : 'the release has ended';
  }

  return {
    /** What the release's next run has to remember. */
    said: (): Said => [...said],
    /** The rollout that messages go to; null between stages. What was said while it started is passed on. */
    async serve(handle: Rollout | null): Promise<void> {
      current = handle;
      if (handle === null) requests.withdrawAll();
      else if (report.state === 'paused') await handle.signal(standStillSignal, true);
    },
  };
}

function stillMissing(left: Map<string, number>): string {
  return `missing: ${[...left].map(([group, count]) => (group === '' ? `${count} more` : `${count} of ${group}`)).join(', ')}`;
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
