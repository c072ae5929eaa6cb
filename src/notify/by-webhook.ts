/** Tells addresses of releases by HTTP: notes every event for each of them, and sends what was noted. */
import { z } from 'zod';
import { eventsOf } from '../domain/events.ts';
import type { WebhookSettings } from '../platform/config.ts';
import { lookEveryMs, type Around } from './around.ts';
import { createBell } from './bell.ts';
import { keepInStep } from './in-step.ts';
import { reasonOf, sendAll } from './sending.ts';
import { channelOf, post, shownUrl, usualWithinMs } from './webhook.ts';

const sentEvent = z.looseObject({ id: z.string() });

/** Goes on until `signal` says so. */
export async function tellByWebhook(
  { urls, keys }: WebhookSettings,
  around: Around,
  signal: AbortSignal,
): Promise<void> {
  const { outbox, releases, notices, pageOf, say, pauses } = around;
  await Promise.all(
    urls.map(async (url) => {
      const [channel, name] = [channelOf(url), shownUrl(url)];
      const bell = createBell();
      const noting = keepInStep(
        {
          channel,
          outbox,
          releases,
          bring: async (report, nowMs) => {
            await notices.note(
              channel,
              report.id,
              eventsOf(report, pageOf(report.id), nowMs).map(({ key, event }) => ({ key, body: event })),
            );
            bell.ring();
          },
          failed: (error) => say(`${name}: ${error === null ? 'the records can be read again' : reasonOf(error)}`),
          lookEveryMs,
        },
        signal,
      );
      const sending = sendAll(
        {
          channel,
          name,
          notices,
          bell,
          send: (notice, ending) => post({ url, keys }, sentEvent.parse(notice.body), ending),
          leaseMs: 2 * usualWithinMs,
          say,
          ...(pauses === undefined ? {} : { pauses }),
        },
        signal,
      );
      await Promise.all([noting, sending]);
    }),
  );
}
