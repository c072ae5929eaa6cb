/** Asks people in Slack what surveys ask: each of them privately, and once, also where an answer of Slack's is lost. */
import type { webApi } from '@slack/bolt';
import { z } from 'zod';
import type { Notice, Notices } from '../domain/outbox.ts';
import { slackSurveys } from '../domain/survey.ts';
import { createBell } from '../notify/bell.ts';
import { sendAll, type Pauses, type Sent } from '../notify/sending.ts';
import { platformError, reasonOf, retryAfterMs } from './errors.ts';
import { findPosted, type Mark } from './posted.ts';
import { surveyMessage } from './survey-message.ts';

const noticeSchema = z.object({
  survey: z.string(),
  user: z.string(),
  slack: z.string(),
  question: z.string(),
  about: z.object({ model: z.string(), capability: z.string() }),
});

/** Looking and posting are four calls of at most ten seconds each. */
const leaseMs = 60_000;
/** Slack's clock may be so far from ours. */
const clocksApartMs = 600_000;

interface Around {
  client: webApi.WebClient;
  notices: Notices;
  say: (line: string) => void;
  /** For tests. */
  pauses?: Pauses;
}

/** Goes on until `signal` says so. */
export function askInSlack({ client, notices, say, pauses }: Around, signal: AbortSignal): Promise<void> {
  let mayLook = true;

  async function send(notice: Notice): Promise<Sent> {
    const { slack, survey, user, ...asked } = noticeSchema.parse(notice.body);
    const metadata = { event_type: 'gradus_survey', event_payload: { survey, user } };
    try {
      if (notice.tries > 1 && (await isThere(notice, slack, metadata))) return { kind: 'taken' };
      await client.chat.postMessage({ channel: slack, ...surveyMessage(asked, { survey, user }), metadata });
      return { kind: 'taken' };
    } catch (error) {
      return failed(error);
    }
  }

  /** Whether an earlier try was taken, and only Slack's answer to it did not come. */
  async function isThere({ ageMs }: Notice, slack: string, mark: Mark): Promise<boolean> {
    if (!mayLook) return false;
    try {
      const { channel } = await client.conversations.open({ users: slack });
      const oldest = String((Date.now() - ageMs - clocksApartMs) / 1000);
      return channel?.id !== undefined && (await findPosted(client, { channel: channel.id, oldest }, mark)) !== null;
    } catch (error) {
      if (platformError(error) !== 'missing_scope') throw error;
      mayLook = false;
      say('surveys: without the scopes im:write and im:history, whose answer is lost may be asked twice');
      return false;
    }
  }

  const sending = { channel: slackSurveys, name: 'surveys', notices, bell: createBell(), send, leaseMs, say };
  return sendAll({ ...sending, ...(pauses === undefined ? {} : { pauses }) }, signal);
}

const turnOn = "turn on the messages tab of the app's home at api.slack.com/apps, as docs/slack-manifest.yaml has it";

/** Somebody who is not there any more is not asked again. */
const nobody = ['channel_not_found', 'user_not_found', 'user_disabled', 'account_inactive', 'is_archived'];

function failed(error: unknown): Sent {
  const why = reasonOf(error);
  if (nobody.includes(why)) return { kind: 'never', why };
  if (why === 'messages_tab_disabled') return { kind: 'later', why: `${why}: ${turnOn}` };
  const afterMs = retryAfterMs(error);
  return { kind: 'later', why, ...(afterMs === null ? {} : { afterMs }) };
}
