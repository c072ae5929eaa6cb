/** What people say to surveys in Slack is kept with the answer that it is about; only whoever was asked can say it. */
import type { App, BlockAction, ButtonAction } from '@slack/bolt';
import { personInSlack } from '../domain/policy.ts';
import type { Observations, Policies, Surveys } from '../domain/ports.ts';
import { feedbackTo } from '../domain/survey.ts';
import { redact } from '../domain/redact.ts';
import {
  commentAction,
  commentView,
  commentViewOf,
  ratingAction,
  readCommentValue,
  readSurveyValue,
  surveyMessage,
  type SurveyQuestion,
  type SurveyValue,
} from './survey-message.ts';

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
    /** What was asked, to be shown again; null where nobody knows that survey any more. */
    async asked({ survey: id, user }: SurveyValue): Promise<SurveyQuestion | null> {
      const [survey, about] = await Promise.all([surveys.find(id), surveys.askedOf(id, user)]);
      return survey === null || about === null ? null : { question: survey.question, about };
    },
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
    if (problem !== null) {
      await respond({ replace_original: false, text: problem, response_type: 'ephemeral' });
      return;
    }
    const asked = await surveys.asked(of);
    const now = asked === null ? { text: `Thank you: ${rating} of 5.` } : surveyMessage(asked, { ...of, rating });
    await respond({ replace_original: true, ...now });
  });

  app.action<BlockAction<ButtonAction>>(commentAction, async ({ ack, action, body, client }) => {
    await ack();
    const of = readSurveyValue(action.value);
    if (of === null) return;
    const question = await surveys.questionOf(of.survey);
    await client.views.open({
      trigger_id: body.trigger_id,
      view: commentViewOf({ ...of, ...placeOf(body) }, question),
    });
  });

  app.view(commentView, async ({ ack, body, view, client }) => {
    const of = readCommentValue(view.private_metadata);
    const comment = view.state.values['comment']?.['comment']?.value?.trim() ?? '';
    const problem = of === null || comment === '' ? null : await surveys.keep(body.user.id, of, { comment });
    if (problem !== null) return ack({ response_action: 'errors', errors: { comment: problem } });
    await ack();
    if (of === null || comment === '') return;
    const { channel, ts, ...said } = of;
    const asked = await surveys.asked(said);
    if (asked === null || channel === undefined || ts === undefined) return;
    await client.chat.update({ channel, ts, ...surveyMessage(asked, { ...said, commented: true }) });
  });
}

/** Where the message is whose button was pressed. */
function placeOf({ channel, message }: BlockAction): { channel?: string; ts?: string } {
  return channel === undefined || message === undefined ? {} : { channel: channel.id, ts: message.ts };
}
