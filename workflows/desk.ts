/** Where people's messages to a release arrive: checked, decided by the same rules for Update and Signal, and recorded. */
import { ApplicationFailure, condition, log, setHandler, type ChildWorkflowHandle } from '@temporalio/workflow';
import { objection, readMessage, type PersonSays } from '../src/domain/approval.ts';
import type { Waiting } from '../src/domain/report.ts';
import {
  approveSignal,
  approveUpdate,
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
import {
  askSignal,
  decidedSignal,
  holdSignal,
  internal,
  isRequest,
  undoSignal,
  withdrawSignal,
  type Request,
} from './rollout-messages.ts';
import type { rollout } from './rollout.ts';

type Rollout = ChildWorkflowHandle<typeof rollout>;

export type Desk = ReturnType<typeof openDesk>;

const examples = 'for example {"by": "ann", "why": "looks right"}';

export function openDesk(progress: Progress, onRollback: (reason: string) => void) {
  const { report } = progress;
  let current: Rollout | null = null;

  /** What a person may ask for: why not (null: they may), and what it does. */
  const operations = {
    approve: {
      signal: approveSignal,
      update: approveUpdate,
      description: `Approves what waits; ${examples}.`,
      objection: (says: PersonSays) => objection(report.waiting, says),
      async act(says: PersonSays): Promise<string> {
        const waiting = open();
        waiting.approvedBy.push(says.by);
        progress.decided('approved', says, waiting);
        if (waiting.approvedBy.length < waiting.count) {
          return `approved by ${waiting.approvedBy.length} of ${waiting.count}`;
        }
        await decide(waiting, true, waiting.approvedBy.join(', '), says.why ?? '');
        return `approved: ${waiting.question}`;
      },
    },
    reject: {
      signal: rejectSignal,
      update: rejectUpdate,
      description: `Rejects what waits: the stage's users go back to stable; ${examples}.`,
      objection: (says: PersonSays) => objection(report.waiting, says),
      async act(says: PersonSays): Promise<string> {
        const waiting = open();
        progress.decided('rejected', says, waiting);
        await decide(waiting, false, says.by, says.why ?? '');
        return `rejected: ${waiting.question}`;
      },
    },
    pause: {
      signal: pauseSignal,
      update: pauseUpdate,
      description: `Holds the release where it is; guardrails stay watched; ${examples}.`,
      objection: () => (report.state === 'paused' ? 'the release is paused already' : ended()),
      async act(says: PersonSays): Promise<string> {
        progress.paused(true, says);
        await current?.signal(holdSignal, true);
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
        await current?.signal(holdSignal, false);
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

  for (const operation of Object.values(operations)) {
    setHandler(
      operation.update,
      async (message) => {
        const says = accepted(message, operation.objection);
        return operation.act(says);
      },
      {
        description: operation.description,
        validator: (message) => {
          accepted(message, operation.objection);
        },
      },
    );
    setHandler(
      operation.signal,
      async (message) => {
        const says = readMessage(message);
        const problem = typeof says === 'string' ? says : operation.objection(says);
        if (typeof says !== 'string' && problem === null) await operation.act(says);
        else progress.refused(operation.signal.name, says, problem ?? '');
      },
      { description: operation.description },
    );
  }

  const description = internal;
  setHandler(askSignal, (request: unknown) => (isRequest(request) ? hold(request) : undefined), { description });
  setHandler(
    withdrawSignal,
    (id) => {
      if (report.waiting?.id === id) progress.waits(null);
    },
    { description },
  );

  /** Keeps a request open until it is decided or its time is over. */
  async function hold(request: Request): Promise<void> {
    // Asked again under the same id after the rollout went on in a new run: who has approved stays.
    const before = report.waiting?.id === request.id ? report.waiting.approvedBy : [];
    const waiting: Waiting = { ...request, approvedBy: before };
    progress.waits(waiting);
    const isClosed = (): boolean => report.waiting?.id !== request.id;
    const isPaused = (): boolean => report.state === 'paused';
    const summary = `waits for ${request.from.join(', ') || 'anybody'}, then ${request.otherwise}s`;
    for (;;) {
      const left = Math.max(0, Date.parse(waiting.until) - Date.now());
      await condition(() => isClosed() || isPaused(), left, { summary });
      if (isClosed()) return;
      if (!isPaused()) break;
      // The clock stands still while the release is paused.
      const since = Date.now();
      await condition(() => isClosed() || !isPaused());
      if (isClosed()) return;
      waiting.until = new Date(Date.parse(waiting.until) + Date.now() - since).toISOString();
      progress.waits(waiting);
    }
    const why = `nobody decided until ${waiting.until}`;
    progress.decided(request.otherwise === 'approve' ? 'approved' : 'rejected', { by: 'gradus', why }, waiting);
    await decide(waiting, request.otherwise === 'approve', 'time-out', why);
  }

  async function decide(waiting: Waiting, approved: boolean, by: string, why: string): Promise<void> {
    progress.waits(null);
    await current?.signal(decidedSignal, { request: waiting.id, approved, by, why });
  }

  function open(): Waiting {
    if (report.waiting === null) throw ApplicationFailure.nonRetryable('nothing waits for a decision now', 'NOT_NOW');
    return report.waiting;
  }

  function ended(): string | null {
    return report.endedAt === null ? null : 'the release has ended';
  }

  return {
    /** The rollout that messages go to; null between stages. What was said while it started is passed on. */
    async serve(handle: Rollout | null): Promise<void> {
      current = handle;
      if (handle === null) progress.waits(null);
      else if (report.state === 'paused') await handle.signal(holdSignal, true);
    },
  };
}

/** The message where it may be obeyed now; otherwise refused with what is wrong. */
function accepted(message: unknown, objectionOf: (says: PersonSays) => string | null): PersonSays {
  const says = readMessage(message);
  if (typeof says === 'string') throw ApplicationFailure.nonRetryable(says, 'MESSAGE_INVALID');
  const problem = objectionOf(says);
  if (problem !== null) {
    log.info('message refused', { by: says.by, problem });
    throw ApplicationFailure.nonRetryable(problem, 'NOT_NOW');
  }
  return says;
}
