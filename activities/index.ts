/** All activities: one file a step of the story, over the ports that they are given. */
import type { Ports, RecordPorts } from '../src/domain/ports.ts';
import { abTestActivities } from './ab-test.ts';
import { beginActivities } from './begin.ts';
import { withFailures } from './failure.ts';
import { grayActivities } from './gray.ts';
import { examineActivities, internalTestActivities } from './internal-test.ts';
import { iterateActivities } from './iterate.ts';
import { iterationActivities } from './iteration.ts';
import { policyActivities } from './policy.ts';
import { recordActivities } from './record.ts';
import { routeActivities } from './routes.ts';
import { standingActivities } from './standing.ts';
import { splitActivities } from './split.ts';
import { longTrainActivities, profileActivities, trainActivities } from './train.ts';

export type { Before } from './begin.ts';
export type { IterationPlan } from './iteration.ts';

export type Activities = ReturnType<typeof createActivities>;
export type TrainingActivities = ReturnType<typeof createTrainingActivities>;

/** Short work: records, routes and judgements (queue `gradus`). */
export function createActivities(ports: RecordPorts) {
  return withFailures({
    ...beginActivities(ports),
    ...trainActivities(ports),
    ...splitActivities(),
    ...internalTestActivities(ports),
    ...grayActivities(ports),
    ...abTestActivities(ports),
    ...routeActivities(ports),
    ...iterateActivities(ports),
    ...iterationActivities(ports),
    ...recordActivities(ports),
    ...policyActivities(ports),
    ...standingActivities(ports),
  });
}

/** Long work, in a process of its own (queue `gradus-training`). */
export function createTrainingActivities(ports: Pick<Ports, 'trainer' | 'lessons'>) {
  return withFailures({ ...longTrainActivities(ports), ...examineActivities(ports), ...profileActivities(ports) });
}
