/** Answers and feedback kept in memory, by the rules that the store keeps in SQL. */
import type { Answer, Comment, Feedback, LiveMetric } from '../../src/domain/feedback.ts';
import { GradusError } from '../../src/domain/errors.ts';
import type { Observations, ObservationSummary } from '../../src/domain/ports.ts';
import { comparedArms } from '../../src/store/compared-arms.ts';

export interface FakeObservations extends Observations {
  answers: Answer[];
  feedback: Feedback[];
}

export function fakeObservations(): FakeObservations {
  const answers: Answer[] = [];
  const feedback: Feedback[] = [];

  function values(metric: LiveMetric): { row: Answer | Feedback; value: number | null }[] {
    if (metric === 'errorRate') return answers.map((row) => ({ row, value: Number(row.failed) }));
    if (metric === 'satisfaction') return feedback.map((row) => ({ row, value: row.satisfaction }));
    return feedback.map((row) => ({
      row,
      value: row.correctLabel === null ? null : Number(row.label === row.correctLabel),
    }));
  }

  return {
    answers,
    feedback,

    async record(newAnswers, newFeedback) {
      answers.push(...unknown(answers, newAnswers));
      feedback.push(...unknown(feedback, newFeedback));
    },

    async sample({ phase, capability, metric, shares }) {
      if (metric !== 'satisfaction' && metric !== 'accuracy' && metric !== 'errorRate') {
        throw new GradusError('REQUEST_INVALID', `${metric} is a quantile; its values cannot be averaged.`);
      }
      const arms = comparedArms(phase);
      const samples = shares.map((share) => ({ share, candidate: new Array<number>(), stable: new Array<number>() }));
      const seen = new Set<string>();
      for (const { row, value } of values(metric)) {
        const sample = samples[shares.findIndex((_, level) => row.phase === `${phase}/${level}`)];
        const arm = row.arm === arms.candidate ? 'candidate' : row.arm === arms.stable ? 'stable' : null;
        if (sample === undefined || arm === null || row.capability !== capability || value === null) continue;
        if (seen.has(`${arm} ${row.user}`)) continue;
        seen.add(`${arm} ${row.user}`);
        sample[arm].push(value);
      }
      return samples;
    },

    async quantile({ phase, capability, metric }) {
      const at = { p50Ms: 0.5, p95Ms: 0.95, p99Ms: 0.99, satisfaction: 0, accuracy: 0, errorRate: 0 }[metric];
      const arms = comparedArms(phase);
      const of = (arm: string | null) => {
        const sorted = answers
          .filter((row) => row.phase.startsWith(`${phase}/`) && row.capability === capability && row.arm === arm)
          .filter((row) => !row.failed)
          .map((row) => row.latencyMs)
          .sort((a, b) => a - b);
        const place = at * (sorted.length - 1);
        const below = sorted[Math.floor(place)];
        const above = sorted[Math.ceil(place)];
        if (below === undefined || above === undefined) return null;
        return { value: below + (above - below) * (place - Math.floor(place)), n: sorted.length };
      };
      return { candidate: of(arms.candidate), stable: of(arms.stable) };
    },

    comments: async (phase, most) =>
      commentsIn(
        feedback.filter((row) => row.phase === phase || row.phase.startsWith(`${phase}/`)),
        most,
      ),

    async summary(phase) {
      const under = (row: Answer | Feedback): boolean => row.phase === phase || row.phase.startsWith(`${phase}/`);
      return summariesOf(answers.filter(under), feedback.filter(under));
    },

    users: async (phase) => usersIn(answers.filter((row) => row.phase === phase || row.phase.startsWith(`${phase}/`))),
  };
}

export function commentsIn(feedback: Feedback[], most: number): Comment[] {
  return feedback
    .flatMap(({ comment, version, satisfaction }) =>
      comment === null || isBlank(comment) ? [] : [{ text: comment, version, satisfaction }],
    )
    .toReversed()
    .slice(0, most);
}

export function usersIn(answers: Answer[]): number {
  return new Set(answers.map(({ user }) => user)).size;
}

/** By capability, arm and version. */
export function summariesOf(answers: Answer[], feedback: Feedback[]): ObservationSummary[] {
  const key = (row: Answer | Feedback): string => [row.capability, row.arm, row.version].join(' ');
  const keys = [...new Set([...answers, ...feedback].map(key))].sort();
  return keys.map((line) =>
    summaryOf(
      line,
      answers.filter((row) => key(row) === line),
      feedback.filter((row) => key(row) === line),
    ),
  );
}

function summaryOf(line: string, answers: Answer[], feedback: Feedback[]): ObservationSummary {
  const [capability = '', arm = '', version = ''] = line.split(' ');
  const rated = feedback.map((row) => row.satisfaction).filter((value) => value !== null);
  const labelled = feedback.filter((row) => row.correctLabel !== null);
  return {
    capability,
    arm,
    version,
    answers: answers.length,
    users: usersIn(answers),
    failures: answers.filter((row) => row.failed).length,
    rated: rated.length,
    satisfaction: mean(rated),
    labelled: labelled.length,
    accuracy: mean(labelled.map((row) => Number(row.label === row.correctLabel))),
    commented: feedback.filter((row) => row.comment !== null && !isBlank(row.comment)).length,
    comments: feedback
      .map((row) => row.comment)
      .filter((comment) => comment !== null)
      .filter((comment) => !isBlank(comment))
      .reverse()
      .slice(0, 20),
  };
}

const isBlank = (comment: string): boolean => comment.trim() === '';

function mean(values: number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function unknown<T extends { id: string }>(known: T[], arrived: T[]): T[] {
  const ids = new Set(known.map(({ id }) => id));
  return arrived.filter(({ id }) => !ids.has(id) && ids.add(id));
}
