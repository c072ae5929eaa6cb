/** How a survey looks in Slack: its message with the buttons, the view for words, and what both carry. */
import type { types } from '@slack/bolt';
import { z } from 'zod';
import type { SlackSurvey } from '../domain/survey.ts';
import { clipped, escaped } from './text.ts';

/** What a button of a survey carries. */
const surveyValue = z.strictObject({ survey: z.string().max(64), user: z.string().max(64) });
export type SurveyValue = z.infer<typeof surveyValue>;

const ratings = [1, 2, 3, 4, 5] as const;
export const ratingAction = /^gradus\.rate\.([1-5])$/;
export const commentAction = 'gradus.comment';
export const commentView = 'gradus.commented';

export function surveyMessage({ survey, user, question, about }: Omit<SlackSurvey, 'slack'>) {
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
export function readSurveyValue(text: string | undefined): SurveyValue | null {
  try {
    return surveyValue.safeParse(JSON.parse(text ?? '')).data ?? null;
  } catch {
    return null;
  }
}

export function commentViewOf(value: SurveyValue, question: string): types.ModalView {
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
