/** The options of `gradus schedule`, read whole: every problem of them is named. */
import { GradusError } from '../domain/errors.ts';
import { nameProblem } from '../domain/plan-leaves.ts';
import { listed } from '../domain/words.ts';
import { overlaps, type Overlap, type ScheduleOrder } from '../platform/schedules.ts';
import { durationReader, type DurationReader } from './duration-options.ts';

export interface CreateOptions {
  every?: string;
  cron?: string;
  zone: string;
  jitter: string;
  overlap: string;
  catchUp: string;
  paused?: boolean;
  by: string;
}

/** Temporal looks no more often. */
const leastMs = 1000;
/** What Temporal makes of less. */
const leastCatchUpMs = 10_000;

/** `everyMs` is what the plan says. Throws `REQUEST_INVALID` with every problem. */
export function readCreateOptions(
  name: string,
  options: CreateOptions,
  everyMs: number | null,
): Omit<ScheduleOrder, 'given' | 'plan'> {
  const problems: string[] = [];
  const ms = durationReader(problems);
  const msOrNone: DurationReader = (option, text) => (text === '0' ? 0 : ms(option, text));
  const badName = nameProblem(name, false);
  if (badName !== null) problems.push(`the name: ${badName}`);
  const { every, cron, zone, by, paused = false } = options;
  if (every !== undefined && cron !== undefined) problems.push('--every and --cron: keep one of them');
  if (every === undefined && cron === undefined && everyMs === null) {
    problems.push(
      'it is not said how often: write --every "1 week" or --cron "0 3 * * 1", or iterate.every in the plan',
    );
  }
  const often = every === undefined ? (everyMs ?? leastMs) : ms('every', every);
  if (cron === undefined && often < leastMs && often > 0) problems.push('--every: a second is the least');
  const overlap = overlapOf(options.overlap);
  if (overlap === null) {
    problems.push(`--overlap: "${options.overlap}" is not known; write ${listed(Object.keys(overlaps), 'or')}`);
  }
  const [jitterMs, catchUpMs] = [msOrNone('jitter', options.jitter), msOrNone('catch-up', options.catchUp)];
  if (problems.length === 0 && catchUpMs < leastCatchUpMs) {
    problems.push(`--catch-up: "${options.catchUp}" is less than the 10 seconds that are Temporal's least`);
  }
  if (problems.length > 0) {
    throw new GradusError('REQUEST_INVALID', `The schedule has a problem: ${problems.join('; ')}.`, { problems });
  }
  const when = cron === undefined ? { everyMs: often } : { cron, zone };
  return { name, by, when, jitterMs, overlap: overlap ?? 'skip', catchUpMs, paused };
}

/** Throws `REQUEST_INVALID` with every problem. */
export function readPeriod(from: string, until: string): { start: Date; end: Date } {
  const [start, end] = [new Date(from), new Date(until)];
  const problems = Object.entries({ from: start, until: end }).flatMap(([option, at]) =>
    Number.isNaN(at.getTime()) ? [`--${option}: not a time; write e.g. 2026-12-01T00:00:00Z`] : [],
  );
  if (problems.length === 0 && start >= end) problems.push('--until comes before --from');
  if (problems.length === 0) return { start, end };
  throw new GradusError('REQUEST_INVALID', `The period has a problem: ${problems.join('; ')}.`, { problems });
}

function overlapOf(text: string): Overlap | null {
  const plain = text.toLowerCase().replace(/[-_]/g, ' ');
  for (const name of ['skip', 'buffer one', 'buffer all', 'cancel other'] as const) if (name === plain) return name;
  return null;
}
