/** Surveys in Slack: each person is asked once, privately, and what they say is kept with the answer that it is about. */
import type { App, BlockAction, ButtonAction, types, webApi } from '@slack/bolt';
import { z } from 'zod';
import type { Notices } from '../domain/outbox.ts';
import { personInSlack } from '../domain/policy.ts';
import type { Observations, Policies, Surveys } from '../domain/ports.ts';
import { feedbackTo, slackSurveys } from '../domain/survey.ts';
import { redact } from '../domain/redact.ts';
import { createBell } from '../notify/bell.ts';
import { sendAll, type Sent } from '../notify/sending.ts';
import { retryAfterMs, reasonOf } from './errors.ts';
import { clipped, escaped } from './text.ts';

const noticeSchema = z.object({
  survey: z.string(),
  user: z.string(),
  slack: z.string(),
  question: z.string(),
  about: z.object({ model: z.string(), capability: z.string() }),
});

/** What a button of a survey carries. */
const surveyValue = z.strictObject({ survey: z.string().max(64), user: z.string().max(64) });
type SurveyValue = z.infer<typeof surveyValue>;

const ratings = [1, 2, 3, 4, 5] as const;
const ratingAction = /^gradus\.rate\.([1-5])$/;
const commentAction = 'gradus.comment';
const commentView = 'gradus.commented';
const leaseMs = 30_000;

interface Around {
  client: webApi.WebClient;
  notices: Notices;
  say: (line: string) => void;
}

/** Goes on until `signal` says so. */
export function askInSlack({ client, notices, say }: Around, signal: AbortSignal): Promise<void> {
  const send = async (notice: { body: unknown }): Promise<Sent> => {
    const asked = noticeSchema.parse(notice.body);
    try {
      await client.chat.postMessage({ channel: asked.slack, ...surveyMessage(asked) });
      return { kind: 'taken' };
    } catch (error) {
      return failed(error);
    }
  };
  return sendAll({ channel: slackSurveys, name: 'surveys', notices, bell: createBell(), send, leaseMs, say }, signal);
}

/** Somebody who is not there any more is not asked again. */
const nobody = ['channel_not_found', 'user_not_found', 'user_disabled', 'account_inactive', 'is_archived'];

function failed(error: unknown): Sent {
  const why = reasonOf(error);
  if (nobody.includes(why)) return { kind: 'never', why };
  const afterMs = retryAfterMs(error);
  return { kind: 'later', why, ...(afterMs === null ? {} : { afterMs }) };
}

function surveyMessage({ survey, user, question, about }: z.infer<typeof noticeSchema>) {
  const value = JSON.stringify({ survey, user });
  const head = `*${escaped(clipped(question, 500))}*\nIt is about what ${escaped(about.model)} answered you last (${escaped(about.capability)}). 1 is bad, 5 is good.`;
  const blocks: types.KnownBlock[] = [
    { type: 'section', text: { type: 'mrkdwn', text: head } },
    {
      type: 'actions',
      elements: [
        ...ratings.map((rating): types.Button => ({
          type: 'button',
          action_id: `gradus.rate.${rating}`,
          text: { type: 'plain_text', text: String(rating) },
          value,
        })),
        { type: 'button', action_id: commentAction, text: { type: 'plain_text', text: 'Say more…' }, value },
      ],
    },
  ];
  return { text: question, blocks };
}

/** Null where it is not one of ours. */
function readSurveyValue(text: string | undefined): SurveyValue | null {
  try {
    return surveyValue.safeParse(JSON.parse(text ?? '')).data ?? null;
  } catch {
    return null;
  }
}

function commentViewOf(value: SurveyValue, question: string): types.ModalView {
  return {
    type: 'modal',
    callback_id: commentView,
    private_metadata: JSON.stringify(value),
    title: { type: 'plain_text', text: 'What would help?' },
    submit: { type: 'plain_text', text: 'Send' },
    blocks: [
      {
        type: 'input',
        block_id: 'comment',
        label: { type: 'plain_text', text: clipped(question, 200) },
        element: { type: 'plain_text_input', action_id: 'comment', multiline: true, max_length: 3000 },
      },
    ],
  };
}

interface Records {
  surveys: Surveys;
  policies: Policies;
  observations: Observations;
  /** How a person of the policy is called as a user. */
  userOf: (name: string) => string;
}

export type SurveyAnswers = ReturnType<typeof surveyAnswers>;

/** Keeps what people say to surveys; only whoever was asked can answer, and their first rating counts. */
export function surveyAnswers({ surveys, policies, observations, userOf }: Records) {
  async function keep(slack: string, { survey, user }: SurveyValue, said: { rating: number } | { comment: string }) {
    const name = personInSlack(await policies.current(), slack);
    const about = name !== null && userOf(name) === user ? await surveys.askedOf(survey, user) : null;
    if (about === null) return 'This survey was not for you; nothing was kept.';
    const redacted = 'comment' in said ? { comment: redact(said.comment) } : said;
    await observations.record([], [feedbackTo({ id: survey }, about, redacted, new Date().toISOString())]);
    return null;
  }
  return {
    /** What they are told where nothing was kept; null: it was. */
    keep,
    /** What is asked for in words. */
    questionOf: async (survey: string): Promise<string> => (await surveys.find(survey))?.comment ?? 'What would help?',
  };
}

/** Buttons and the view of surveys; whoever was not asked is told so privately. */
export function takeSurveys(app: App, surveys: SurveyAnswers): void {
  app.action<BlockAction<ButtonAction>>(ratingAction, async ({ ack, action, body, respond }) => {
    await ack();
    const of = readSurveyValue(action.value);
    const rating = Number(ratingAction.exec(action.action_id)?.[1]);
    if (of === null) return;
    const problem = await surveys.keep(body.user.id, of, { rating });
    const text = problem ?? `Thank you: ${rating} of 5.`;
    await respond({ replace_original: problem === null, text, response_type: 'ephemeral' });
  });

  app.action<BlockAction<ButtonAction>>(commentAction, async ({ ack, action, body, client }) => {
    await ack();
    const of = readSurveyValue(action.value);
    if (of === null) return;
    const question = await surveys.questionOf(of.survey);
    await client.views.open({ trigger_id: body.trigger_id, view: commentViewOf(of, question) });
  });

  app.view(commentView, async ({ ack, body, view }) => {
    const of = readSurveyValue(view.private_metadata);
    const comment = view.state.values['comment']?.['comment']?.value?.trim() ?? '';
    const problem = of === null || comment === '' ? null : await surveys.keep(body.user.id, of, { comment });
    return problem === null ? ack() : ack({ response_action: 'errors', errors: { comment: problem } });
  });
}
