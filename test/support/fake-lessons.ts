/** Lessons and iterations kept in memory, by the rules that the store keeps in SQL. */
import { countInputs, type Usage } from '../../src/domain/drift.ts';
import { digestOfLessons, mostOfOne, type Lesson } from '../../src/domain/lessons.ts';
import type { Answer, Feedback } from '../../src/domain/feedback.ts';
import type { Iterations, LessonRecords, NumberedIteration, Scope } from '../../src/domain/ports.ts';
import { commentsIn, summariesOf, usersIn, type FakeObservations } from './fake-observations.ts';

export function fakeLessons(observations: FakeObservations): LessonRecords {
  const kept = new Map<string, Lesson[]>();
  return {
    async heard(of, since) {
      const { answers, feedback } = observations;
      const answered = answers.slice(since.answers).filter(within(of));
      const said = feedback.slice(since.feedback).filter(within(of));
      const through = { answers: answers.length, feedback: feedback.length };
      return { summaries: summariesOf(answered, said), users: usersIn(answered), through };
    },
    comments: async (of, since, through, most) =>
      commentsIn(observations.feedback.slice(since.feedback, through.feedback).filter(within(of)), most),
    async usage(of, since, through) {
      const rows = observations.answers.slice(since.answers, through.answers).filter(within(of));
      return [...new Set(rows.map(({ version }) => version))].sort().map((version): Usage => {
        const own = rows.filter((row) => row.version === version);
        const answers: Usage['answers'] = {};
        for (const { capability, label } of own) {
          if (label === null) continue;
          const counts = (answers[capability] ??= {});
          counts[label] = (counts[label] ?? 0) + 1;
        }
        const read = own.flatMap(({ tokens, unknown }) =>
          tokens === null || unknown === null ? [] : [{ tokens, unknown }],
        );
        return { version, answers, ...countInputs(read) };
      });
    },
    async corrections(of, most) {
      const all = observations.feedback
        .filter(within(of))
        .flatMap(({ capability, text, correctLabel, user }) =>
          text !== null && correctLabel !== null ? [{ capability, text, label: correctLabel, user }] : [],
        );
      const places = new Map<string, number>();
      const fair = all.toReversed().filter(({ user }) => {
        const place = (places.get(user) ?? 0) + 1;
        places.set(user, place);
        return place <= Math.max(mostOfOne.least, Math.ceil(most * mostOfOne.share));
      });
      return fair.slice(0, most).toReversed();
    },
    async keep(lessons) {
      const digest = digestOfLessons(lessons);
      kept.set(digest, structuredClone(lessons));
      return digest;
    },
    find: async (digest) => kept.get(digest) ?? null,
  };
}

function within({ model, capabilities }: Scope): (row: Answer | Feedback) => boolean {
  return (row) => row.model === model && capabilities.includes(row.capability);
}

export function fakeIterations(): Iterations {
  const all: NumberedIteration[] = [];
  return {
    async record(report) {
      const place = all.findIndex(({ key }) => key === report.key);
      const number = all[place]?.number ?? all.filter(({ model }) => model === report.model).length + 1;
      const row = structuredClone({ ...report, number });
      if (place === -1) all.push(row);
      else all[place] = row;
      return number;
    },
    find: async (key) => all.find((one) => one.key === key) ?? null,
    newest: async (model, number) =>
      all.findLast(
        (one) => (model === undefined || one.model === model) && (number === undefined || one.number === number),
      ) ?? null,
    lastLearnt: async ({ model, capabilities }, before = Infinity) =>
      all.findLast(
        (one) =>
          one.model === model &&
          one.number < before &&
          one.state === 'learnt' &&
          capabilities.every((capability) => one.capabilities.includes(capability)),
      ) ?? null,
    list: async (model) => all.filter((one) => model === undefined || one.model === model).toReversed(),
  };
}
