/** Which version a user gets, as the store keeps it and the gateway obeys it. */

/** A draw of users: those whose bucket under `salt` is below `share` (0 to 1) are in. */
export interface Draw {
  salt: string;
  share: number;
}

/** Who gets the candidate. Parts only ever grow within a release, so no user goes back and forth. */
export interface Exposure {
  /** Groups of users (testers, named audiences) who have the candidate. */
  groups: string[];
  gray: Draw | null;
  /** Drawn among the users that are in neither groups nor gray. */
  experiment: Draw | null;
}

export interface Route {
  model: string;
  capability: string;
  /** Grows by one with every change to any route. */
  revision: number;
  /** Digest of what users have now; null before the first release of the capability. */
  stable: string | null;
  /** Digest of what is on its way; null when nothing is. */
  candidate: string | null;
  exposure: Exposure;
  /** What the answers given under this route count for: `release/stage/step/level`; empty when no release is on. */
  phase: string;
}

export const arms = ['stable', 'tester', 'gray', 'control', 'treatment'] as const;
/** Why a user got their version: the same words in routes, records and reports. */
export type Arm = (typeof arms)[number];

export interface Assignment {
  version: string | null;
  arm: Arm;
}

export interface User {
  id: string;
  groups: string[];
}

export const nobody: Exposure = { groups: [], gray: null, experiment: null };
