/** The command line of Gradus: every command is registered here. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { didYouMean } from '../domain/words.ts';
import { projectRoot } from '../platform/root.ts';
import { exitCodesHelp } from './exit.ts';
import { applicationCommands } from './application-commands.ts';
import { auditCommand } from './audit-commands.ts';
import { cardCommands } from './card-commands.ts';
import { completionCommand } from './completion-command.ts';
import { dataCommands } from './data-commands.ts';
import { demoCommand } from './demo-command.ts';
import { exportCommand } from './export-command.ts';
import { freezeCommand } from './freeze-commands.ts';
import { planCommand } from './plan-commands.ts';
import { iterationCommand } from './iteration-commands.ts';
import { mailCommand } from './mail-commands.ts';
import { policyCommand } from './policy-commands.ts';
import { releaseMessageCommands } from './release-message-commands.ts';
import { releaseReadCommands } from './release-read-commands.ts';
import { releaseStartCommands } from './release-start-commands.ts';
import { stopAllCommand } from './stop-all-command.ts';
import { scheduleCommand } from './schedule-commands.ts';
import { surveyCommand } from './survey-commands.ts';
import { tuneCommand } from './tune-command.ts';
import { upCommands } from './up-commands.ts';
import { versionCommands } from './version-commands.ts';
import { webhookCommand } from './webhook-commands.ts';

/** `quietErrors`: what commander says of a wrong command line is left to the caller. */
export function program({ quietErrors = false } = {}): Command {
  const release = new Command('release').description('start, follow, decide and report releases');
  for (const command of [...releaseStartCommands(), ...releaseReadCommands(), ...releaseMessageCommands()]) {
    release.addCommand(command);
  }
  const gradus: Command = new Command('gradus')
    .description('Releases machine-learning models to their users gradually, capability by capability, and durably.')
    .version(readVersion())
    .addHelpText('after', `${exitCodesHelp}\n\nSettings come from the environment: see docs/configuration.md.`);
  for (const command of [
    demoCommand(),
    ...upCommands(),
    planCommand(),
    policyCommand(),
    auditCommand(),
    webhookCommand(),
    mailCommand(),
    dataCommands(),
    release,
    stopAllCommand(),
    freezeCommand(),
    scheduleCommand(),
    iterationCommand(),
    surveyCommand(),
    ...versionCommands(),
    exportCommand(),
    tuneCommand(),
    ...cardCommands(),
    ...applicationCommands(),
    completionCommand(() => gradus),
  ])
    gradus.addCommand(command);
  gradus.addHelpText('beforeAll', ({ command }) => withoutUnknown(command));
  return throwing(gradus, quietErrors);
}

/** Commander answers `release nosuch --help` with the help of `release`; throws as without `--help`, else adds nothing. */
function withoutUnknown(command: Command): string {
  const [first] = command.args;
  if (command.commands.length === 0 || first === undefined || first.startsWith('-')) return '';
  const known = command.commands.map((inner) => inner.name());
  if (known.includes(first) || first === 'help') return '';
  command.error(`error: unknown command '${first}'${didYouMean(first, known)}`, { code: 'commander.unknownCommand' });
}

/** Commander ends the process by itself unless each command is told not to; after an error it says what to type next. */
function throwing(command: Command, quietErrors: boolean, words = command.name()): Command {
  command.exitOverride().showHelpAfterError(`Next: ${words} --help`);
  if (quietErrors) command.configureOutput({ writeErr: () => {} });
  for (const inner of command.commands) throwing(inner, quietErrors, `${words} ${inner.name()}`);
  return command;
}

function readVersion(): string {
  const text = readFileSync(path.join(projectRoot, 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
