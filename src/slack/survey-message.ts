/** How a survey looks in Slack: its message with the buttons, the view for words, and what both carry. */
import type { types } from '@slack/bolt';
import { z } from 'zod';
import type { SlackSurvey } from '../domain/survey.ts';
import { clipped, escaped } from './text.ts';

/** What a button of a survey carries: whose it is, and what they have said so far. */
const surveyValue = z.strictObject({
  survey: z.string().max(64),
  user: z.string().max(64),
  rating: z.number().int().min(1).max(5).exactOptional(),
  commented: z.literal(true).exactOptional(),
});
export type SurveyValue = z.infer<typeof surveyValue>;

/** What the view for words carries: also where its message is, which thanks for them. */
const commentValue = surveyValue.extend({ channel: z.string().exactOptional(), ts: z.string().exactOptional() });

const ratings = [1, 2, 3, 4, 5] as const;
export const ratingAction = /^gradus\.rate\.([1-5])$/;
export const commentAction = 'gradus.comment';
export const commentView = 'gradus.commented';

export type SurveyQuestion = Pick<SlackSurvey, 'question' | 'about'>;

/** What was said already is thanked for; what was not can still be said. */
export function surveyMessage({ question, about }: SurveyQuestion, of: SurveyValue) {
  const { rating, commented } = of;
  const value = JSON.stringify(of);
  const head = `*${escaped(clipped(question, 500))}*\nIt is about what ${escaped(about.model)} answered you last (${escaped(about.capability)}). 1 is bad, 5 is good.`;
  const thanks = [
    ...(rating === undefined ? [] : [`Thank you: ${rating} of 5.`]),
    ...(commented === undefined ? [] : ['Thank you for your words.']),
  ];
  const elements: types.Button[] = [
    ...(rating === undefined ? ratings : []).map((one): types.Button => ({
      type: 'button',
      action_id: `gradus.rate.${one}`,
      text: { type: 'plain_text', text: String(one) },
      value,
    })),
    ...(commented === undefined
      ? [{ type: 'button', action_id: commentAction, text: { type: 'plain_text', text: 'Say more…' }, value } as const]
      : []),
  ];
  const blocks: types.KnownBlock[] = [
    { type: 'section', text: { type: 'mrkdwn', text: head } },
    ...(thanks.length === 0 ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: thanks.join(' ') } } as const]),
    ...(elements.length === 0 ? [] : [{ type: 'actions', elements } as const]),
  ];
  return { text: thanks.length === 0 ? question : thanks.join(' '), blocks };
}

/** Null where it is not one of ours. */
export function readSurveyValue(text: string | undefined): SurveyValue | null {
  return surveyValue.safeParse(parsed(text)).data ?? null;
}

export function readCommentValue(text: string): z.infer<typeof commentValue> | null {
  return commentValue.safeParse(parsed(text)).data ?? null;
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}

export function commentViewOf(value: z.infer<typeof commentValue>, question: string): types.ModalView {
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
