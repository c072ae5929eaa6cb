/**
 * Activities that are asked one at a time, so that messages are obeyed in the order in which they came. Runs of an earlier
 * Gradus have local ones, few after each other. Of two that are under way at once, the one that ends first is told first, and
 * on replay the order may be another one: the SDK's own issues call that nondeterminism (sdk-python 1578, 1881). And one that
 * ends as its task does may be written into that one and told in the next, while replay tells it in the first: before the
 * messages that had come in between.
 */
import { isCancellation, workflowInfo } from '@temporalio/workflow';
import { has } from './changes.ts';

/** The last turn that was taken, by the run's id. */
const last = new Map<string, Promise<unknown>>();

/** So many may follow each other: each ends within a second or two, and the SDK begins another task after eight. */
const mostInRow = 6;

/** How many have followed each other, by the run's id. Only what the workflow itself does is counted: it is the same on replay. */
const inRow = new Map<string, number>();

/** At the start of a workflow, also when it is replayed: turns of what was evicted from the worker's memory never end. */
export function beginTurns(): void {
  last.delete(workflowInfo().runId);
  inRow.delete(workflowInfo().runId);
}

/** Whether an ordinary activity is to come now, which ends the task: always, but in runs of an earlier Gradus. Asking counts as one. */
export function isCrowded(): boolean {
  if (has('no local activities')) return true;
  if (!has('short local activities')) return false;
  const { runId } = workflowInfo();
  const count = (inRow.get(runId) ?? 0) + 1;
  inRow.set(runId, count > mostInRow ? 0 : count);
  return count > mostInRow;
}

/** The same activities; each call waits until the one before has ended, however it ended. */
export function inTurn<A extends object>(activities: A): A {
  return each(activities, (call) => take(async () => call()));
}

/**
 * `quick` in turn, which is tried once; where it fails, or enough have followed each other, `patient`, which waits for what
 * is away. Runs that began before there were both have `endless` alone.
 */
export function inTurnOrPatiently<A extends object>(quick: A, patient: A, endless: A): A {
  return each(quick, (call, name, args) =>
    take(async () => {
      if (!has('short local activities')) return callOf(endless, name)(...args);
      if (isCrowded()) return callOf(patient, name)(...args);
      try {
        return await call();
      } catch (error) {
        if (isCancellation(error)) throw error;
        return callOf(patient, name)(...args);
      }
    }),
  );
}

function each<A extends object>(
  activities: A,
  around: (call: () => unknown, name: string | symbol, args: unknown[]) => unknown,
): A {
  return new Proxy(activities, {
    get(target, name, receiver) {
      const activity: unknown = Reflect.get(target, name, receiver);
      if (typeof activity !== 'function') return activity;
      return (...args: unknown[]): unknown => around(() => Reflect.apply(activity, undefined, args), name, args);
    },
  });
}

function callOf(activities: object, name: string | symbol): (...args: unknown[]) => unknown {
  const activity: unknown = Reflect.get(activities, name);
  if (typeof activity !== 'function') throw new TypeError(`there is no activity ${String(name)}`);
  return (...args) => Reflect.apply(activity, undefined, args);
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
