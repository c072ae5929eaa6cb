/** What every keeper of lessons and iterations has to do: run against PostgreSQL and against the fakes. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Feedback } from '../../src/domain/feedback.ts';
import type { IterationReport } from '../../src/domain/iteration.ts';
import type { Iterations, LessonRecords, Observations } from '../../src/domain/ports.ts';
import { answerOf, feedbackOf } from '../fixtures/answers.ts';

export interface Learners {
  lessons: LessonRecords;
  iterations: Iterations;
  observations: Observations;
}

export function lessonsContract(open: () => Promise<Learners>): void {
  let learners: Learners;
  beforeAll(async () => {
    learners = await open();
  }, 60_000);
  const newModel = (): string => `lessons-${randomUUID()}`;
  const nothing = { answers: 0, feedback: 0 };
  const about = (model: string, capabilities = ['spam']) => ({ model, capabilities });

  test('what came after a place is heard once, of that model alone', async () => {
    const [model, other] = [newModel(), newModel()];
    const [first, elsewhere] = [answered(model, 'a'), answered(other, 'b')];
    await learners.observations.record([first, elsewhere], [corrected(first, 'ham'), corrected(elsewhere, 'ham')]);
    const heard = await learners.lessons.heard(about(model), nothing);
    expect(heard.summaries).toMatchObject([{ capability: 'spam', answers: 1, labelled: 1, accuracy: 0 }]);
    expect((await learners.lessons.heard(about(model), heard.through)).summaries).toEqual([]);
    const second = answered(model, 'c');
    await learners.observations.record([second], [corrected(second, 'spam')]);
    const again = await learners.lessons.heard(about(model), heard.through);
    expect(again.summaries).toMatchObject([{ answers: 1, labelled: 1, accuracy: 1 }]);
    expect(again.through.answers).toBeGreaterThan(heard.through.answers);
  });

  test('a user counts once, whatever capabilities, arms and versions answered them', async () => {
    const model = newModel();
    const shapes = [
      {},
      { capability: 'topic' },
      { version: 'w' },
      { arm: 'gray' },
      { capability: 'html', user: 'only-html' },
    ] as const;
    const answers = ['a', 'b', 'c'].flatMap((user) => shapes.map((shape) => ({ ...answered(model, user), ...shape })));
    await learners.observations.record(answers, []);
    const users = async (...capabilities: string[]) =>
      (await learners.lessons.heard(about(model, capabilities), nothing)).users;
    expect(await users('spam', 'topic')).toBe(3);
    expect(await users('spam', 'topic', 'html')).toBe(4);
    expect(await users('html')).toBe(1);
    expect(await users('reply')).toBe(0);
    const { through } = await learners.lessons.heard(about(model), nothing);
    expect((await learners.lessons.heard(about(model), through)).users).toBe(0);
  });

  test('what is said and asked of other capabilities is not heard', async () => {
    const model = newModel();
    const spam = { ...answered(model, 'a'), tokens: 4, unknown: 0 };
    const topic = { ...answered(model, 'b'), capability: 'topic', tokens: 100, unknown: 1 };
    const said = [spam, topic].map((answer) => ({
      ...corrected(answer, 'ham'),
      comment: `about ${answer.capability}`,
      text: `to ${answer.capability}`,
    }));
    await learners.observations.record([spam, topic], said);
    for (const one of ['spam', 'topic']) {
      const { lessons } = learners;
      const { summaries, through } = await lessons.heard(about(model, [one]), nothing);
      expect(summaries.map(({ capability }) => capability)).toEqual([one]);
      const comments = await lessons.comments(about(model, [one]), nothing, through, 10);
      expect(comments.map(({ text }) => text)).toEqual([`about ${one}`]);
      expect((await lessons.corrections(about(model, [one]), 1)).map(({ text }) => text)).toEqual([`to ${one}`]);
      const [usage] = await lessons.usage(about(model, [one]), nothing, through);
      expect(usage?.answers).toEqual({ [one]: { spam: 1 } });
      expect(usage?.tokens.reduce((sum, n) => sum + n, 0)).toBe(1);
    }
  });

  test('comments come newest first, with what their users thought', async () => {
    const model = newModel();
    const { through: before } = await learners.lessons.heard(about(model), nothing);
    for (const [text, satisfaction] of [
      ['one', 0.25],
      ['two', null],
      ['', 0],
      [' \u3000\n\u00a0', 0],
      ['three', 1],
    ] as const) {
      const answer = answered(model, text);
      await learners.observations.record([answer], [{ ...corrected(answer, 'ham'), comment: text, satisfaction }]);
    }
    const { through, summaries } = await learners.lessons.heard(about(model), before);
    // Who sends nothing but spaces has said nothing.
    expect(summaries).toMatchObject([{ rated: 4, commented: 3, comments: ['three', 'two', 'one'] }]);
    expect(await learners.lessons.comments(about(model), before, through, 2)).toEqual([
      { text: 'three', version: 'v', satisfaction: 1 },
      { text: 'two', version: 'v', satisfaction: null },
    ]);
    expect(await learners.lessons.comments(about(model), through, through, 2)).toEqual([]);
  });

  test('corrections come with their texts, in the order in which they came, the newest first to be kept', async () => {
    const model = newModel();
    const answers = ['a', 'b', 'c', 'd'].map((user) => answered(model, user));
    for (const [place, answer] of answers.entries()) {
      const text = place === 1 ? null : `text ${place} \u{1f600} \u0000`;
      await learners.observations.record([answer], [{ ...corrected(answer, 'ham'), text }]);
    }
    const all = await learners.lessons.corrections(about(model), 10);
    expect(all.map(({ text }) => text.slice(0, 6))).toEqual(['text 0', 'text 2', 'text 3']);
    expect(all[0]).toMatchObject({ capability: 'spam', label: 'ham', user: 'a' });
    expect((await learners.lessons.corrections(about(model), 2)).map(({ user }) => user)).toEqual(['c', 'd']);
  });

  test('usage counts what each version was asked and answered, in the bins of drift', async () => {
    const model = newModel();
    const texts = [
      { tokens: 0, unknown: 0 },
      { tokens: 4, unknown: 0 },
      { tokens: 5, unknown: 1 },
      { tokens: 100, unknown: 1 },
      { tokens: 400, unknown: 400 },
    ];
    const answers = texts.map((read, place) => ({ ...answered(model, `u${place}`), ...read }));
    const [last] = answers;
    if (last === undefined) throw new Error('no answer');
    const unread = { ...answered(model, 'x'), version: 'w', label: 'ham' };
    const failed = { ...answered(model, 'y'), label: null, failed: true };
    const { through: before } = await learners.lessons.heard(about(model), nothing);
    await learners.observations.record([...answers, unread, failed], []);
    const { through } = await learners.lessons.heard(about(model), before);
    const [v, w] = await learners.lessons.usage(about(model), before, through);
    // The limits of bins are domain/drift.ts's: tokens 1, 5, 10, 20, 40, 80, 160, 320; unknown 1, 2, 5, 10, 20, 40 %.
    expect(v).toEqual({
      version: 'v',
      answers: { spam: { spam: 5 } },
      tokens: [1, 1, 1, 0, 0, 0, 1, 0, 1],
      unknown: [2, 1, 0, 0, 0, 1, 1],
    });
    expect(w).toMatchObject({ version: 'w', answers: { spam: { ham: 1 } } });
    expect(await learners.lessons.usage(about(model), through, through)).toEqual([]);
  });

  describe('lessons', () => {
    test('are kept under their digest, and stay', async () => {
      const lessons = [{ id: 'lesson-1', text: `hello ${randomUUID()}`, labels: { spam: 'ham' } }];
      const digest = await learners.lessons.keep(lessons);
      expect(digest).toMatch(/^[0-9a-f]{64}$/);
      expect(await learners.lessons.keep(structuredClone(lessons))).toBe(digest);
      expect(await learners.lessons.find(digest)).toEqual(lessons);
      expect(await learners.lessons.find('0'.repeat(64))).toBeNull();
    });
  });

  test('iterations are numbered within their model, in the order of their first record', async () => {
    const [model, other] = [newModel(), newModel()];
    const [one, two] = [reportOf(model, 'one'), reportOf(model, 'two')];
    expect(await learners.iterations.record(one)).toBe(1);
    expect(await learners.iterations.record(reportOf(other, 'x'))).toBe(1);
    expect(await learners.iterations.record(two)).toBe(2);
    expect(await learners.iterations.record({ ...one, state: 'learnt' })).toBe(1);
    expect(await learners.iterations.find(one.key)).toEqual({ ...one, state: 'learnt', number: 1 });
    expect(await learners.iterations.find(`${one.key}?`)).toBeNull();
    expect((await learners.iterations.list(model)).map(({ number }) => number)).toEqual([2, 1]);
  });

  test('iterations are found one by one: the newest, one by its number, and the last that learnt', async () => {
    const [model, other] = [newModel(), newModel()];
    const { iterations } = learners;
    expect(await iterations.newest(model)).toBeNull();
    const reports: [string, IterationReport['state'], string[]][] = [
      ['1', 'learnt', ['spam', 'topic']],
      ['2', 'learnt', ['spam']],
      ['3', 'failed', ['spam', 'topic']],
    ];
    for (const [name, state, capabilities] of reports) {
      await iterations.record({ ...reportOf(model, name), state, capabilities });
    }
    await iterations.record({ ...reportOf(other, 'x'), state: 'learnt' });
    const numberOf = (one: { model: string; number: number } | null) => (one?.model === model ? one.number : null);
    expect(numberOf(await iterations.newest(model))).toBe(3);
    expect(numberOf(await iterations.newest(model, 2))).toBe(2);
    expect(await iterations.newest(model, 4)).toBeNull();
    expect((await iterations.newest())?.model).toBe(other);
    expect(numberOf(await iterations.lastLearnt(about(model)))).toBe(2);
    expect(numberOf(await iterations.lastLearnt(about(model, ['topic', 'spam'])))).toBe(1);
    expect(await iterations.lastLearnt(about(model, ['html']))).toBeNull();
    expect(numberOf(await iterations.lastLearnt(about(model), 2))).toBe(1);
    expect(await iterations.lastLearnt(about(model), 1)).toBeNull();
  });
}

function answered(model: string, user: string): Answer {
  return answerOf({ model, user });
}

function corrected(answer: Answer, correctLabel: string): Feedback {
  return feedbackOf(answer, { satisfaction: 0, correctLabel, text: 'hello' });
}

function reportOf(model: string, name: string): IterationReport {
  return {
    key: `${model}/${name}`,
    workflow: name,
    model,
    capabilities: ['spam'],
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: null,
    learning: null,
    through: { answers: 0, feedback: 0 },
    release: null,
    state: 'running',
    outcome: '',
  };
}
