/** Which queries the workflows' interceptor refuses, told activations as the SDK tells them. */
import { describe, expect, it } from 'vitest';
import type { ActivateInput } from '@temporalio/workflow';
import { interceptors } from '../../workflows/ahead.ts';

type Activation = ActivateInput['activation'];

const signal = { signalWorkflow: { signalName: 'pause' } };
const done = { resolveActivity: { seq: 1, result: { completed: {} } } };
const local = { resolveActivity: { seq: 1, result: { completed: {} }, isLocal: true } };
const cancelled = { resolveActivity: { seq: 1, result: { cancelled: {} } } };
const query = { queryWorkflow: { queryId: 'legacy_query', queryType: 'state' } };

/** `nanos` is when the task began. */
function of(job: NonNullable<Activation['jobs']>[number], nanos = 0, isReplaying = false): Activation {
  return { jobs: [job], timestamp: { nanos }, isReplaying };
}

/** `told` or `refused`, of each. */
function outcomes(activations: Activation[]): string[] {
  const [internals] = interceptors().internals ?? [];
  return activations.map((activation) => {
    try {
      let wasTold = 'dropped';
      internals?.activate?.({ activation, batchIndex: 0 }, () => void (wasTold = 'told'));
      return wasTold;
    } catch {
      return 'refused';
    }
  });
}

describe('a query', () => {
  it.each([
    ['behind a task', [of(signal, 1), of(done, 2), of(query)]],
    ['behind what was done in the worker in the same task', [of(signal, 1), of(local, 1), of(query)]],
    ['behind what the workflow itself cancelled', [of(signal, 1), of(cancelled, 1), of(query)]],
    ['of what was replayed alone', [of(signal, 1, true), of(done, 1, true), of(query)]],
    ['once the task has begun', [of(signal, 1, true), of(signal, 1), of(done, 2), of(query)]],
  ])('%s is answered', (_, activations) => {
    expect(outcomes(activations)).toEqual(activations.map(() => 'told'));
  });

  it('is refused also when the message was answered in the worker meanwhile, which takes a moment', () => {
    const activations = [of(signal, 1, true), of(signal, 1), of(local, 2), of(local, 3), of(query)];
    expect(outcomes(activations).at(-1)).toBe('refused');
  });

  it('is answered again when a task has told more', () => {
    expect(outcomes([of(signal, 1, true), of(signal, 1), of(done, 2), of(query)]).at(-1)).toBe('told');
  });

  it.each([
    ['a message', signal],
    ['the end of an activity', done],
    ['a timer', { fireTimer: { seq: 1 } }],
  ])('behind %s that no task has told yet is refused', (_, job) => {
    expect(outcomes([of(signal, 1, true), of(job, 1), of(query), of(query)])).toEqual([
      'told',
      'told',
      'refused',
      'refused',
    ]);
  });
});
