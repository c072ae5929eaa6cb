/** `gradus survey send`, `list`, `show`: asking a few users what they think of what they were answered. */
import { userInfo } from 'node:os';
import { Command } from 'commander';
import { GradusError } from '../domain/errors.ts';
import type { Theme, ThemesAmong } from '../domain/feedback.ts';
import type { Surveys } from '../domain/ports.ts';
import type { Survey, SurveyResults } from '../domain/survey.ts';
import { didYouMean } from '../domain/words.ts';
import { readConfig } from '../platform/config.ts';
import type { Store } from '../store/store.ts';
import { durationReader } from './duration-options.ts';
import { dataCommand, print, table, type JsonOption } from './output.ts';
import { themesSentence } from './story.ts';
import { count, moment, percent, several } from './words.ts';

export function surveyCommand(): Command {
  return new Command('survey')
    .description('ask a few users what they think of what they were answered')
    .addCommand(send())
    .addCommand(list())
    .addCommand(show());
}

interface SendOptions extends JsonOption {
  capability?: string;
  answeredBy?: string;
  sample: string;
  within: string;
  again: string;
  most: string;
  question: string;
  comment: string;
  by: string;
}

function send(): Command {
  return dataCommand('send', 'ask a sample of the users of a model, by webhook and in Slack', [
    ['gradus survey send mail-assistant', 'one in twenty of those who were answered in the last 7 days'],
    ['gradus survey send mail-assistant --capability topic --sample 10% --most 200', 'about one capability'],
  ])
    .argument('<model>', 'whose users')
    .option('--capability <name>', 'only those who were answered by it last')
    .option('--answered-by <version>', 'only those who were answered by this version last, e.g. v3')
    .option('--sample <share>', 'share of the users', '5%')
    .option('--within <duration>', 'users who were answered in this time', '7 days')
    .option('--again <duration>', 'nobody is asked again before', '30 days')
    .option('--most <count>', 'the most that are asked', '500')
    .option('--question <text>', 'what they rate from 1 to 5', 'How well do the answers work for you?')
    .option('--comment <text>', 'what they may write beside', 'What would make them better?')
    .option('--by <name>', 'who asks', userInfo().username)
    .action(async (model: string, options: SendOptions) => {
      const { withStore } = await import('../platform/records.ts');
      const { sendSurvey } = await import('../notify/send-survey.ts');
      const config = readConfig();
      const read = readOptions(options);
      const { capability = null, question, comment, by } = options;
      const sent = await withStore(config, async (store) => {
        const version = await digestOf(store, model, options.answeredBy);
        return sendSurvey(config, store, { ...read, model, capability, version, question, comment, by });
      });
      print(sent, options, ({ survey, exposed, asked, bySlack }) => {
        const whom = bySlack === 0 ? '' : `, ${count(bySlack)} of them in Slack`;
        return [
          `survey ${survey.id}: ${several(asked, 'user')} of ${count(exposed)} will be asked${whom}.`,
          asked === 0 && exposed > 0
            ? 'Nobody was drawn who was not asked lately: see --sample and --again.'
            : `What they say: gradus survey show ${survey.id}`,
        ].join('\n');
      });
    });
}

/** Throws `REQUEST_INVALID` with every problem. */
function readOptions({ sample, within, again, most }: SendOptions) {
  const problems: string[] = [];
  const ms = durationReader(problems);
  const share = /^\d+(\.\d+)?%$/.test(sample) ? Number(sample.slice(0, -1)) / 100 : Number(sample);
  if (!(share > 0 && share <= 1)) problems.push(`--sample: "${sample}" is not a share of users; write e.g. 5%`);
  const limit = Number(most);
  if (!Number.isInteger(limit) || limit < 1) problems.push(`--most: "${most}" is not a whole number above 0`);
  const read = { sample: share, withinMs: ms('within', within), againMs: ms('again', again), most: limit };
  if (problems.length === 0) return read;
  throw new GradusError('REQUEST_INVALID', `The survey has a problem: ${problems.join('; ')}.`, { problems });
}

