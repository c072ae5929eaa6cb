/** The notify process: tells others what happens to releases, by webhook and by e-mail. */
import { GradusError } from '../domain/errors.ts';
import type { Config } from '../platform/config.ts';
import { databaseOf } from '../platform/needs.ts';
import { runOwnProcess, whenAborted, type OwnProcess } from '../platform/own-process.ts';
import { pageOfRelease } from '../platform/temporal-links.ts';
import { openStore } from '../store/store.ts';
import { tellByMail } from './by-mail.ts';
import { tellByWebhook } from './by-webhook.ts';

/** What is noted or sent waits this long for the store. */
const storeWithinMs = 5_000;

export function runNotify(config: Config): Promise<void> {
  return runOwnProcess('notify', (own) => work(config, own));
}

async function work(config: Config, { signal, ready }: OwnProcess): Promise<void> {
  const { webhooks, mail } = config;
  if (webhooks === null && mail === null) {
    const message = 'Nobody is to be told: see GRADUS_WEBHOOK_URLS and GRADUS_SMTP_URL in docs/configuration.md.';
    throw new GradusError('SETTING_INVALID', message);
  }
  const store = await openStore(databaseOf(config), { wait: false, retryMs: storeWithinMs });
  const around = {
    ...store,
    pageOf: (release: string) => pageOfRelease(config, release),
    say: (line: string): void => console.log(`notify: ${line}`),
  };
  ready();
  await Promise.all([
    whenAborted(signal),
    ...(webhooks === null ? [] : [tellByWebhook(webhooks, around, signal)]),
    ...(mail === null ? [] : [tellByMail(mail, around, signal)]),
  ]);
  await store.close();
}
