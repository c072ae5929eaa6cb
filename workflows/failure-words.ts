/** What went wrong, in the words of whoever failed. */
import { ActivityFailure, ChildWorkflowFailure } from '@temporalio/workflow';

/** Temporal wraps a failure in what failed by it ("Activity task failed"). */
export function messageOf(error: unknown): string {
  const isWrapped = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure;
  if (isWrapped && error.cause !== undefined) return messageOf(error.cause);
  return error instanceof Error ? error.message : String(error);
}