async function digestOf({ versions }: Store, model: string, name: string | undefined): Promise<string | null> {
  const all = await versions.list(model);
  if (all.length === 0) {
    const known = [...new Set((await versions.list()).map((version) => version.model))];
    throw new GradusError(
      'MODEL_UNKNOWN',
      `There is no model "${model}"${didYouMean(model, known)}. See: gradus versions`,
    );
  }
  if (name === undefined) return null;
  const found = await versions.find(model, name);
  if (found !== null) return found.digest;
  throw new GradusError(
    'VERSION_UNKNOWN',
    `${model} has no version ${name}; it has ${all.map(({ number }) => `v${number}`).join(', ')}.`,
  );
}

function list(): Command {
  return dataCommand('list', 'list surveys, newest first', [
    ['gradus survey list', 'whom each asked, and how many answered'],
  ])
    .option('--model <name>', 'only those about this model')
    .action(async (options: JsonOption & { model?: string }) => {
      const { withStore } = await import('../platform/records.ts');
      const all = await withStore(readConfig(), async ({ surveys }) =>
        Promise.all(
          (await surveys.list(options.model)).map(async (survey) => ({
            ...survey,
            ...(await surveys.results(survey)),
          })),
        ),
      );
      print(all, options, (found) => {
        if (found.length === 0) return 'There is no survey yet. Send one with: gradus survey send MODEL';
        const rows = found.map((one) => [
          one.id,
          one.model,
          moment(one.at),
          count(one.asked),
          count(one.answered),
          one.satisfaction === null ? '' : percent(one.satisfaction),
        ]);
        return table(['survey', 'model', 'sent (UTC)', 'asked', 'answered', 'satisfied'], rows);
      });
    });
}

function show(): Command {
  return dataCommand('show', 'show what came back of a survey (by default of the newest that asked somebody)', [
    ['gradus survey show', 'how many answered, how satisfied they are, and what their comments are about'],
  ])
    .argument('[survey]', 'its id')
    .action(async (id: string | undefined, options: JsonOption) => {
      const { withStore } = await import('../platform/records.ts');
      const found = await withStore(readConfig(), async ({ surveys }) => {
        const { survey, newer } =
          id === undefined ? await newest(surveys) : { survey: await named(surveys, id), newer: 0 };
        const { themesAmong, themesOf } = await import('../statistics/themes.ts');
        const { comments, ...results } = await surveys.results(survey);
        return {
          survey,
          newer,
          ...results,
          themes: themesOf(comments),
          themesAmong: themesAmong(comments, comments.length),
          comments,
        };
      });
      print(found, options, showText);
    });
}

async function newest(surveys: Surveys): Promise<{ survey: Survey; newer: number }> {
  const found = await surveys.newest();
  if (found !== null) return found;
  throw new GradusError('NOT_FOUND', 'There is no survey yet. Send one with: gradus survey send MODEL');
}

async function named(surveys: Surveys, id: string): Promise<Survey> {
  const found = await surveys.find(id);
  if (found !== null) return found;
  throw new GradusError('NOT_FOUND', `There is no survey "${id}". List them with: gradus survey list`);
}

function showText({
  survey,
  newer,
  asked,
  answered,
  satisfaction,
  themes,
  themesAmong,
}: { survey: Survey; newer: number; themes: Theme[]; themesAmong: ThemesAmong } & SurveyResults): string {
  const { id, model, capability, question, by, at } = survey;
  const about = themesSentence(themes, themesAmong);
  return [
    `survey ${id} of ${model}${capability === null ? '' : `, ${capability}`}, sent by ${by} at ${moment(at)} UTC`,
    `  ${question}`,
    asked === 0
      ? '  It asked nobody: no user was drawn, or all who were had been asked lately.'
      : `  ${count(answered)} of ${several(asked, 'user')} answered${satisfaction === null ? '' : `; satisfied: ${percent(satisfaction)}`}`,
    ...(about === null ? [] : [`  comments: ${about}`]),
    ...(newer === 0 ? [] : [`  ${several(newer, 'newer survey')} asked nobody: gradus survey list`]),
  ].join('\n');
}
