/** What happened to a release between two looks at it, a line each: for logs and pipes. */
import { awaitedOf } from '../domain/approval.ts';
import type { Step } from '../domain/plan.ts';
import type { ReleaseReport } from '../domain/report.ts';
import type { TrainingProgress } from '../domain/version.ts';
import { count, decisionWords, duration, figure, moment, outcomeWords, percent } from './words.ts';

interface Event {
  at: string;
  what: string;
}

/** Each line begins with its time in UTC, or with what `stamp` makes of it. */
export function eventLines(
  before: ReleaseReport | null,
  after: ReleaseReport,
  stamp: (at: string) => string = (at) => `${at.slice(0, 19)}Z  `,
): string[] {
  const happened = [
    ...stepEvents(before, after),
    ...after.exposures.slice(before?.exposures.length ?? 0).map(({ at, stage, step, share }) => ({
      at,
      what: `stage ${stage}, ${step}: ${exposureText(step, share)}`,
    })),
    ...after.decisions.slice(before?.decisions.length ?? 0).map((decision) => {
      const { at, stage, step, by, why } = decision;
      const where = stage === null ? '' : `stage ${stage}, ${step ?? ''}: `;
      return { at, what: `${where}${decisionWords(decision, after)} by ${by}${why === '' ? '' : `: ${why}`}` };
    }),
    ...after.curve.slice(before?.curve.length ?? 0).map(({ at, t, n, p, capabilities }) => ({
      at,
      what: `${capabilities.join(', ')} with all users: N(${t}) = ${n}, P(${t}) = ${figure(p, 2)}`,
    })),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return [...happened, ...standing(before, after)].map(({ at, what }) => `${stamp(at)}${what}`);
}

function exposureText(step: Step, share: number): string {
  if (share > 0) return `${percent(share)} of users`;
  return step === 'internal test' ? 'testers' : 'every user is back on stable';
}

/** What is worth keeping on a screen where the rest is drawn in place: versions, capabilities that are full, the end. */
export function milestoneLines(before: ReleaseReport | null, after: ReleaseReport): string[] {
  const train = after.steps.find((one) => one.step === 'train');
  const trained = train?.state === 'done' && before?.steps.find((one) => one.step === 'train')?.state !== 'done';
  const took =
    trained && train.startedAt !== null && train.endedAt !== null ? spanOf(train.startedAt, train.endedAt) : '';
  const quiet = { ...after, steps: [], exposures: [], decisions: [], waiting: null };
  return [...(trained ? [`${train.note}${took}`] : []), ...eventLines(before, quiet, () => '')];
}

function spanOf(from: string, to: string): string {
  return `   ${duration(Date.parse(to) - Date.parse(from))}`;
}

export function trainingText(training: TrainingProgress): string {
  const { capability, epoch, epochs, validationAccuracy, examplesPerSecond, done, secondsLeft } = training;
  if (epoch === 0) return 'train: reading and preparing the data';
  const accuracy = validationAccuracy === null ? '' : `, accuracy ${figure(validationAccuracy)}`;
  const left = secondsLeft === null ? '' : `, ${duration(secondsLeft * 1000)} left`;
  const speed = `${count(Math.round(examplesPerSecond))} examples/s`;
  return `train: ${percent(done)}, ${capability} epoch ${epoch}/${epochs}${accuracy}, ${speed}${left}`;
}

/** What it waits for, and its end: said last. */
function standing(before: ReleaseReport | null, after: ReleaseReport): Event[] {
  const { waiting, endedAt, id, reason } = after;
  const events: Event[] = [];
  if (waiting !== null && waiting.id !== before?.waiting?.id) {
    events.push({
      at: waiting.since,
      what: `waits for ${awaitedOf(waiting)} until ${moment(waiting.until)} UTC: ${waiting.question}`,
    });
  }
  if (endedAt !== null && (before === null || before.endedAt === null)) {
    events.push({ at: endedAt, what: `${id} ${outcomeWords(after)}${reason === '' ? '' : `: ${reason}`}` });
  }
  return events;
}

/** Steps outside of stages; what happens in the others is told by exposures and decisions. */
function stepEvents(before: ReleaseReport | null, after: ReleaseReport): Event[] {
  return after.steps.flatMap(({ step, state, note, startedAt, endedAt }) => {
    const known = before?.steps.find((one) => one.step === step);
    if (step !== 'train' && step !== 'split' && step !== 'iterate') return [];
    if (state === 'waiting' || (known?.state === state && known.note === note)) return [];
    const at = endedAt ?? startedAt ?? after.endedAt ?? after.startedAt;
    return [{ at, what: `${step}: ${state}${note === '' ? '' : `, ${note}`}` }];
  });
}
