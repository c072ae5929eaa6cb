/** Which version a user gets: sticky, and monotone while a ramp grows, because it depends on nothing but salt and id. */
// oxlint-disable-next-line no-restricted-imports -- a hash is a pure function
import { createHash } from 'node:crypto';
import type { Assignment, Draw, Route, User } from './route.ts';

/**
 * Where a user stands in [0, 1) under a salt: the first 52 bits of SHA-256 of salt, a zero byte and id (both UTF-8), as a
 * fraction. 52 bits fit a double exactly, so every language gets the same number: the first 13 hexadecimal digits of the
 * digest divided by 16^13.
 */
export function bucket(salt: string, userId: string): number {
  const digest = createHash('sha256').update(`${salt}\u0000${userId}`).digest('hex');
  return Number.parseInt(digest.slice(0, 13), 16) / 16 ** 13;
}

/** Groups come first, then gray; the experiment is drawn among the users that are in neither. */
export function assign(route: Route, user: User): Assignment {
  const { stable, candidate, exposure } = route;
  if (candidate === null) return { version: stable, arm: 'stable' };
  if (exposure.groups.some((group) => user.groups.includes(group))) return { version: candidate, arm: 'tester' };
  if (isDrawn(exposure.gray, user)) return { version: candidate, arm: 'gray' };
  if (exposure.experiment === null) return { version: stable, arm: 'stable' };
  return isDrawn(exposure.experiment, user)
    ? { version: candidate, arm: 'treatment' }
    : { version: stable, arm: 'control' };
}

/** A bucket is below 1, so a share of 1 is everybody and a share of 0 nobody. */
function isDrawn(draw: Draw | null, user: User): boolean {
  return draw !== null && bucket(draw.salt, user.id) < draw.share;
}
