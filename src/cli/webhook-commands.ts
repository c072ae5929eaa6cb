/** `gradus webhook test`, `list`, `resume`: who is told of releases by HTTP, and whether they hear it. */
import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { contractVersion } from '../domain/events.ts';
import { GradusError } from '../domain/errors.ts';
import type { Standing } from '../domain/outbox.ts';
import { didYouMean } from '../domain/words.ts';
import { readConfig, type WebhookSettings } from '../platform/config.ts';
import { runningOn } from '../platform/run-file.ts';
import { channelOf, post, shownUrl } from '../notify/webhook.ts';
import { exitCodes } from './exit.ts';
import { dataCommand, print, table, type JsonOption } from './output.ts';

export function webhookCommand(): Command {
  return new Command('webhook')
    .description('who is told of releases by HTTP (GRADUS_WEBHOOK_URLS), and whether they hear it')
    .addCommand(test())
    .addCommand(list())
    .addCommand(resume());
}

function test(): Command {
  return dataCommand('test', 'send one signed event to each address, once, and say what it answered', [
    ['gradus webhook test', 'to all of GRADUS_WEBHOOK_URLS; nothing has to run'],
    ['gradus webhook test https://example.org/hook', 'to one of them'],
  ])
    .argument('[url]', 'one of GRADUS_WEBHOOK_URLS')
    .action(async (url: string | undefined, options: JsonOption) => {
      const { urls, keys } = settings();
      const event = {
        version: contractVersion,
        id: `evt_test_${randomUUID().replaceAll('-', '')}`,
        type: 'gradus.test',
        time: new Date().toISOString(),
        release: null,
        data: { text: 'This is a test. If its signature holds, events of releases will arrive too.' },
      };
      const results = await Promise.all(
        (url === undefined ? urls : [oneOf(urls, url, 'of GRADUS_WEBHOOK_URLS')]).map(async (one) => {
          const sent = await post({ url: one, keys }, event, new AbortController().signal);
          return { url: shownUrl(one), taken: sent.kind === 'taken', why: 'why' in sent ? sent.why : null };
        }),
      );
      print({ event: event.id, results }, options, () =>
        results
          .map(({ url: to, taken, why }) => (taken ? ` ✓ ${to} took ${event.id}` : ` ✗ ${to}: ${why ?? ''}`))
          .join('\n'),
      );
      if (results.some(({ taken }) => !taken)) process.exitCode = exitCodes.negative;
    });
}

function list(): Command {
  return dataCommand('list', 'show what each address has taken, and what waits for it', [
    ['gradus webhook list', 'what is kept and tried again, and why; of the gradus up that runs here, if there is one'],
  ]).action(async (options: JsonOption) => {
    const known = knownAddresses();
    const { withStore } = await import('../platform/records.ts');
    const all = await withStore(readConfig(), ({ notices }) =>
      Promise.all(
        known.addresses.map(async ({ url, told }) => ({
          url: shownUrl(url),
          told,
          ...(await notices.standing(channelOf(url))),
        })),
      ),
    );
    print(all, options, (rows) => {
      const heads = ['address', 'taken', 'waits', 'given up', 'state'];
      const cells = rows.map(({ url, taken, waiting, givenUp, ...state }) => [
        url,
        String(taken),
        String(waiting),
        String(givenUp),
        stateWords(state),
      ]);
      return `${table(heads, cells)}\n\n${known.source}`;
    });
  });
}

function stateWords({
  told,
  stopped,
  problem,
}: Pick<Standing, 'stopped' | 'problem'> & { told: boolean | null }): string {
  if (told === false) return 'not told: only this shell has it; to tell it, start gradus up again from here';
  if (stopped !== null) return `stopped: ${stopped} (gradus webhook resume URL)`;
  return problem === null ? 'well' : `last problem: ${problem}`;
}

interface Address {
  url: string;
  /** Whether the running system tells it; null: nobody here knows. */
  told: boolean | null;
}

/** Those of the `gradus up` that runs here come first, for its settings may be others than those of this shell. */
function knownAddresses(): { addresses: Address[]; source: string } {
  const { home, webhooks } = readConfig();
  const run = runningOn(home);
  const own = webhooks?.urls ?? [];
  if (run?.webhooks === undefined) {
    const addresses = settings().urls.map((url) => ({ url, told: null }));
    return { addresses, source: `As the settings of this shell have it: no gradus up runs on ${home}.` };
  }
  const told = run.webhooks;
  const untold = own.filter((url) => !told.includes(url));
  if (told.length + untold.length === 0) {
    const message = `gradus up (process ${run.up.pid}) tells nobody: it was started without GRADUS_WEBHOOK_URLS and GRADUS_WEBHOOK_SECRET (docs/webhooks.md).`;
    throw new GradusError('SETTING_INVALID', message);
  }
  return {
    addresses: [...told.map((url) => ({ url, told: true })), ...untold.map((url) => ({ url, told: false }))],
    source: `As gradus up (process ${run.up.pid}) has it.`,
  };
}

function resume(): Command {
  return dataCommand('resume', 'send again to an address that was stopped because it answered HTTP 410', [
    ['gradus webhook resume https://example.org/hook', 'what was kept for it is sent'],
  ])
    .argument('<url>', 'one of those that gradus webhook list shows')
    .action(async (url: string, options: JsonOption) => {
      const known = knownAddresses().addresses.map((address) => address.url);
      const one = oneOf(known, url, 'that gradus webhook list shows');
      const { withStore } = await import('../platform/records.ts');
      const { waiting } = await withStore(readConfig(), async ({ notices }) => {
        await notices.resume(channelOf(one));
        return notices.standing(channelOf(one));
      });
      print(
        { url: shownUrl(one), waiting },
        options,
        () => `${shownUrl(one)} is sent to again; ${waiting} wait for it.`,
      );
    });
}

function settings(): WebhookSettings {
  const { webhooks } = readConfig();
  if (webhooks !== null) return webhooks;
  const message =
    'There is nobody to tell: GRADUS_WEBHOOK_URLS and GRADUS_WEBHOOK_SECRET are not set (docs/webhooks.md).';
  throw new GradusError('SETTING_INVALID', message);
}

/** Also found without its query, as it is shown. */
function oneOf(urls: string[], wanted: string, which: string): string {
  const found = urls.find((url) => url === wanted || shownUrl(url) === wanted);
  if (found !== undefined) return found;
  const hint = didYouMean(wanted, urls.map(shownUrl));
  throw new GradusError('REQUEST_INVALID', `${wanted} is none ${which}${hint}.`);
}
