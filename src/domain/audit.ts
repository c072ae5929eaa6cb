/** The record of who decided what: a chain, in which each entry holds the hash of the one before it. */
import { canonical, sha256Hex } from './evidence.ts';
import type { Decision } from './report.ts';

/**
 * What is recorded; the place says which decision of a release it is, so that none is recorded twice. A release that was
 * reset in Temporal decides anew at places that it had: those have another time, and are recorded too.
 */
export interface AuditEvent extends Decision {
  /** A release's id, or `policy` and when. */
  subject: string;
  /** 0, 1, … among the decisions of the subject. */
  place: number;
}

export interface AuditEntry extends AuditEvent {
  /** 1, 2, … without gaps. */
  number: number;
  /** Hash of the entry before; of the first, 64 zeros. */
  before: string;
  /** SHA-256 (hex) of all the rest of the entry, as JSON with sorted keys. */
  hash: string;
}

const noEntry = '0'.repeat(64);

/** The next entry of the chain whose last one is `last`. */
export function nextEntry(event: AuditEvent, last: Pick<AuditEntry, 'number' | 'hash'> | null): AuditEntry {
  const entry = { ...event, number: (last?.number ?? 0) + 1, before: last?.hash ?? noEntry };
  return { ...entry, hash: sha256Hex(canonical(entry)) };
}

/** Checks a chain entry by entry. */
export function createVerifier() {
  let last: AuditEntry | null = null;
  return {
    /** What is wrong with the next entry; null: nothing. */
    next(entry: AuditEntry): string | null {
      const { hash, ...rest } = entry;
      const { number, before } = rest;
      const wanted: number = (last?.number ?? 0) + 1;
      const hashBefore: string = last?.hash ?? noEntry;
      last = entry;
      if (number !== wanted) return `entry ${wanted} is missing; ${number} comes in its place`;
      if (before !== hashBefore) return `entry ${number} does not follow the one before it`;
      if (sha256Hex(canonical(rest)) !== hash) return `entry ${number} was changed`;
      return null;
    },
    /** The last entry's hash: kept elsewhere, it shows later that none was cut off at the end. */
    head: (): { number: number; hash: string } => ({ number: last?.number ?? 0, hash: last?.hash ?? noEntry }),
  };
}
