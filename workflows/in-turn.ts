/**
 * Local activities of a workflow run one at a time. Of two that are under way at once, the one that ends first is told
 * first, and on replay the order may be another one: the SDK's own issues call that nondeterminism (sdk-python 1578, 1881).
 */
import { workflowInfo } from '@temporalio/workflow';
import { has } from './changes.ts';

/** The last turn that was taken, by the run's id. */
const last = new Map<string, Promise<unknown>>();

/** At the start of a workflow, also when it is replayed: turns of what was evicted from the worker's memory never end. */
export function beginTurns(): void {
  last.delete(workflowInfo().runId);
}

/** The same activities; each call waits until the one before has ended, however it ended. */
export function inTurn<A extends object>(activities: A): A {
  return new Proxy(activities, {
    get(target, name, receiver) {
      const activity: unknown = Reflect.get(target, name, receiver);
      if (typeof activity !== 'function') return activity;
      return (...args: unknown[]): unknown => take(async () => Reflect.apply(activity, undefined, args));
    },
  });
}

function take(work: () => Promise<unknown>): Promise<unknown> {
  if (!has('local activities in turn')) return work();
  const { runId } = workflowInfo();
  const turn = (last.get(runId) ?? Promise.resolve()).then(work);
  const ended = turn.catch(() => undefined);
  last.set(runId, ended);
  void ended.then(() => last.get(runId) === ended && last.delete(runId));
  return turn;
}
