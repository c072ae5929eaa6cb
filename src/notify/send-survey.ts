/** Sends a survey: draws who is asked, and leaves it for the processes that tell applications and Slack. */
import { randomBytes } from 'node:crypto';
import { signAnswerId } from '../gateway/answer-id.ts';
import { hashUser, keyPurposes } from '../gateway/user-hash.ts';
import { channelOf } from './webhook.ts';
import { contractVersion } from '../domain/events.ts';
import { GradusError } from '../domain/errors.ts';
import type { ToNote } from '../domain/outbox.ts';
import { insistAllowed } from '../domain/permission.ts';
import { feedbackIdOf, slackSurveys, type Exposed, type SlackSurvey, type Survey } from '../domain/survey.ts';
import type { Store } from '../store/store.ts';
import type { Config } from '../platform/config.ts';
import { deriveKey, readSecret } from '../platform/secret.ts';

export interface SentSurvey {
  survey: Survey;
  /** Users who were answered in that time. */
  exposed: number;
  asked: number;
  /** Of them, those whom Slack asks; the others are asked by the application. */
  bySlack: number;
}

export type SurveyOrder = Omit<Survey, 'id' | 'at'>;

/** Throws `SETTING_INVALID` where there is no way to ask anybody, `NOT_ALLOWED` where whoever sends it may not. */
export async function sendSurvey(config: Config, store: Store, order: SurveyOrder): Promise<SentSurvey> {
  const { webhooks, slack } = config;
  await insistAllowed(store.policies, order.by, 'survey', 'Nobody was asked');
  if (webhooks === null && slack === null) {
    const message =
      'There is nobody who could ask: set GRADUS_WEBHOOK_URLS (applications) or GRADUS_SLACK_* (people in Slack).';
    throw new GradusError('SETTING_INVALID', message);
  }
  const survey: Survey = { ...order, id: randomBytes(6).toString('hex'), at: new Date().toISOString() };
  const secret = await readSecret(config);
  const exposed = await store.surveys.exposed(survey);
  const inSlack =
    slack === null ? new Map<string, string>() : await peopleInSlack(store, deriveKey(secret, keyPurposes.users));
  const key = deriveKey(secret, keyPurposes.answers);
  const release = `survey ${survey.id}`;
  const tell = (asked: Exposed[]): ToNote[] => {
    const events = asked.flatMap((about) =>
      inSlack.has(about.user) ? [] : [{ key: about.user, body: eventOf(survey, about, key) }],
    );
    const messages = asked.flatMap((about) => {
      const person = inSlack.get(about.user);
      return person === undefined ? [] : [{ key: about.user, body: messageOf(survey, about, person) }];
    });
    return [
      ...(webhooks?.urls ?? []).map((url) => ({ channel: channelOf(url), release, notices: events })),
      { channel: slackSurveys, release, notices: messages },
    ];
  };
  const asked = await store.surveys.ask(survey, { among: webhooks === null ? [...inSlack.keys()] : null, tell });
  const bySlack = asked.filter(({ user }) => inSlack.has(user));
  return { survey, exposed, asked: asked.length, bySlack: bySlack.length };
}

/** Ids in Slack of the policy's people, by what their names as users become. */
async function peopleInSlack({ policies }: Store, userKey: Buffer): Promise<Map<string, string>> {
  const { people } = await policies.current();
  return new Map(
    Object.entries(people).flatMap(([name, { slack }]) => (slack === null ? [] : [[hashUser(userKey, name), slack]])),
  );
}

/** What the application is told: whom to ask, what, and with which id their feedback is sent. */
function eventOf(survey: Survey, about: Exposed, key: Buffer): { id: string } & Record<string, unknown> {
  const { id, question, comment, model, by, at } = survey;
  return {
    version: contractVersion,
    id: `evt_survey_${id}_${about.user}`,
    type: 'survey.asked',
    time: at,
    release: null,
    data: {
      survey: id,
      model,
      capability: about.capability,
      answeredAt: about.at,
      user: about.user,
      by,
      questions: [
        { field: 'satisfaction', text: question, scale: { least: 1, most: 5 } },
        { field: 'comment', text: comment },
      ],
      feedback: { id: signAnswerId(key, { ...about, textDigest: null }), feedbackId: feedbackIdOf(survey) },
    },
  };
}

function messageOf({ id, question }: Survey, { user, model, capability }: Exposed, slack: string): SlackSurvey {
  return { survey: id, user, slack, question, about: { model, capability } };
}
