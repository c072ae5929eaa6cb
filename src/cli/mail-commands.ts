/** `gradus mail test`, `list`: who is told of releases by e-mail, and whether the server takes it. */
import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { GradusError } from '../domain/errors.ts';
import { readConfig, type MailSettings } from '../platform/config.ts';
import { exitCodes } from './exit.ts';
import { dataCommand, print, table, type JsonOption } from './output.ts';

export function mailCommand(): Command {
  return new Command('mail')
    .description('who is told of releases by e-mail (GRADUS_SMTP_URL), and whether the server takes it')
    .addCommand(test())
    .addCommand(list());
}

function test(): Command {
  return dataCommand('test', 'send one e-mail, once, and say what the server answered', [
    ['gradus mail test', 'to all of GRADUS_MAIL_TO; nothing has to run'],
    ['gradus mail test ann@example.org', 'to somebody else'],
  ])
    .argument('[address]', 'who gets it')
    .action(async (address: string | undefined, options: JsonOption) => {
      const mail = settings();
      const { createSend, testMail } = await import('../notify/mail.ts');
      const send = createSend(mail);
      const addresses = address === undefined ? mail.to : [address];
      if (addresses.length === 0) {
        throw new GradusError(
          'REQUEST_INVALID',
          'Nobody is named: gradus mail test ann@example.org, or set GRADUS_MAIL_TO.',
        );
      }
      const results = await Promise.all(
        addresses.map(async (to) => {
          const sent = await send(to, testMail(randomUUID(), mail.from), new AbortController().signal);
          return { to, taken: sent.kind === 'taken', why: 'why' in sent ? sent.why : null };
        }),
      );
      print(results, options, () =>
        results
          .map(({ to, taken, why }) => (taken ? ` ✓ the server took it for ${to}` : ` ✗ ${to}: ${why ?? ''}`))
          .join('\n'),
      );
      if (results.some(({ taken }) => !taken)) process.exitCode = exitCodes.negative;
    });
}

function list(): Command {
  return dataCommand('list', 'show who is told, what the server has taken for them, and what waits', [
    ['gradus mail list', 'those of GRADUS_MAIL_TO, and people of the policy who have an address'],
  ]).action(async (options: JsonOption) => {
    const mail = settings();
    const { withStore } = await import('../platform/records.ts');
    const { readersOf } = await import('../notify/by-mail.ts');
    const { channelOf } = await import('../notify/mail.ts');
    const all = await withStore(readConfig(), async ({ policies, notices }) => {
      const readers = readersOf(mail, await policies.current());
      return Promise.all(
        readers.map(async (reader) => ({ ...reader, ...(await notices.standing(channelOf(reader.address))) })),
      );
    });
    print(all, options, (rows) =>
      table(
        ['address', 'gets', 'taken', 'waits', 'given up', 'last problem'],
        rows.map(({ address, name, everything, taken, waiting, givenUp, problem }) => [
          address,
          everything ? 'everything' : `what is ${name}'s`,
          String(taken),
          String(waiting),
          String(givenUp),
          problem ?? '',
        ]),
      ),
    );
  });
}

function settings(): MailSettings {
  const { mail } = readConfig();
  if (mail !== null) return mail;
  throw new GradusError(
    'SETTING_INVALID',
    'No e-mail is sent: GRADUS_SMTP_URL and GRADUS_SMTP_FROM are not set (docs/mail.md).',
  );
}
