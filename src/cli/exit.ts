/** How commands end: the codes that scripts can use, and errors in words that say what to do next. */
import { CommanderError } from 'commander';
import { errorTable, GradusError, type ErrorCode } from '../domain/errors.ts';
import { printable } from '../domain/words.ts';
import { isAway } from '../platform/temporal-away.ts';
import { commandIn, nextOf } from './next.ts';
import { jsonText } from './output.ts';

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
  130 stopped by Ctrl-C or a signal

With --json an error is one line of JSON on standard error: {code, message, problems, next}.`;

/** Somebody stopped a command by a signal; the message says what that means for the next time. */
export class Stopped extends Error {}

const unreachable = new Set<ErrorCode>([
  'NOT_RUNNING',
  'TEMPORAL_UNREACHABLE',
  'STORE_UNREACHABLE',
  'STORE_SLOW',
  'PART_MISSING',
]);
const badInputStatuses = new Set([400, 404, 422]);

/** What was typed, for what is said of an error. */
export interface Typed {
  /** E.g. `gradus release list`. */
  command: string;
  /** Errors are printed as JSON too. */
  json: boolean;
}

/** As `--json` prints an error, on one line of standard error. */
interface ErrorJson {
  code: ErrorCode | 'STOPPED' | 'COMMAND_INVALID';
  message: string;
  problems: string[];
  /** What to type next; null where there is nothing. */
  next: string | null;
}

/** Says what went wrong and what to type next, and gives back the exit code. */
export function explainError(given: unknown, { command, json }: Typed = { command: 'gradus', json: false }): number {
  const error = isAway(given)
    ? new GradusError('TEMPORAL_UNREACHABLE', 'Temporal stopped answering meanwhile.', { cause: given })
    : given;
  const say = (text: string, value: ErrorJson): void => console.error(json ? jsonText(value, 0) : text);
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.done;
    const message = error.message.replace(/^error: /, '');
    const isHelp = error.code === 'commander.help' || error.code === 'commander.helpDisplayed';
    // Without --json, commander has said it already.
    if (json) {
      const what = isHelp ? `${command} needs one of its commands` : message;
      say('', { code: 'COMMAND_INVALID', message: what, problems: [], next: `${command} --help` });
    }
    return exitCodes.badInput;
  }
  if (error instanceof Stopped) {
    say(error.message, { code: 'STOPPED', message: error.message, problems: [], next: null });
    return exitCodes.stopped;
  }
  if (error instanceof GradusError) {
    const { code, message, problems } = error;
    const next = nextOf(error, command);
    // It may quote what strangers wrote; its own line breaks stay.
    const lines = message.split('\n').map(printable);
    if (commandIn(message) === null) lines.push(`Next: ${next}`);
    say(lines.join('\n'), { code, message, problems, next });
    return exitCodeOf(code);
  }
  if (json) {
    const message = error instanceof Error ? error.message : String(error);
    say('', { code: 'INTERNAL', message, problems: [], next: null });
    return exitCodes.bug;
  }
  console.error('This is a mistake in Gradus. Please report it with what follows, and what gradus --version prints:');
  console.error(error);
  return exitCodes.bug;
}

function exitCodeOf(code: ErrorCode): number {
  if (unreachable.has(code)) return exitCodes.unreachable;
  if (code === 'INTERNAL') return exitCodes.bug;
  if (code === 'CAPABILITY_NOT_RELEASED') return exitCodes.negative;
  return badInputStatuses.has(errorTable[code].status) ? exitCodes.badInput : exitCodes.negative;
}
