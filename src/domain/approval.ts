/** Whether what a person says decides an open request: the rules are the same for Signals, Updates and every client. */
import type { Plan } from './plan.ts';
import type { Waiting } from './report.ts';
import { printable } from './words.ts';

export interface PersonSays {
  by: string;
  why?: string;
  request?: string;
}

/** Reads what came with a message; a text says what is wrong with it. */
export function readMessage(value: unknown): PersonSays | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'a message is an object such as {"by": "ann", "why": "looks right"}';
  }
  const known = ['by', 'why', 'request'];
  const entries = Object.entries(value);
  const problems = entries
    .filter(([key]) => !known.includes(key))
    .map(([key]) => `there is no field "${printable(key.slice(0, 40))}" (known: ${known.join(', ')})`);
  for (const [key, field] of entries) {
    if (!known.includes(key)) continue;
    if (typeof field !== 'string') problems.push(`${key} has to be a text`);
    else if (field.length > 2000) problems.push(`${key} is longer than 2,000 characters`);
  }
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const fields = new Map(texts.map(([key, text]) => [key, printable(text)]));
  const by = fields.get('by')?.trim() ?? '';
  const why = fields.get('why');
  const request = fields.get('request');
  if (by === '') problems.push('by is missing: who says this');
  if (problems.length > 0) return problems.join('; ');
  return { by, ...(why === undefined ? {} : { why }), ...(request === undefined ? {} : { request }) };
}

/** People who may decide: names of groups are replaced by who is in them. Empty: anyone. */
export function deciders(from: string[], people: Plan['people']): string[] {
  return [...new Set(from.flatMap((name) => people[name] ?? [name]))];
}

/** Null where `says` may decide the open request, otherwise why not. */
export function objection(waiting: Waiting | null, says: PersonSays): string | null {
  if (waiting === null) return 'nothing waits for a decision now';
  if (says.request !== undefined && says.request !== waiting.id) {
    return `request ${says.request} is not open; what waits now is ${waiting.id}: ${waiting.question}`;
  }
  if (waiting.from.length > 0 && !waiting.from.includes(says.by)) {
    return `${says.by} may not decide this; it is for ${waiting.from.join(', ')}`;
  }
  if (waiting.approvedBy.includes(says.by)) return `${says.by} has approved already`;
  return null;
}
