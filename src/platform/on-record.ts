/** What somebody does to the whole of Gradus, or tries to, with its entry in the audit log. */
import { randomInt } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { GradusError } from '../domain/errors.ts';
import type { Audit } from '../domain/ports.ts';
import { printable } from '../domain/words.ts';

export interface Deed {
  /** What it is done to, e.g. `schedule learn`. */
  subject: string;
  /** Once it is done, e.g. `paused the schedule`. */
  did: string;
  /** Where it is refused, e.g. `pause`. */
  operation: string;
  by: string;
  why?: string;
  /** From where, e.g. `http`. */
  via: string;
}

/** `--by` is taken on trust, so the account of the machine is kept beside it. */
export function viaCli(): string {
  return `cli, typed by ${userInfo().username}@${hostname()}`;
}

/** Does it, and appends that it was done, or that it was refused and why. */
export async function onRecord<T>(audit: Pick<Audit, 'append'>, deed: Deed, act: () => Promise<T>): Promise<T> {
  const done = await act().catch(async (error: unknown) => {
    // Whoever is refused is told so, whether or not it can be written down.
    if (isRefusal(error)) await note(audit, refused(deed, error.message)).catch(() => undefined);
    throw error;
  });
  await note(audit, deed);
  return done;
}

/** Appends an entry of what has happened once, now. */
export async function note(audit: Pick<Audit, 'append'>, deed: Omit<Deed, 'operation'>): Promise<void> {
  const { subject, did, by, why = '', via } = deed;
  const at = new Date().toISOString();
  const short = (text: string): string => printable(text).slice(0, 2000);
  const said = { what: short(did), by: short(by), why: short(why), via };
  // Each is written once, by whoever did it: the place only tells apart what happens in one millisecond.
  const place = randomInt(2 ** 31 - 1);
  await audit.append([{ subject: short(subject), place, at, stage: null, step: null, ...said }]);
}

/** The entry of something that was refused. */
export function refused(deed: Deed, problem: string): Omit<Deed, 'operation'> {
  const { operation, ...rest } = deed;
  return { ...rest, did: `${operation} was refused`, why: problem };
}

/** Not what is only badly written, and not what is away. */
export function isRefusal(error: unknown): error is GradusError {
  return error instanceof GradusError && [403, 409, 422].includes(error.status);
}
