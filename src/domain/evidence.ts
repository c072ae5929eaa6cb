/** What a person is shown before they decide, and the digest that binds their decision to it. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Plan, StageStep } from './plan.ts';
import type { Verdict } from './verdict.ts';

export interface Evidence {
  release: string;
  stage: number;
  step: StageStep;
  capabilities: string[];
  /** Digest of the version that users would get. */
  candidate: string;
  /** What they have now, by capability. */
  stable: Record<string, string | null>;
  /** Share of all users with the candidate. */
  exposure: number;
  plan: Plan;
  verdict: Verdict | null;
}

/** SHA-256 (64 hex digits) of the evidence as JSON with sorted keys: the same evidence has the same digest, whoever computes it. */
export function digestOf(evidence: Evidence): string {
  return sha256Hex(canonical(evidence));
}

/** JSON with sorted keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, sorted);
}

export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/**
 * What of a verdict makes it another one: which way it points, and which conditions are broken. Numbers that move while
 * that stays do not void an approval.
 */
export function gistOf({ kind, findings }: Verdict): string {
  const broken = findings.filter(({ state }) => state === 'breached');
  return [kind, ...broken.map(({ capability, condition }) => `${capability} ${condition}`).sort()].join('\n');
}

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
