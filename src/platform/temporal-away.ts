/** Whether an error means that Temporal stopped answering in the middle of a call: by gRPC's codes for too late and not there. */
export function isAway(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && 'metadata' in at && (at.code === 4 || at.code === 14)) return true;
  }
  return false;
}
