/** Surveys: a few users are asked what they think of what they were answered, and nobody is asked too often. */
import type { Answer, Feedback } from './feedback.ts';

export interface Survey {
  id: string;
  model: string;
  /** Null: all. */
  capability: string | null;
  /** Digest; null: whichever they have. */
  version: string | null;
  /** What is to be rated from 1 to 5. */
  question: string;
  /** What may be written beside. */
  comment: string;
  by: string;
  at: string;
  /** Share of the users that is asked, 0 to 1. */
  sample: number;
  /** Users who were answered in this time before it. */
  withinMs: number;
  /** Nobody is asked again, in whatever survey of whatever model, before so much time has passed. */
  againMs: number;
  /** The most that are asked. */
  most: number;
}

/** The last answer that a user got: what a survey is about. */
export type Exposed = Pick<
  Answer,
  'id' | 'at' | 'model' | 'capability' | 'version' | 'arm' | 'phase' | 'user' | 'label'
>;

export interface SurveyResults {
  asked: number;
  answered: number;
  /** Mean, 0 to 1; null where nobody rated. */
  satisfaction: number | null;
}

/** Ratings from 1 to 5, as satisfaction from 0 to 1. */
function satisfactionOf(rating: number): number {
  return (rating - 1) / 4;
}

/** Under which id the feedback to a survey is kept, beside that of its answer: one a user. */
export function feedbackIdOf(survey: Pick<Survey, 'id'>): string {
  return `survey-${survey.id}`;
}

/** What a user said, tied to the answer that they were asked about; a comment may come later than the rating. */
export function feedbackTo(
  survey: Pick<Survey, 'id'>,
  { id: answerId, ...about }: Exposed,
  said: { rating: number } | { comment: string },
  at: string,
): Feedback {
  const isRating = 'rating' in said;
  return {
    ...about,
    id: `${answerId}/${feedbackIdOf(survey)}${isRating ? '' : '-comment'}`,
    answerId,
    at,
    satisfaction: isRating ? satisfactionOf(said.rating) : null,
    comment: isRating ? null : said.comment,
    correctLabel: null,
    text: null,
  };
}

/** Where surveys for people in Slack wait for its process. */
export const slackSurveys = 'slack-surveys';

/** What waits there. */
export interface SlackSurvey {
  survey: string;
  user: string;
  slack: string;
  question: string;
  about: { model: string; capability: string };
}
