/** What a person is shown before they decide, and the digest that binds their decision to it. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Plan, StageStep } from './plan.ts';
import type { Finding, Verdict } from './verdict.ts';
import { signed, inWords } from './words.ts';

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

/**
 * What is new to somebody who was shown `shown`, in words: first a condition that stands otherwise, then a figure that has
 * left the interval that it was shown with. Null: nothing that they would have to see.
 */
export function newsOf(shown: Verdict, now: Verdict): string | null {
  const before = new Map(shown.findings.map((one) => [keyOf(one), one]));
  const pairs = now.findings.map((one) => [before.get(keyOf(one)), one] as const);
  for (const [old, { capability, condition, state, reason }] of pairs) {
    if (old?.state !== state) return `${capability}: ${condition} ${stateWords[state]}: ${reason}`;
  }
  for (const [old, { capability, metric, ...one }] of pairs) {
    const of = one.difference === null ? 'candidate' : 'difference';
    const [was, is] = [old?.[of] ?? null, one[of]];
    if (was === null || is === null || (is.value >= was.low && is.value <= was.high)) continue;
    const written = of === 'difference' ? signed : inWords;
    const against = of === 'difference' ? ' against stable' : '';
    return `${capability}: ${metric ?? ''}${against} is ${written(is.value)} now and was ${written(was.value)}`;
  }
  return null;
}

const stateWords = { holds: 'holds now', open: 'is open now', breached: 'is breached now' } as const;

function keyOf({ capability, condition }: Finding): string {
  return `${capability}\n${condition}`;
}

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
