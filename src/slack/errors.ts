/** What Slack said when it refused a call. */

/** How long it wants us to wait; null where it said nothing of that. */
export function retryAfterMs(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('retryAfter' in error)) return null;
  return typeof error.retryAfter === 'number' ? error.retryAfter * 1000 : null;
}

/** Slack's own name of an error that it answered with. */
export function platformError(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('data' in error)) return null;
  const { data } = error;
  if (typeof data !== 'object' || data === null || !('error' in data)) return null;
  return typeof data.error === 'string' ? data.error : null;
}

export function reasonOf(error: unknown): string {
  return platformError(error) ?? (error instanceof Error ? error.message : String(error));
}
