/**
 * Keeps a run that was told too early from going on. A query that reaches a worker which does not know the run brings its
 * history, and where something has happened since the last task, the SDK tells the workflow at once: before the task that
 * will tell it has begun, and perhaps without what else comes until then. A workflow may answer two messages that come one
 * after the other in another order than two that come together, which is how replay tells them; it stood still for good after
 * its worker had been killed (TMPRL1100). So such a query fails, with which the SDK forgets the run, and whoever asks again gets
 * an answer from the whole of it.
 */
import type { ActivateInput, WorkflowInterceptors } from '@temporalio/workflow';

type Activation = ActivateInput['activation'];
type Job = NonNullable<Activation['jobs']>[number];

/** Found by the SDK under this name; once for each run in a worker's memory. */
export function interceptors(): WorkflowInterceptors {
  let told = '';
  let isAhead = false;

  function activate(input: ActivateInput, next: (input: ActivateInput) => void): void {
    const { activation } = input;
    const jobs = activation.jobs ?? [];
    if (jobs.some((job) => (job.queryWorkflow ?? null) !== null)) {
      if (isAhead) throw new Error('asked while another worker took over; ask again');
      return next(input);
    }
    const moment = momentOf(activation);
    // What is done in the worker meanwhile tells nothing of it.
    if (jobs.some(isOfHistory)) isAhead = activation.isReplaying !== true && moment === told;
    told = moment;
    next(input);
  }

  return { internals: [{ activate }] };
}

/** When the task began which the activation is of, as exact as Temporal says it. */
function momentOf({ timestamp }: Activation): string {
  return `${String(timestamp?.seconds)}.${timestamp?.nanos ?? 0}`;
}

/** Whether only an event can have told it: what workflows cancel, and what is done in the worker, ends without any. */
function isOfHistory(job: Job): boolean {
  if ((job.signalWorkflow ?? job.fireTimer ?? job.resolveChildWorkflowExecutionStart ?? null) !== null) return true;
  const { resolveActivity: activity } = job;
  return (activity?.result?.completed ?? null) !== null && activity?.isLocal !== true;
}
