/** The notify process: tells others what happens to releases, by webhook. */
import { z } from 'zod';
import { eventsOf } from '../domain/events.ts';
import { GradusError } from '../domain/errors.ts';
import type { WebhookSettings, Config } from '../platform/config.ts';
import { databaseOf } from '../platform/needs.ts';
import { runOwnProcess, whenAborted, type OwnProcess } from '../platform/own-process.ts';
import { pageOfRelease } from '../platform/temporal-links.ts';
import { openStore, type Store } from '../store/store.ts';
import { keepInStep } from './in-step.ts';
import { reasonOf, sendAll } from './sending.ts';
import { channelOf, post, shownUrl, usualWithinMs } from './webhook.ts';

const lookEveryMs = 1_000;
/** What is noted or sent waits this long for the store. */
const storeWithinMs = 5_000;

export function runNotify(config: Config): Promise<void> {
  return runOwnProcess('notify', (own) => work(config, own));
}

async function work(config: Config, { signal, ready }: OwnProcess): Promise<void> {
  const { webhooks } = config;
  if (webhooks === null) {
    const message = 'Nobody is to be told: see GRADUS_WEBHOOK_URLS in docs/configuration.md.';
    throw new GradusError('SETTING_INVALID', message);
  }
  const store = await openStore(databaseOf(config), { wait: false, retryMs: storeWithinMs });
  const say = (line: string): void => console.log(`notify: ${line}`);
  ready();
  await Promise.all([whenAborted(signal), ...toldByWebhook(webhooks, { store, config, say, signal })]);
  await store.close();
}

interface Around {
  store: Store;
  config: Config;
  say: (line: string) => void;
  signal: AbortSignal;
}

const sentEvent = z.looseObject({ id: z.string() });

function toldByWebhook({ urls, keys }: WebhookSettings, { store, config, say, signal }: Around): Promise<void>[] {
  return urls.flatMap((url) => {
    const [channel, name] = [channelOf(url), shownUrl(url)];
    const noting = keepInStep(
      {
        channel,
        outbox: store.outbox,
        releases: store.releases,
        bring: async (report, nowMs) => {
          const events = eventsOf(report, pageOfRelease(config, report.id), nowMs);
          await store.notices.note(
            channel,
            report.id,
            events.map(({ key, event }) => ({ key, body: event })),
          );
        },
        failed: (error) =>
          say(error === null ? `${name}: the records can be read again` : `${name}: ${reasonOf(error)}`),
        lookEveryMs,
      },
      signal,
    );
    const sending = sendAll(
      {
        channel,
        name,
        notices: store.notices,
        send: (notice, ending) => post({ url, keys }, sentEvent.parse(notice.body), ending),
        leaseMs: 2 * usualWithinMs,
        say,
      },
      signal,
    );
    return [noting, sending];
  });
}
