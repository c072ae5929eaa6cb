/** Whether an error means that Temporal, or the worker behind it, does not answer: by gRPC's codes. */

/** Temporal stopped answering in the middle of a call: too late, or not there. */
export function isAway(error: unknown): boolean {
  return hasCode(error, [4, 14]);
}

/** Temporal is there, and lets no message in: the worker did not finish what it began on this workflow ("failed precondition"). */
export function isStuck(error: unknown): boolean {
  return hasCode(error, [9]);
}

function hasCode(error: unknown, codes: unknown[]): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && 'metadata' in at && codes.includes(at.code)) return true;
  }
  return false;
}
