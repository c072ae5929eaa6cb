/** How commands end: the codes that scripts can use, and errors in words that say what to do next. */
import { CommanderError } from 'commander';
import { printable } from '../domain/words.ts';
import { errorTable, GradusError, type ErrorCode } from '../domain/errors.ts';

export const exitCodes = {
  done: 0,
  /** It was refused, or what it waited for ended badly. */
  negative: 1,
  /** The command line, a plan, a setting or a name is wrong. */
  badInput: 2,
  /** What it needs does not run or cannot be reached. */
  unreachable: 3,
  /** A mistake in Gradus itself. */
  bug: 70,
  /** Somebody stopped it, as shells have it for Ctrl-C. */
  stopped: 130,
} as const;

export const exitCodesHelp = `
Exit codes:
  0   done
  1   refused, or ended badly (a release that was rolled back, a version that failed)
  2   the command line, a plan, a setting or a name is wrong
  3   what is needed does not run or cannot be reached
  70  a mistake in Gradus itself
  130 stopped by Ctrl-C or a signal`;

/** Somebody stopped a command by a signal; the message says what that means for the next time. */
export class Stopped extends Error {}

const unreachable = new Set<ErrorCode>(['NOT_RUNNING', 'TEMPORAL_UNREACHABLE', 'STORE_UNREACHABLE', 'PART_MISSING']);
const badInputStatuses = new Set([400, 404, 422]);

/** Says what went wrong, and gives back the exit code. */
export function explainError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
  if (error instanceof Stopped) {
    console.error(error.message);
    return exitCodes.stopped;
  }
  if (error instanceof GradusError) {
    // It may quote what strangers wrote; its own line breaks stay.
    console.error(error.message.split('\n').map(printable).join('\n'));
    return exitCodeOf(error.code);
  }
  console.error('This is a mistake in Gradus:');
  console.error(error);
  return exitCodes.bug;
}

function exitCodeOf(code: ErrorCode): number {
  if (unreachable.has(code)) return exitCodes.unreachable;
  if (code === 'INTERNAL') return exitCodes.bug;
  if (code === 'CAPABILITY_NOT_RELEASED') return exitCodes.negative;
  return badInputStatuses.has(errorTable[code].status) ? exitCodes.badInput : exitCodes.negative;
}
