/** How a release begins: what it was given is read, and it waits for its model where that is taken. */
import { ApplicationFailure, condition, getExternalWorkflowHandle, log, workflowInfo } from '@temporalio/workflow';
import type { Before } from '../activities/index.ts';
import type { Plan } from '../src/domain/plan.ts';
import { listed, printable } from '../src/domain/words.ts';
import { iterations, records, routes } from './activities.ts';
import type { Desk } from './desk.ts';
import { isOfType } from './failure-words.ts';
import type { ReleaseInput } from './messages.ts';
import type { Progress } from './progress.ts';

/** The model is taken: another release of it is refused, or waits, until this one has ended; `goOn` is done while it waits, `over` where it had ended. */
export async function begin(
  input: ReleaseInput,
  plan: Plan,
  progress: Progress,
  desk: Desk,
  { goOn, over }: { goOn: () => Promise<void>; over: (error: unknown) => void },
): Promise<Before> {
  const { workflowId: id, runId, startTime } = workflowInfo();
  const order = { id, runId, plan, startedAt: startTime.toISOString(), by: progress.report.startedBy };
  const called = typeof input.plan === 'string' ? input.plan : null;
  for (;;) {
    try {
      const before = await records.beginRelease(order);
      progress.hasModel();
      const key = iterationIn(input);
      if (key !== null) progress.report.learning = await iterations.learningOf(key);
      progress.planned(plan, before.version, called);
      await endFormer(plan, before);
      return before;
    } catch (error) {
      if (!waitsForModel(input) || !isOfType(error, 'MODEL_BUSY')) throw error;
    }
    const asked = desk.hold.asked();
    const ahead = await records.queueRelease(order);
    if (ahead.length === 0) continue;
    const why = `queued behind ${listed(ahead)}`;
    if (progress.report.plan === null) progress.planned(plan, null, called);
    if (progress.report.standing?.why !== why) progress.stands({ kind: 'queued', why, until: null });
    progress.keepRecorded(over);
    await condition(() => desk.hold.asked() !== asked, longestQueueMs);
    await goOn();
  }
}

/** After a reset to its beginning: the rollouts of the former run end, and their users are on stable while this one trains. */
async function endFormer(plan: Plan, { former, stable }: Before): Promise<void> {
  if (former === undefined) return;
  const { workflowId } = workflowInfo();
  for (const stage of former.stages) {
    await getExternalWorkflowHandle(`${workflowId}/${stage}`)
      .cancel()
      .catch((error: unknown) => log.info('the rollout of the former run has ended', { error }));
  }
  const { capabilities } = former;
  const versions = Object.fromEntries(capabilities.map((name) => [name, stable[name] ?? null]));
  await routes.restore({ model: plan.model, capabilities, withinMs: plan.gatewayWithinMs, versions });
}

/** Whoever ends a release tells the next one; this is for those that were terminated and could not. */
const longestQueueMs = 600_000;

function waitsForModel(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'queue' in input && input.queue === true;
}

/** What was started by hand may hold anything. */
export function planIn(input: unknown): unknown {
  if (typeof input === 'object' && input !== null && 'plan' in input && input.plan !== undefined) return input.plan;
  const wanted = 'give {"plan": "mail"} with the name of a stored plan, or {"plan": {…}} with the plan itself';
  throw ApplicationFailure.nonRetryable(`The input holds no plan: ${wanted}.`, 'PLAN_INVALID');
}

export function starterIn(input: unknown): string | null {
  if (typeof input !== 'object' || input === null || !('by' in input) || typeof input.by !== 'string') return null;
  return printable(input.by).trim().slice(0, 200) || null;
}

function iterationIn(input: unknown): string | null {
  const isGiven = typeof input === 'object' && input !== null && 'iteration' in input;
  return isGiven && typeof input.iteration === 'string' ? input.iteration : null;
}
