/** What a rollout says to its release: all of it and in order, while the rollout goes on. */
import { CancellationScope, condition, log, workflowInfo, type ExternalWorkflowHandle } from '@temporalio/workflow';
import {
  askSignal,
  stageEndedSignal,
  stageUpdateSignal,
  withdrawSignal,
  type Request,
  type StageEnd,
  type StageUpdate,
} from './rollout-messages.ts';

type Message =
  | { kind: 'updates'; updates: StageUpdate[] }
  | { kind: 'ask'; request: Request }
  | { kind: 'withdraw'; id: string; why: string }
  | { kind: 'end'; end: StageEnd };

export type Telling = ReturnType<typeof openTelling>;

/** `quick` is false for what an earlier Gradus began: each message is then waited for, as its history has it. */
export function openTelling(release: ExternalWorkflowHandle, quick: boolean) {
  const from = workflowInfo().firstExecutionRunId;
  const left: Message[] = [];
  let sending = false;
  let failure: { error: unknown } | null = null;

  function send(message: Message): Promise<void> {
    if (message.kind === 'ask') return release.signal(askSignal, message.request, from);
    if (message.kind === 'withdraw') return release.signal(withdrawSignal, message.id, message.why, from);
    if (message.kind === 'end') return release.signal(stageEndedSignal, message.end, from);
    const { updates } = message;
    const [first] = updates;
    return release.signal(stageUpdateSignal, first !== undefined && updates.length === 1 ? first : updates, from);
  }

  /** One message at a time: Temporal delivers two that are under way at once in any order. */
  async function sendAll(): Promise<void> {
    for (;;) {
      await condition(() => left.length > 0 && failure === null);
      const next = left.shift();
      if (next === undefined) continue;
      sending = true;
      await send(next).catch((error: unknown) => {
        log.warn('the release cannot be told', { error });
        failure = { error };
      });
      sending = false;
    }
  }

  function say(message: Message): Promise<void> {
    if (!quick) return send(message);
    const last = left.at(-1);
    if (message.kind === 'updates' && last?.kind === 'updates') last.updates.push(...message.updates);
    else left.push(message);
    return Promise.resolve();
  }

  if (quick) void CancellationScope.nonCancellable(sendAll);

  return {
    update: (update: StageUpdate) => say({ kind: 'updates', updates: [update] }),
    ask: (request: Request) => say({ kind: 'ask', request }),
    withdraw: (id: string, why: string) => say({ kind: 'withdraw', id, why }),
    end: (end: StageEnd) => say({ kind: 'end', end }),
    hasFailed: () => failure !== null,
    /** Throws where the release could not be told: it is gone, and nobody watches over this stage. */
    check(): void {
      if (failure !== null) throw failure.error;
    },
    /** Resolves when the release has heard everything, or cannot be told. */
    async done(): Promise<void> {
      if (quick) await condition(() => failure !== null || (left.length === 0 && !sending));
    },
  };
}
