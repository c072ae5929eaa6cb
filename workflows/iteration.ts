/** Step 7 again and again: a schedule's look at what came back, and the release of what the model learnt from it. */
import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  log,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  sleep,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { IterationReport } from '../src/domain/iteration.ts';
import { duration } from '../src/domain/words.ts';
import type { IterationPlan } from '../activities/index.ts';
import type { Profile } from '../src/domain/drift.ts';
import type { Plan } from '../src/domain/plan.ts';
import { iterations, training } from './activities.ts';
import { stateWords } from './details.ts';
import { iterationDetails } from './iteration-details.ts';
import { iterationQuery, type IterationInput } from './messages.ts';
import { messageOf } from './failure-words.ts';
import { release } from './release.ts';

/** What a run that looks again and again hands to its next one. */
interface Carried {
  done: number;
  /** When the next look is due, in ms since 1970. */
  due: number;
  last: IterationReport | null;
}

const modelKey = defineSearchAttributeKey('GradusModel', SearchAttributeType.KEYWORD);
const stepKey = defineSearchAttributeKey('GradusStep', SearchAttributeType.KEYWORD);

/** Looks after which a run is followed by a new one, long before its history is long. */
const looksOfOneRun = 100;

export async function iteration(input: IterationInput, carried?: Carried): Promise<IterationReport | null> {
  let { done, due, last } = carried ?? { done: 0, due: Date.now(), last: null };
  setHandler(iterationQuery, () => last, { description: 'The iteration under way, or the last one.' });
  let orders = await read(input);
  for (let looks = 0; ; looks++) {
    if (Date.now() < due) {
      await sleepUntil(due, orders);
      // What was stored meanwhile counts; a plan that cannot be read just now is no end of all looks.
      const before = orders;
      orders = await read(input).catch(() => before);
    }
    showColumns(orders);
    const { everyMs, times } = orders;
    const show = (report: IterationReport): void => {
      last = report;
      tell(report);
    };
    last = await iterateOnce(orders, done + 1, show).catch((error: unknown) => {
      if (everyMs === null || CancellationScope.current().consideredCancelled) throw error;
      return last;
    });
    done += 1;
    if (everyMs === null || done === times) return last;
    // A look that is late, because a release took longer, is not made up for.
    while (due <= Date.now()) due += everyMs;
    if (looks + 1 >= looksOfOneRun || workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof iteration>(input, { done, due, last });
    }
  }
}

/** Throws what is wrong with the order, in words of its own. */
async function read(input: IterationInput): Promise<IterationPlan> {
  try {
    return await iterations.readIteration(input);
  } catch (error) {
    if (!(error instanceof ActivityFailure) || !(error.cause instanceof ApplicationFailure)) throw error;
    const { message, type, details } = error.cause;
    throw ApplicationFailure.nonRetryable(message, type, ...(details ?? []));
  }
}

/** Gathers what came back, decides, and carries out the release of what was learnt. */
async function iterateOnce(
  { plan, by }: IterationPlan,
  number: number,
  show: (report: IterationReport) => void,
): Promise<IterationReport> {
  const { workflowId: workflow, firstExecutionRunId } = workflowInfo();
  const key = `${workflow}/${firstExecutionRunId}/${number}`;
  const startedAt = new Date().toISOString();
  const profiles = await profilesOf(plan);
  const gathered = await iterations.gatherFeedback({ key, workflow, plan, startedAt, profiles });
  const { report } = gathered;
  show(report);
  if (gathered.plan === null) return report;
  report.release = await iterations.nextReleaseId(plan.model);
  await iterations.recordIteration(report);
  show(report);
  const ended = (state: 'learnt' | 'failed', outcome: string): Promise<IterationReport> =>
    CancellationScope.nonCancellable(async () => {
      Object.assign(report, { state, outcome, endedAt: new Date().toISOString() });
      show(report);
      await iterations.recordIteration(report);
      return report;
    });
  try {
    const child = await startChild(release, {
      workflowId: report.release,
      // Terminating an iteration leaves its release alone; cancelling it cancels that too.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `${plan.model}: learns from what users said`,
      memo: { startedBy: by },
      args: [{ plan: gathered.plan, by, iteration: key }],
    });
    const { state, reason, candidate, learning } = await child.result();
    if (report.learning !== null) report.learning.lessons = learning?.lessons ?? report.learning.lessons;
    const version = candidate === null ? 'nothing' : `v${candidate.number}`;
    if (candidate === null) return await ended('failed', `${report.release} ended before it had learnt: ${reason}`);
    return await ended('learnt', `${version}: ${stateWords[state]} (${reason})`);
  } catch (error) {
    await ended('failed', isCancellation(error) ? 'cancelled' : messageOf(error));
    throw error;
  }
}

/** Where they cannot be measured, e.g. because a version's data is gone, there is no drift to tell, and all else goes on. */
async function profilesOf(plan: Plan): Promise<Profile[]> {
  const orders = await iterations.servedVersions(plan);
  if (orders.length === 0) return [];
  try {
    return await training.profileVersions(orders);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('drift cannot be measured', { why: messageOf(error) });
    return [];
  }
}

function showColumns({ plan }: IterationPlan): void {
  upsertSearchAttributes([
    { key: modelKey, value: plan.model },
    { key: stepKey, value: 'iterate' },
  ]);
}

async function sleepUntil(due: number, orders: IterationPlan): Promise<void> {
  const { plan, everyMs } = orders;
  showColumns(orders);
  const next = new Date(due).toISOString();
  const often = everyMs === null ? '' : `, every ${duration(everyMs)}`;
  setCurrentDetails(`**${plan.model}**: looks at what came back next at ${next}${often}.`);
  await sleep(due - Date.now(), { summary: `until the next look, ${next}` });
}

function tell(report: IterationReport): void {
  setCurrentDetails(iterationDetails(report));
}
