/** `gradus release approve`, `reject`, `pause`, `resume`, `rollback`: what a person says to a release. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { Operation } from '../domain/approval.ts';
import { readConfig } from '../platform/config.ts';
import { dataCommand, print, type JsonOption } from './output.ts';
import { viaCli } from './typed-by.ts';

interface MessageOptions extends JsonOption {
  by: string;
  why?: string;
  request?: string;
  evidence?: string;
  emergency?: boolean;
}

const release = 'gradus release';

export function releaseMessageCommands(): Command[] {
  return [
    approving('approve what the release waits for', [
      [`${release} approve`, 'what the only release under way asks for'],
      [`${release} approve mail-assistant-2 --by ann --why "looks right"`, 'as ann, with a reason'],
      [`${release} approve --request 2/gray/1 --evidence 9f86d081`, 'only what you looked at'],
      [
        `${release} approve --emergency --why "users are locked out"`,
        'an admin alone, against the quorum; recorded as such',
      ],
    ]),
    decision('reject', 'reject it: users of the stage go back to stable', [
      [`${release} reject mail-assistant-2 --why "worse on long mails"`, 'users of this stage keep stable'],
    ]),
    decision('hold', 'leave it open, with its clock standing, until somebody decides', [
      [`${release} hold mail-assistant-2 --why "legal looks at it"`, 'nobody is timed out meanwhile'],
    ]),
    decision('moreTime', 'give people the time that the plan gives them once more', [
      [`${release} more-time mail-assistant-2`, 'two days more, where the plan says within: 2 days'],
    ]),
    message('pause', 'hold the release where it is; guardrails stay watched', [
      [`${release} pause --why "incident in another team"`, 'no more users get the candidate'],
    ]),
    message('resume', 'go on with a paused release', [[`${release} resume`, 'goes on where it was held']]),
    message('rollback', 'put the stage under way back on stable and end the release', [
      [`${release} rollback mail-assistant-2 --why "complaints"`, 'earlier stages stay released'],
    ]),
  ];
}

function approving(description: string, examples: [string, string][]): Command {
  return decision('approve', description, examples).option(
    '--emergency',
    'as an admin, alone and against the quorum; needs --why',
  );
}

function decision(kind: Operation, description: string, examples: [string, string][]): Command {
  return message(kind, description, examples)
    .option('--request <id>', 'the request that is meant; refused when another one is open by now (see status)')
    .option(
      '--evidence <digest>',
      'the evidence that you saw, its first eight digits or more; refused when it is other by now',
    );
}

export function message(kind: Operation, description: string, examples: [string, string][]): Command {
  return dataCommand(kind === 'moreTime' ? 'more-time' : kind, description, examples)
    .argument('[release]', 'which one; left out: the only one under way')
    .option('--by <name>', 'who says this', userInfo().username)
    .option('--why <reason>', 'why, for the record')
    .action(async (id: string | undefined, options: MessageOptions) => {
      const { openRelease, tellRelease, withStore, withTemporal } = await import('./live.ts');
      const config = readConfig();
      const { by, why, request, evidence, emergency } = options;
      const says = {
        by,
        via: viaCli(),
        ...(why === undefined ? {} : { why }),
        ...(request === undefined ? {} : { request }),
        ...(evidence === undefined ? {} : { evidence }),
        ...(emergency === true ? ({ emergency } as const) : {}),
      };
      const receipt = await withTemporal(config, async (client) => {
        const target = id ?? (await withStore(config, ({ releases }) => openRelease(releases)));
        const sent = await tellRelease(client, (use) => withStore(config, use), target, kind, says);
        return { release: target, receipt: sent };
      });
      print(receipt, options, (sent) => `${sent.release}: ${sent.receipt}`);
    });
}
