/** The activities as workflows call them: one proxy for each class of time-out. */
import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/common';
import type { Activities, TrainingActivities } from '../activities/index.ts';
import { described } from './described.ts';
import { inTurn, inTurnOrPatiently } from './in-turn.ts';
import { trainingQueue } from './messages.ts';
import {
  iterationSummaries,
  judgementSummaries,
  lookBackSummary,
  policySummaries,
  recordSummaries,
  routeSummaries,
  standingSummaries,
  trainingSummaries,
} from './summaries.ts';

type PolicyLooks = Pick<Activities, 'refusalOf' | 'standsFor'>;
type Standings = Pick<Activities, 'standing'>;

/** Of what passes quickly or is done in another way. */
const once: LocalActivityOptions = { startToCloseTimeout: '1 second', retry: { maximumAttempts: 1 } };
const patiently = {
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
} satisfies ActivityOptions & LocalActivityOptions;

/** Reads and writes of records; tried again for as long as the store is away. */
export const records = described(
  proxyActivities<
    Pick<
      Activities,
      'readPlan' | 'beginRelease' | 'queueRelease' | 'findVersion' | 'registerVersion' | 'split' | 'recordRelease'
    >
  >(patiently),
  recordSummaries,
);

/** What an iteration reads and writes: tried again for as long as the store is away. */
export const iterations = described(
  proxyActivities<
    Pick<
      Activities,
      'gatherFeedback' | 'recordIteration' | 'nextReleaseId' | 'learningOf' | 'readIteration' | 'servedVersions'
    >
  >({
    startToCloseTimeout: '10 minutes',
    retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
  }),
  iterationSummaries,
);

/** A look at the policy while somebody waits for an answer. */
export const policy = inTurnOrPatiently(
  described(proxyLocalActivities<PolicyLooks>(once), policySummaries),
  described(proxyActivities<PolicyLooks>(patiently), policySummaries),
  described(proxyLocalActivities<PolicyLooks>(patiently), policySummaries),
);

/** Whether anything holds a release from outside: asked before each step that users notice. */
export const standings = inTurnOrPatiently(
  described(proxyLocalActivities<Standings>(once), standingSummaries),
  described(proxyActivities<Standings>(patiently), standingSummaries),
  described(proxyLocalActivities<Standings>(patiently), standingSummaries),
);

/** What is decided from records; while no gateway is alive, this waits for one, and says so by heartbeats. */
export const judgements = described(
  proxyActivities<Pick<Activities, 'judgeInternalTest' | 'judgeGray' | 'judgeAbTest' | 'lookBack'>>({
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: '60 seconds',
    cancellationType: ActivityCancellationType.ABANDON,
    retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
  }),
  { ...judgementSummaries, ...lookBackSummary },
);

/** Looks and records in the worker itself, as runs of an earlier Gradus have them; the caller has an activity above. */
export const atOnce = inTurn(
  described(
    proxyLocalActivities<Pick<Activities, 'judgeInternalTest' | 'judgeGray' | 'judgeAbTest' | 'recordRelease'>>({
      startToCloseTimeout: '2 seconds',
      cancellationType: ActivityCancellationType.ABANDON,
      retry: { maximumAttempts: 1 },
    }),
    { ...judgementSummaries, recordRelease: recordSummaries.recordRelease },
  ),
);

/**
 * Changes of what users get; each waits for the gateways and says so by heartbeats. One that is cancelled is waited for,
 * so that it cannot set anything after the undo has.
 */
export const routes = described(
  proxyActivities<Pick<Activities, 'expose' | 'makeFull' | 'restore'>>({
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: '10 seconds',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
  }),
  routeSummaries,
);

/** Hours of work in a process of its own. */
export const training = described(
  proxyActivities<TrainingActivities>({
    taskQueue: trainingQueue,
    startToCloseTimeout: '24 hours',
    heartbeatTimeout: '15 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 10 },
  }),
  trainingSummaries,
);
