/** Options that are lengths of time, read together with what else is wrong of a command. */
import { duration } from '../domain/plan-leaves.ts';

/** Reads a text, and adds to `problems` what is wrong of it (then 0 is given back). */
export type DurationReader = (option: string, text: string) => number;

export function durationReader(problems: string[]): DurationReader {
  return (option, text) => {
    const read = duration.safeParse(text);
    if (read.success) return read.data;
    problems.push(`--${option}: ${read.error.issues[0]?.message ?? 'is not a duration'}`);
    return 0;
  };
}
