/** An iteration in words: what was heard from users, what was learnt, and how it was trained otherwise. */
import type { Learning, LearningChange, ReleaseLearning, WayToLearn } from '../domain/iteration.ts';
import type { LeftOut } from '../domain/lessons.ts';
import type { NumberedIteration } from '../domain/ports.ts';
import { listed } from '../domain/words.ts';
import { themesSentence } from './story.ts';
import { count, moment } from './words.ts';

const waysInWords: Record<WayToLearn, string> = {
  data: 'new data',
  parameters: 'parameters adjusted',
  features: 'features improved',
  algorithm: 'algorithm optimised',
};

export function iterationText({ model, number, learning, release, outcome, state }: NumberedIteration): string {
  return [
    `iteration ${number} of ${model}: ${state === 'running' ? 'under way' : outcome}`,
    ...(learning === null ? [] : learningLines(learning).map((line) => `  ${line}`)),
    ...(release === null ? [] : [`Its release: gradus release report ${release}`]),
  ].join('\n');
}

/** A line for each thing: what was heard, why it learns, from what, and every change. */
export function learningLines(learning: Learning): string[] {
  const about = themesSentence(learning.themes, learning.themesAmong);
  return [heardLine(learning), ...(about === null ? [] : [`comments: ${about}`]), ...learntLines(learning)];
}

function heardLine({ since, until, reasons }: Learning): string {
  const from = since === null ? 'so far' : `since ${moment(since)} UTC`;
  return `heard ${from}, until ${moment(until)} UTC: ${reasons.join('; ')}`;
}

/** What was learnt from, and every change of the training. */
function learntLines({ lessons, changes }: Learning): string[] {
  const adjusted = changes.filter(({ way }) => way !== 'data').map(changeLine);
  if (lessons === null) return adjusted;
  const { count: all, fresh, used, byCapability: of, leftOut } = lessons;
  const said = `users said what ${count(all)} texts are, ${count(fresh)} of them for the first time`;
  return [
    `${said} (${byCapability(of)})${leftOutInWords(leftOut)}`,
    ...(used === null ? [] : [`learnt from ${usedInWords(used, all)}`]),
    ...adjusted,
  ];
}

/** In the report of a release: what was heard before it, beside what is heard in it. */
export function releaseLearning({ number, ...learning }: ReleaseLearning): string {
  return [`iteration ${number}`, ...learningLines(learning)].join('; ');
}

/** Of the corrections of texts that are measured on, versions must not know. */
function usedInWords(used: number, all: number): string {
  const left = used === all ? '' : `; the other ${count(all - used)} are like those that versions are measured by`;
  return `${count(used)} of them${left}`;
}

function changeLine({ way, what, from, to, why }: LearningChange): string {
  return `${waysInWords[way]}: ${what} ${from} → ${to}, because ${why}`;
}

function byCapability(counts: Record<string, number>): string {
  return listed(Object.entries(counts).map(([name, number]) => `${name} ${count(number)}`));
}

function leftOutInWords({ unknownLabel, disputed, oneUser }: LeftOut): string {
  const parts = [
    unknownLabel === 0 ? null : `${count(unknownLabel)} with labels that the model does not know`,
    disputed === 0 ? null : `${count(disputed)} on which users disagree`,
    oneUser === 0 ? null : `${count(oneUser)} of people who had taught much already`,
  ].filter((one) => one !== null);
  return parts.length === 0 ? '' : `; left out: ${listed(parts)}`;
}
