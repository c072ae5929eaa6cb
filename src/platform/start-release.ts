/** Starts a release's workflow, as every way to start one does it: named, readable in Temporal's list, refused while another runs. */
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { releaseWorkflow, taskQueue } from '../../workflows/messages.ts';
import { GradusError } from '../domain/errors.ts';
import type { Plan } from '../domain/plan.ts';
import type { Releases } from '../domain/ports.ts';

export interface StartedRelease {
  id: string;
  runId: string;
}

export interface ReleaseOrder {
  /** What the workflow is given: a stored plan's name, or the plan as it was written. */
  given: unknown;
  /** The same plan, read. */
  plan: Plan;
  /** Who starts it. */
  by: string;
}

/** Throws `MODEL_BUSY` where another release of the model runs. */
export async function startRelease(
  client: Client,
  releases: Pick<Releases, 'holder' | 'nextId'>,
  { given, plan, by }: ReleaseOrder,
): Promise<StartedRelease> {
  const holder = await releases.holder(plan.model);
  if (holder !== null && (await isOpen(client, holder.id))) throw busy(plan.model, holder.id);
  const id = await releases.nextId(plan.model);
  const names = Object.keys(plan.capabilities);
  try {
    const handle = await client.workflow.start(releaseWorkflow, {
      workflowId: id,
      taskQueue,
      args: [{ plan: given }],
      workflowIdConflictPolicy: 'FAIL',
      typedSearchAttributes: new TypedSearchAttributes([
        { key: defineSearchAttributeKey('GradusModel', 'KEYWORD'), value: plan.model },
      ]),
      memo: { startedBy: by },
      staticSummary: `${plan.model}: ${names.length} ${names.length === 1 ? 'capability' : 'capabilities'}, ${plan.strategy}`,
      staticDetails: `Releases ${names
        .slice(0, 30)
        .map((name) => `\`${name}\``)
        .join(', ')} of **${plan.model}**.\n\nStarted by ${by}.`,
    });
    return { id, runId: handle.firstExecutionRunId };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) throw busy(plan.model, id, error);
    throw error;
  }
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
  const remedy = `Watch it: gradus release watch ${id}\nOr end it: gradus release rollback ${id} --why REASON`;
  return new GradusError('MODEL_BUSY', `${message}\n${remedy}`, cause === undefined ? {} : { cause });
}
