/** What to type after an error: what its message says, or what its code calls for. */
import type { Command } from 'commander';
import type { ErrorCode, GradusError } from '../domain/errors.ts';

/** `help` is the help of the command that was typed. */
const nextByCode: Record<ErrorCode, string> = {
  PLAN_INVALID: 'gradus plan check --explain KEY',
  AUDIT_BROKEN: 'gradus audit export',
  POLICY_INVALID: 'gradus policy set --help',
  PLAN_UNKNOWN: 'gradus plan list',
  PLAN_IN_USE: 'gradus release list',
  PLAN_REFUSED: 'gradus policy show',
  STOPPED_ALL: 'gradus stop-all --list',
  FROZEN: 'gradus freeze show',
  REQUEST_INVALID: 'help',
  MODEL_BUSY: 'gradus release list',
  MODEL_UNKNOWN: 'gradus versions',
  CAPABILITY_UNKNOWN: 'gradus versions',
  CAPABILITY_NOT_RELEASED: 'gradus release list',
  VERSION_UNKNOWN: 'gradus versions',
  VERSION_DAMAGED: 'gradus train PLAN',
  ANSWER_UNKNOWN: 'gradus predict --help',
  RELEASE_UNKNOWN: 'gradus release list',
  RELEASE_OVER: 'gradus release list',
  DATA_UNKNOWN: 'gradus data list',
  DATA_INVALID: 'gradus data check --help',
  TRAINING_FAILED: 'gradus train PLAN, which goes on from where it was',
  TRAINING_DIVERGED: 'gradus plan check --explain "train.learning rate"',
  GATEWAYS_LOST: 'gradus up',
  STORE_UNREACHABLE: 'gradus up',
  STORE_SLOW: 'the same again, when the database is less busy',
  MESSAGE_REFUSED: 'gradus release status',
  NOT_RUNNING: 'gradus up',
  TEMPORAL_UNREACHABLE: 'gradus up',
  PREDICTION_FAILED: 'gradus release status',
  NOT_ALLOWED: 'gradus policy show',
  NOT_SIGNED_IN: 'gradus policy show',
  PROVIDER_UNREACHABLE: 'gradus console --help',
  NOT_FOUND: 'help',
  INTERNAL: 'gradus --version, and report what is above',
  ALREADY_RUNNING: 'gradus release list',
  PART_MISSING: 'npm run setup',
  SETTING_INVALID: 'correct the environment; docs/configuration.md has every setting',
};

/** A command that stands in a sentence, up to where the sentence goes on. */
const typed = /\b(?:gradus (?=[a-z])|npm (?:run|start|install))(?:[^\n,;:()`.]|[.:](?=\S))*/;

/** Null where a message has none. `gradus up (process 12) …` speaks of a process, and is none. */
export function commandIn(message: string): string | null {
  for (const line of message.split('\n')) {
    const found = typed.exec(line);
    if (found !== null && !line.slice(found.index + found[0].length).startsWith('(process')) return found[0].trim();
  }
  return null;
}

/** The key that a problem of a plan begins with, e.g. `gray.ramp` of `gray.ramp: 20% comes after 50%`. */
const problemKey = /^[a-z][\w*-]*(?: [a-z]+)?(?:\.[\w* -]+)*(?=: )/;

export function nextOf(error: GradusError, command: string): string {
  const key = error.code === 'PLAN_INVALID' ? problemKey.exec(error.problems[0] ?? '')?.[0] : undefined;
  const explained = key === undefined ? null : `gradus plan check --explain ${/ /.test(key) ? `"${key}"` : key}`;
  const next = commandIn(error.message) ?? explained ?? nextByCode[error.code];
  return next === 'help' ? `${command} --help` : next;
}

/** The command that was typed, e.g. `gradus release list`. */
export function commandTyped(program: Command, words: readonly string[]): string {
  let at = program;
  const found = [program.name()];
  for (const word of words) {
    const inner = at.commands.find((one) => one.name() === word);
    if (inner === undefined) {
      if (word.startsWith('-')) continue;
      break;
    }
    found.push(word);
    at = inner;
  }
  return found.join(' ');
}
