/** Starts a release's workflow, as every way to start one does it: named, readable in Temporal's list, refused while another runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure, defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { releaseWorkflow, taskQueue } from '../../workflows/messages.ts';
import { GradusError, isErrorCode } from '../domain/errors.ts';
import { memoOf } from '../domain/memo.ts';
import type { Plan } from '../domain/plan.ts';
import type { Releases } from '../domain/ports.ts';

const begunWithinMs = 10_000;
const lookEveryMs = 50;

export interface StartedRelease {
  id: string;
  runId: string;
  /** The release that has the model now; null: this one has it. */
  behind: string | null;
}

export interface ReleaseOrder {
  /** What the workflow is given: a stored plan's name, or the plan as it was written. */
  given: unknown;
  /** The same plan, read. */
  plan: Plan;
  /** Who starts it. */
  by: string;
  /** Wait where another release of the model runs. */
  queue?: boolean;
}

/**
 * Resolves when the release has the model; where no worker takes it up for a while, it waits for one, and is started all
 * the same. Throws what it was refused with, e.g. `MODEL_BUSY` where another release of the model runs.
 */
export async function startRelease(
  client: Client,
  releases: Pick<Releases, 'holder' | 'nextId' | 'queue'>,
  { given, plan, by, queue = false }: ReleaseOrder,
): Promise<StartedRelease> {
  const holder = await releases.holder(plan.model);
  if (!queue && holder !== null && (await isOpen(client, holder.id))) throw busy(plan.model, holder.id);
  const id = await releases.nextId(plan.model);
  const names = Object.keys(plan.capabilities);
  try {
    const handle = await client.workflow.start(releaseWorkflow, {
      workflowId: id,
      taskQueue,
      args: [{ plan: given, by, ...(queue ? { queue } : {}) }],
      workflowIdConflictPolicy: 'FAIL',
      typedSearchAttributes: new TypedSearchAttributes([
        { key: defineSearchAttributeKey('GradusModel', 'KEYWORD'), value: plan.model },
      ]),
      memo: memoOf(plan, by, typeof given === 'string' ? given : null),
      staticSummary: `${plan.model}: ${names.length} ${names.length === 1 ? 'capability' : 'capabilities'}, ${plan.strategy}`,
      staticDetails: `Releases ${names
        .slice(0, 30)
        .map((name) => `\`${name}\``)
        .join(', ')} of **${plan.model}**.\n\nStarted by ${by}.`,
    });
    const hasModel = async (): Promise<boolean> => (await releases.holder(plan.model))?.id === id;
    const isQueued = async (): Promise<boolean> => queue && (await releases.queue(plan.model)).includes(id);
    // Aborted in the end: a poll that is left open keeps the process alive for as long as the server holds it.
    const watching = new AbortController();
    const ending = client.withAbortSignal(watching.signal, () => handle.result());
    await begun(ending, async () => (await hasModel()) || (await isQueued())).finally(() => watching.abort());
    const now = (await releases.holder(plan.model))?.id ?? null;
    return { id, runId: handle.firstExecutionRunId, behind: now === id ? null : now };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) throw busy(plan.model, id, error);
    throw error;
  }
}

/** A release ends at once where it is refused: its plan cannot be carried out, or another one has taken the model. */
async function begun(ending: Promise<unknown>, hasModel: () => Promise<boolean>): Promise<void> {
  let ended = false;
  let refusal: unknown = null;
  ending.then(
    () => (ended = true),
    (error: unknown) => ([ended, refusal] = [true, error]),
  );
  for (const end = Date.now() + begunWithinMs; Date.now() < end && !ended;) {
    if (await hasModel()) return;
    await sleep(lookEveryMs);
  }
  if (!(refusal instanceof WorkflowFailedError) || !(refusal.cause instanceof ApplicationFailure)) return;
  const { type, message, details } = refusal.cause;
  if (type === null || type === undefined || !isErrorCode(type)) return;
  const [problems] = details ?? [];
  throw new GradusError(type, message, {
    problems: Array.isArray(problems) ? problems.map(String) : [],
    cause: refusal,
  });
}

async function isOpen(client: Client, id: string): Promise<boolean> {
  return client.workflow
    .getHandle(id)
    .describe()
    .then(
      ({ status }) => status.name === 'RUNNING',
      () => false,
    );
}

function busy(model: string, id: string, cause?: unknown): GradusError {
  const message = `Model ${model} is being released by ${id}, and one release of a model runs at a time.`;
  const wait = 'Or wait for its end: gradus release start PLAN --queue';
  const remedy = `Watch it: gradus release watch ${id}\nOr end it: gradus release rollback ${id} --why REASON`;
  return new GradusError('MODEL_BUSY', `${message}\n${remedy}\n${wait}`, cause === undefined ? {} : { cause });
}
