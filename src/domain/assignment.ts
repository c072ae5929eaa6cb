/** Which version a user gets: a pure function of route and user, so that every gateway at every time says the same. */
import { createHash } from 'node:crypto';
import type { Assignment, Draw, Route, User } from './route.ts';

/**
 * A user's place in [0, 1) under a salt: the first 52 bits of SHA-256 over the UTF-8 text `salt`, a zero byte, `userId`
 * (13 hexadecimal digits over 16^13). Test vectors: test/fixtures/assignment.json.
 */
export function bucket(salt: string, userId: string): number {
  const digest = createHash('sha256').update(`${salt}\u0000${userId}`).digest('hex');
  return Number.parseInt(digest.slice(0, 13), 16) / 16 ** 13;
}

/** Sticky, and monotone: as shares and groups of an exposure grow, nobody goes back from candidate to stable. */
export function assign(route: Route, user: User): Assignment {
  const { stable, candidate, exposure } = route;
  if (candidate === null) return { version: stable, arm: 'stable' };
  if (exposure.groups.some((group) => user.groups.includes(group))) return { version: candidate, arm: 'tester' };
  if (drawn(exposure.gray, user)) return { version: candidate, arm: 'gray' };
  if (exposure.experiment === null) return { version: stable, arm: 'stable' };
  return drawn(exposure.experiment, user)
    ? { version: candidate, arm: 'treatment' }
    : { version: stable, arm: 'control' };
}

function drawn(draw: Draw | null, user: User): boolean {
  return draw !== null && bucket(draw.salt, user.id) < draw.share;
}
