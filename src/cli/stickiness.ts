/** Notices when a user is taken back from a candidate to the version before while others still get the candidate. */

/** What one user got for one capability. */
export interface Served {
  user: string;
  capability: string;
  version: string;
  arm: string;
  /** When it was asked for and when the answer came, in ms since 1970. */
  sentAt: number;
  answeredAt: number;
}

export interface Stickiness {
  note(served: Served): void;
  /**
   * Times that a user went back while the candidate was still given to somebody who asked later. A rollback takes
   * everybody back, so it is none.
   */
  flips(): number;
  /** How many different users ever got each version. */
  users(): Record<string, number>;
}

const candidateArms = new Set(['tester', 'gray', 'treatment']);

interface Past {
  version: string;
  arm: string;
  sentAt: number;
  /** Versions that the user had before this one. */
  before: Set<string>;
}

export function stickiness(): Stickiness {
  const pasts = new Map<string, Past>();
  const exposed = new Map<string, Set<string>>();
  const lastGiven = new Map<string, number>();
  const returns: { candidate: string; at: number }[] = [];

  return {
    note({ user, capability, version, arm, sentAt, answeredAt }) {
      const users = exposed.get(version) ?? new Set();
      exposed.set(version, users.add(user));
      const given = `${capability} ${version}`;
      if (candidateArms.has(arm)) lastGiven.set(given, Math.max(sentAt, lastGiven.get(given) ?? 0));
      const key = `${capability} ${user}`;
      const past = pasts.get(key);
      // An answer to an older question says nothing about what came after.
      if (past !== undefined && past.sentAt > sentAt) return;
      if (past === undefined || past.version === version) {
        pasts.set(key, { version, arm, sentAt, before: past?.before ?? new Set() });
        return;
      }
      const back = candidateArms.has(past.arm) && (past.before.has(version) || !candidateArms.has(arm));
      if (back) returns.push({ candidate: `${capability} ${past.version}`, at: answeredAt });
      pasts.set(key, { version, arm, sentAt, before: past.before.add(past.version) });
    },
    flips: () => returns.filter(({ candidate, at }) => (lastGiven.get(candidate) ?? 0) > at).length,
    users: () => Object.fromEntries([...exposed].map(([version, users]) => [version, users.size])),
  };
}
