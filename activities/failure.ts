/** How an error of ours crosses into Temporal: as an ApplicationFailure whose type is its code. */
import { ApplicationFailure } from '@temporalio/common';
import { GradusError } from '../src/domain/errors.ts';

/** The same activities, with every GradusError turned into a failure that workflows match by type. */
export function withFailures<T extends object>(activities: T): T {
  return new Proxy(activities, {
    get(target, name, receiver) {
      const activity: unknown = Reflect.get(target, name, receiver);
      if (typeof activity !== 'function') return activity;
      return async (...args: unknown[]): Promise<unknown> => {
        try {
          return await Reflect.apply(activity, target, args);
        } catch (error) {
          throw error instanceof GradusError ? asFailure(error) : error;
        }
      };
    },
  });
}

function asFailure(error: GradusError): ApplicationFailure {
  return ApplicationFailure.create({
    type: error.code,
    message: error.message,
    nonRetryable: !error.retryable,
    details: [error.problems],
    cause: error,
  });
}
