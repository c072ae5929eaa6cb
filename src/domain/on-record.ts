/** What somebody does to the whole of Gradus, or tries to, with its entry in the audit log. */
import { GradusError } from './errors.ts';
import type { Audit } from './ports.ts';
import { printable } from './words.ts';

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

/** Does it, and appends that it was done, or that it was refused and why. */
export async function onRecord<T>(audit: Pick<Audit, 'append'>, deed: Deed, act: () => Promise<T>): Promise<T> {
  const done = await act().catch(async (error: unknown) => {
    await noteRefusal(audit, deed, error);
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
  const [place = 0] = crypto.getRandomValues(new Uint32Array(1)).map((bits) => bits >>> 1);
  await audit.append([{ subject: short(subject), place, at, stage: null, step: null, ...said }]);
}

/** Appends that it was refused, where it was; whoever was refused is told so, whether or not that can be written down. */
export async function noteRefusal(audit: Pick<Audit, 'append'>, deed: Deed, error: unknown): Promise<void> {
  if (!isRefusal(error)) return;
  const { operation, ...rest } = deed;
  await note(audit, { ...rest, did: `${operation} was refused`, why: error.message }).catch(() => undefined);
}

/** Not what is only badly written, and not what is away. */
function isRefusal(error: unknown): error is GradusError {
  return error instanceof GradusError && [403, 409, 422].includes(error.status);
}
