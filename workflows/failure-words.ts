/** What went wrong: which kind of failure, and in the words of whoever failed. */
import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure } from '@temporalio/workflow';

/** Temporal wraps a failure in what failed by it ("Activity task failed"). */
export function messageOf(error: unknown): string {
  const isWrapped = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure;
  if (isWrapped && error.cause !== undefined) return messageOf(error.cause);
  return error instanceof Error ? error.message : String(error);
}

/** `type` is a code of ours, which the activity failed with. */
export function isOfType(error: unknown, type: string): boolean {
  return error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.type === type;
}
