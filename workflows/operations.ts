/** What a person may ask of a release: why not (null: they may), and what it does. */
import { ApplicationFailure, log } from '@temporalio/workflow';
import { approversOf, missing, objection, type PersonSays } from '../src/domain/approval.ts';
import { forEver } from '../src/domain/control.ts';
import type { Waiting } from '../src/domain/report.ts';
import { duration, listed, standingText } from '../src/domain/words.ts';
import {
  approveSignal,
  approveUpdate,
  holdSignal,
  holdUpdate,
  moreTimeSignal,
  moreTimeUpdate,
  overrideSignal,
  overrideUpdate,
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
import type { Requests } from './requests.ts';
import { standStillSignal, undoSignal } from './rollout-messages.ts';
import type { Hold } from './standing.ts';
import type { RolloutHandle } from './rollout-handle.ts';

export interface Around {
  progress: Progress;
  requests: Requests;
  /** The rollout under way; null between stages. */
  current: () => RolloutHandle | null;
  hold: Hold;
  /** Rolls back where no stage is under way. */
  onRollback: (reason: string, isStaged: boolean) => void;
}

const examples = 'for example {"by": "ann", "why": "looks right"}';

export function operationsOf({ progress, requests, current, hold, onRollback }: Around) {
  const { report } = progress;

  function open(): Waiting {
    if (report.waiting === null) throw ApplicationFailure.nonRetryable('nothing waits for a decision now', 'NOT_NOW');
    return report.waiting;
  }

  function ended(): string | null {
    return report.endedAt === null ? null : 'the release has ended';
  }

  return {
    approve: {
      signal: approveSignal,
      update: approveUpdate,
      description: `Approves what waits; ${examples}.`,
      objection: (says: PersonSays) => objection(report, says, 'approve'),
      async act(says: PersonSays): Promise<string> {
        const waiting = open();
        if (says.emergency === true) {
          progress.decided('approved in an emergency', says, waiting);
          await requests.close(waiting, 'approved', says.by, `emergency: ${says.why ?? ''}`, true);
          return `approved in an emergency: ${waiting.question}`;
        }
        waiting.approvedBy.push(says.for ?? says.by);
        if (says.for !== undefined) waiting.delegates = { ...waiting.delegates, [says.for]: says.by };
        progress.decided(`approved${forWhom(says)}`, says, waiting);
        const left = missing(waiting);
        if (left.size > 0) return `approved by ${listed(approversOf(waiting))}; ${stillMissing(left)}`;
        await requests.close(waiting, 'approved', approversOf(waiting).join(', '), says.why ?? '');
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
        progress.decided(`rejected${forWhom(says)}`, says, waiting);
        await requests.close(waiting, 'rejected', `${says.by}${forWhom(says)}`, says.why ?? '');
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
        await current()?.tell(standStillSignal, true);
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
        await current()?.tell(standStillSignal, false);
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
        const rollout = current();
        // Remembered in both cases: the rollout may be ending in this very moment.
        onRollback(`rolled back by ${says.by}: ${why || 'no reason given'}`, rollout !== null);
        await rollout
          ?.tell(undoSignal, { by: says.by, why })
          .catch((error: unknown) => log.info('the rollout has just ended', { error }));
        return 'rolling back: users of the stage under way go back to stable, earlier stages stay released';
      },
    },
    override: {
      signal: overrideSignal,
      update: overrideUpdate,
      description: `Goes on in the freeze that holds now, until it is over; ${examples}.`,
      objection: (says: PersonSays) => ended() ?? (says.why?.trim() ? null : 'say why this release has to go on'),
      async act(says: PersonSays): Promise<string> {
        const standing = await hold.look();
        if (standing?.kind !== 'frozen') throw ApplicationFailure.nonRetryable('no freeze holds it now', 'NOT_NOW');
        progress.decided(
          'went on in a freeze',
          { ...says, why: `${says.why ?? ''} (${standingText(standing)})` },
          null,
        );
        await hold.override(standing.until ?? forEver);
        return `it goes on in the freeze: ${standingText(standing)} without this`;
      },
    },
  };
}

function forWhom(says: PersonSays): string {
  return says.for === undefined ? '' : ` for ${says.for}`;
}

function stillMissing(left: Map<string, number>): string {
  return `missing: ${[...left].map(([group, count]) => (group === '' ? `${count} more` : `${count} of ${group}`)).join(', ')}`;
}
